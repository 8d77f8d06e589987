import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { FLOORS } from "../../../local/docs/tables.ts";

const root = new URL("../../../", import.meta.url).pathname;
const functions = join(root, "supabase/functions");
const shared = join(functions, "_shared");

/** What composes: services and the modules that gather exports. */
const TOP = FLOORS.length;

function* filesIn(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (isDirectory && !["node_modules", "dist"].includes(name)) yield* filesIn(join(directory, name));
    else if (/\.tsx?$/.test(name)) yield join(directory, name);
  }
}

/** The files of this project that a file imports; not those that it imports when they are needed, unless `later`. */
function importsOf(file: string, later = true): string[] {
  const text = Deno.readTextFileSync(file);
  const specifiers = text.matchAll(
    /^(?:import|export)\b(?! type)[^;]*?\bfrom\s+"(\.[^"]+)"|^import type\b[^;]*?\bfrom\s+"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm,
  );
  return [...specifiers].flatMap(([, from, type, dynamic]) => {
    const specifier = from ?? (later ? type ?? dynamic : undefined);
    return specifier === undefined ? [] : [join(dirname(file), specifier)];
  });
}

/** The component that a file of `_shared` belongs to: its folder, or itself when it lies at the top. */
const componentOf = (file: string): string => relative(shared, file).split("/")[0] ?? "";

function floorOf(file: string): number {
  const component = componentOf(file);
  if (component.endsWith(".ts")) return TOP;
  return FLOORS.findIndex((components) => component in components);
}

const files = [...filesIn(shared)];
const edges = files.flatMap((from) => importsOf(from).map((to) => ({ from, to })));
const show = ({ from, to }: { from: string; to: string }) =>
  `${relative(root, from)} -> ${relative(root, to)}`;

Deno.test("the imports that the rules speak of are found", () => {
  assert.ok(edges.length > 50);
  for (const { to } of edges) assert.ok(Deno.statSync(to).isFile, to);
});

Deno.test("shared code imports nothing of the functions, the local stack, the benchmarks or the dashboard", () => {
  assert.deepEqual(edges.filter(({ to }) => !to.startsWith(`${shared}/`)).map(show), []);
});

Deno.test("a function imports shared code and itself only", () => {
  const strays = [...filesIn(functions)].filter((file) => !file.startsWith(`${shared}/`)).flatMap((from) => {
    const own = join(functions, relative(functions, from).split("/")[0] ?? "");
    return importsOf(from).filter((to) => !to.startsWith(`${shared}/`) && !to.startsWith(`${own}/`))
      .map((to) => show({ from, to }));
  });
  assert.deepEqual(strays, []);
});

Deno.test("every folder of shared code stands on a floor, and says what it holds", () => {
  const folders = [...Deno.readDirSync(shared)].filter(({ isDirectory }) => isDirectory).map(({ name }) =>
    name
  );
  assert.deepEqual(FLOORS.flatMap(Object.keys).toSorted(), folders.toSorted());
  for (const [name, holds] of FLOORS.flatMap(Object.entries)) assert.match(holds, /^[A-Z].{10,110}\.$/, name);
});

Deno.test("imports between components lead to a lower floor, or stay on one", () => {
  assert.deepEqual(edges.filter(({ from, to }) => floorOf(to) > floorOf(from)).map(show), []);
});

Deno.test("no component is imported by one that it imports, directly or not", () => {
  const graph = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    const [a, b] = [componentOf(from), componentOf(to)];
    if (a !== b) graph.set(a, (graph.get(a) ?? new Set()).add(b));
  }
  assert.deepEqual(circlesIn(graph), []);
});

Deno.test("no file is imported by one that it imports, directly or not", () => {
  const graph = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    graph.set(
      relative(shared, from),
      (graph.get(relative(shared, from)) ?? new Set()).add(relative(shared, to)),
    );
  }
  assert.deepEqual(circlesIn(graph), []);
});

Deno.test("a function that starts loads no module of Node's: that takes a quarter of a start", () => {
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const to of importsOf(file, false)) load(to);
  };
  for (const { name, isDirectory } of Deno.readDirSync(functions)) {
    if (isDirectory && name !== "_shared") load(join(functions, name, "index.ts"));
  }
  const ofNode = [...loaded].filter((file) => /^import [^;]*"node:/m.test(Deno.readTextFileSync(file)));
  assert.deepEqual(ofNode.map((file) => relative(root, file)), []);
});

/** Every circle of a graph that a walk meets, as "a -> b -> a". */
function circlesIn(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, path: string[]) => {
    if (path.includes(node)) circles.push([...path.slice(path.indexOf(node)), node].join(" -> "));
    if (path.includes(node) || done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return circles;
}

Deno.test("no TypeScript file of the functions, the local stack or the dashboard has 250 lines", () => {
  const generated = join(shared, "database/types.ts");
  const long = [functions, join(root, "local"), join(root, "dashboard")].flatMap((part) => [...filesIn(part)])
    .filter((file) => file !== generated)
    .map((file) => ({
      file: relative(root, file),
      lines: Deno.readTextFileSync(file).split("\n").length - 1,
    }))
    .filter(({ lines }) => lines >= 250);
  assert.deepEqual(long, []);
});
