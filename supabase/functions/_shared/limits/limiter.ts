/** What one request came to: whether it is within the limit, and what is left of it. */
export interface Verdict {
  allowed: boolean;
  /** Requests left at this moment. */
  remaining: number;
  /** Milliseconds until there is one more. */
  nextMs: number;
}

/** How many requests a window has room for. They may come all at once; then room for one comes back at a time. */
export interface Quota {
  limit: number;
  windowMs: number;
}

/** Counts requests by key. Never fails. */
export interface Limiter {
  readonly quota: Quota;
  take(key: string): Verdict | Promise<Verdict>;
}

/** Milliseconds in which room for one more comes back. */
export const intervalOf = ({ limit, windowMs }: Quota): number => windowMs / limit;
