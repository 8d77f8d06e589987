import { CacheError } from "./errors.ts";
import type { Cache, CacheNamespace } from "./types.ts";

/** The part of a cache whose keys begin with `name:`. */
export function namespaced<T>(cache: Cache, name: string): CacheNamespace<T> {
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new CacheError("invalid_key", "a namespace must be 1 to 64 letters, digits or _ . -");
  }
  const full = (key: string) => {
    // Checked here, where it is still known to be empty.
    if (typeof key !== "string" || key === "") {
      throw new CacheError("invalid_key", "a cache key must be text that is not empty");
    }
    return `${name}:${key}`;
  };
  // An async function's way: what a wrong key throws arrives as a rejection, as with the cache itself.
  return {
    get: async (key) => await cache.get<T>(full(key)),
    set: async (key, ...rest) => await cache.set(full(key), ...rest),
    wrap: async (key, ...rest) => await cache.wrap<T>(full(key), ...rest),
    lookup: async (key, ...rest) => await cache.lookup<T>(full(key), ...rest),
    delete: async (key) => await cache.delete(full(key)),
    invalidatePattern: async (pattern) => await cache.invalidatePattern(full(pattern)),
  };
}
