import { basename, join, relative } from "node:path";
import type { Assembly } from "./assembly.ts";
import { errorText } from "./errors.ts";
import { FunctionPool, functionsDirectory, type FunctionSettings } from "./function-pool.ts";
import type { Log } from "./log.ts";
import { exists } from "./paths.ts";

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
    const pool = new FunctionPool(name, settings, assembly);
    pools.set(name, pool);
    await assembly.step(`Loading the function ${name}`, () => pool.prepare());
    await assembly.start(`Starting ${settings.isolates} × ${name}`, pool);
  }
  if (watch) assembly.onStop(watchFunctions(pools, assembly.log));
  return pools;
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
  try {
    await log.step(`Reloading ${pool.name}`, async () => {
      await pool.prepare();
      await pool.reload();
    });
  } catch (error) {
    log.say(`${errorText(error)}\n  ${pool.name} goes on as it was before this change.`);
  }
}
