import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Metafile } from "esbuild";
import { runCommand } from "./command.ts";
import { standardError } from "./log.ts";
import { exists, inRepository } from "./paths.ts";

const source = inRepository("dashboard");
/** Where the built page lies: plain files that any static host serves. */
export const builtDashboard = inRepository("dashboard", "dist");

/** Whether the page was never built, or something it is made of is newer than it. */
export async function isDashboardStale(): Promise<boolean> {
  const index = join(builtDashboard, "index.html");
  if (!await exists(index)) return true;
  const changedAt = (path: string) => Deno.statSync(path).mtime?.getTime() ?? 0;
  const builtAt = changedAt(index);
  return [inRepository("deno.json"), ...filesIn(source)].some((part) => changedAt(part) > builtAt);
}

/** Bundles `dashboard/src` with its packages into {@link builtDashboard}. Throws what esbuild finds wrong. */
export async function buildDashboard(): Promise<void> {
  const { build, stop } = await import("esbuild");
  // Built aside and then put in place: a page being served, or a second build, never sees half of it.
  const draft = await Deno.makeTempDir({ dir: source, prefix: ".dist-" });
  try {
    const { metafile } = await build({
      metafile: true,
      entryPoints: [
        { in: join(source, "src", "main.tsx"), out: "app" },
        { in: join(source, "src", "styles", "app.css"), out: "app" },
      ],
      outdir: draft,
      assetNames: "[name]",
      // What is imported only when it is needed is a file of its own. Its name tells its content: an old page's are gone.
      splitting: true,
      chunkNames: "[name]-[hash]",
      bundle: true,
      minify: true,
      sourcemap: "linked",
      format: "esm",
      target: "esnext",
      jsx: "automatic",
      jsxImportSource: "preact",
      loader: { ".woff2": "file" },
      legalComments: "linked",
      logLevel: "silent",
      absWorkingDir: source,
      tsconfigRaw: "{}",
    });
    for await (const { name } of Deno.readDir(join(source, "public"))) {
      await Deno.copyFile(join(source, "public", name), join(draft, name));
    }
    const page = await Deno.readTextFile(join(source, "index.html"));
    await Deno.writeTextFile(join(draft, "index.html"), preloading(page, partsOf(metafile)));
    // A temporary directory is its owner's alone; this one is for a host to serve.
    await Deno.chmod(draft, 0o755);
    await replaceDirectory(draft, builtDashboard);
  } finally {
    await stop();
    await rm(draft, { recursive: true, force: true });
  }
}

/** The files that the page's script begins with by importing them. */
function partsOf({ outputs }: Metafile): string[] {
  const entry = Object.entries(outputs).find(([path]) => basename(path) === "app.js")?.[1];
  return (entry?.imports ?? []).filter(({ kind }) => kind === "import-statement")
    .map(({ path }) => basename(path));
}

/** A page that asks for these parts of its script together with it, not after it. */
function preloading(page: string, parts: readonly string[]): string {
  const links = parts.map((part) => `    <link rel="modulepreload" href="${part}">\n`);
  return page.replace("  </head>", `${links.join("")}  </head>`);
}

/** Stacks that start together may each have built one: where another's came in between, it is replaced as well. */
async function replaceDirectory(next: string, current: string): Promise<void> {
  const old = `${next}-old`;
  const removeOld = () => rm(old, { recursive: true, force: true });
  for (let attempt = 1; await exists(next); attempt++) {
    try {
      if (await exists(current)) await Deno.rename(current, old);
      await Deno.rename(next, current);
    } catch (error) {
      if (attempt === 10) throw error;
      await removeOld();
    }
  }
  await removeOld();
}

const filesIn = (directory: string): string[] =>
  [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) => {
    if (!isDirectory) return [join(directory, name)];
    return name === "dist" || name.startsWith(".") ? [] : filesIn(join(directory, name));
  });

if (import.meta.main) {
  await runCommand(async () => {
    await buildDashboard();
    standardError(`Built ${builtDashboard}.`);
  });
}
