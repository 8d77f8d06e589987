/** What was wrong with a call of the cache. */
export type CacheErrorCode =
  | "invalid_key"
  | "invalid_pattern"
  | "invalid_ttl"
  | "invalid_version"
  | "unserializable_value"
  | "value_too_large";

/** The cache was used wrongly: a mistake in the calling code. What fails around the cache (Redis) is never thrown. */
export class CacheError extends Error {
  override readonly name = "CacheError";

  constructor(readonly code: CacheErrorCode, message: string) {
    super(message);
  }
}
