import type { LRUCache as Lru } from "lru-cache";

// lru-cache looks for `process` when it is loaded, to print warnings by it. Deno makes that on demand, of forty modules: a
// fifth of an isolate's start. So while it is loaded there is none, and the console takes its warnings.
const process = Object.getOwnPropertyDescriptor(globalThis, "process");
const isOnDemand = process?.get !== undefined && process.configurable === true;
if (isOnDemand) Object.defineProperty(globalThis, "process", { value: undefined, configurable: true });
export const { LRUCache } = await import("lru-cache");
if (isOnDemand) Object.defineProperty(globalThis, "process", process);

/** The type of what {@link LRUCache} makes. */
export type LRUCache<Key extends string, Value extends NonNullable<unknown>> = Lru<Key, Value, unknown>;
