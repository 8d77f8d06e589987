import type { Assembly } from "./assembly.ts";
import {
  createPool,
  type FunctionSettings,
  listFunctions,
  prepareFunction,
  watchFunctions,
} from "./functions.ts";
import type { FunctionPool } from "./isolates.ts";

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
