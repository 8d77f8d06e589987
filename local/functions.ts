import { basename, join, relative } from "node:path";
import { parseApiKeys } from "../supabase/functions/_shared/auth/api-keys.ts";
import { readConfig } from "../supabase/functions/_shared/config/config.ts";
import { errorText, StackError } from "./errors.ts";
import { readFunctionEnv } from "./function-env.ts";
import { FunctionPool } from "./isolates.ts";
import type { Log } from "./log.ts";
import type { Assembly } from "./assembly.ts";
import { exists, inRepository } from "./paths.ts";
import type { Supervision } from "./process.ts";

/** What the functions of a stack run with. */
export interface FunctionSettings {
  deno: string;
  isolates: number;
  /** The user's variables, a `.env` file. */
  envPath: string;
  /** The variables of the hosted runtime. They win over the user's. */
  hosted: Record<string, string>;
  /** Address and token of the Redis bridge, or nothing. The user's variables win over them. */
  redis: Record<string, string>;
  /** `host:port` of the stack's own parts, which every function may reach. */
  hosts: string[];
}

const functionsDirectory = inRepository("supabase", "functions");

// Functions that call addresses their users choose; every other one reaches only this stack and its own `.env`.
const functionsWithOpenNetwork = new Set(["marks", "notifications"]);

/** Names of the functions: directories with an `index.ts`, without shared code such as `_shared`. */
export async function listFunctions(): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(functionsDirectory)) {
    if (!entry.isDirectory || /^[_.]/.test(entry.name)) continue;
    if (await exists(join(functionsDirectory, entry.name, "index.ts"))) names.push(entry.name);
  }
  return names.sort();
}

/** Starts every function of the checkout, and with `watch` has them reloaded when their files change. */
export async function startFunctions(
  assembly: Assembly,
  settings: FunctionSettings,
  watch: boolean,
): Promise<ReadonlyMap<string, FunctionPool>> {
  const pools = new Map<string, FunctionPool>();
  for (const name of await listFunctions()) {
    const pool = await createPool(name, settings, assembly.supervision);
    pools.set(name, pool);
    await assembly.step(`Loading the function ${name}`, () => prepareFunction(pool));
    await assembly.start(`Starting ${settings.isolates} × ${name}`, pool);
  }
  if (watch) assembly.onStop(watchFunctions(pools, assembly.log));
  return pools;
}

/** The pool of one function, not started yet. */
export async function createPool(
  name: string,
  settings: FunctionSettings,
  supervision: Supervision,
): Promise<FunctionPool> {
  const directory = join(functionsDirectory, name);
  const config = join(directory, "deno.json");
  return new FunctionPool(
    {
      name,
      deno: settings.deno,
      entry: join(directory, "index.ts"),
      config: await exists(config) ? config : null,
      hosts: functionsWithOpenNetwork.has(name) ? null : settings.hosts,
      variables: async () =>
        checked(settings.envPath, {
          ...settings.redis,
          ...await readFunctionEnv(settings.envPath),
          ...settings.hosted,
          SUPABASE_FUNCTION_SLUG: name,
          SB_EXECUTION_ID: crypto.randomUUID(),
        }),
    },
    settings.isolates,
    supervision,
  );
}

/** These variables. Throws a StackError where no function would start with them. */
function checked(path: string, variables: Record<string, string>): Record<string, string> {
  try {
    parseApiKeys(readConfig(variables).apiKeys);
    return variables;
  } catch (error) {
    throw new StackError(errorText(error), `Correct ${path}.`);
  }
}

/**
 * Downloads and compiles what a function imports, once for all its isolates.
 *
 * @throws StackError when it does not compile or a package cannot be had
 */
async function prepareFunction({ spec }: FunctionPool): Promise<void> {
  const config = spec.config === null ? ["--no-config"] : ["--config", spec.config];
  const { success, stderr } = await new Deno.Command(spec.deno, {
    args: ["cache", "--quiet", "--no-lock", "--node-modules-dir=none", ...config, spec.entry],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  // Deno's own stack, below its message, says nothing about the function.
  const [said = ""] = new TextDecoder().decode(stderr).split("\nStack backtrace:");
  throw new StackError(
    `The function ${spec.name} does not load:\n    ${said.trim().replaceAll("\n", "\n    ")}`,
    `Correct ${relative(inRepository(), spec.entry)} or what it imports.`,
  );
}

/** Reloads functions when their files, the shared code or the `.env` change. Returns how to stop that. */
function watchFunctions(pools: ReadonlyMap<string, FunctionPool>, log: Log): () => void {
  const watcher = Deno.watchFs(functionsDirectory, { recursive: true });
  const due = new Set<FunctionPool>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let reloading = Promise.resolve();

  const reloadDue = () => {
    const pending = [...due];
    due.clear();
    reloading = reloading.then(async () => {
      for (const pool of pending) await reload(pool, log);
    });
  };
  const follow = async () => {
    for await (const event of watcher) {
      if (event.kind === "access") continue;
      for (const path of event.paths) {
        for (const pool of affected(path, pools)) due.add(pool);
      }
      // Editors write in several steps; wait for the last.
      clearTimeout(timer);
      timer = setTimeout(reloadDue, 150);
    }
  };
  void follow();
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}

function affected(path: string, pools: ReadonlyMap<string, FunctionPool>): FunctionPool[] {
  const [top = "", ...rest] = relative(functionsDirectory, path).split("/");
  const isSource = /\.(ts|js|json|env)$/.test(path) && !basename(path).startsWith(".#");
  if (!isSource) return [];
  if (rest.length === 0 || top.startsWith("_")) return [...pools.values()];
  const pool = pools.get(top);
  return pool === undefined ? [] : [pool];
}

async function reload(pool: FunctionPool, log: Log): Promise<void> {
  const { name } = pool.spec;
  try {
    await log.step(`Reloading ${name}`, async () => {
      await prepareFunction(pool);
      await pool.reload();
    });
  } catch (error) {
    log.say(`${errorText(error)}\n  ${name} goes on as it was before this change.`);
  }
}
