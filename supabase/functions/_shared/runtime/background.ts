/** What the hosted runtime offers; absent in plain Deno. */
type Hosted = { EdgeRuntime?: { waitUntil(work: Promise<unknown>): void } };

/**
 * Lets work go on behind the answer: the hosted runtime keeps the isolate alive for it. Nobody hears of its failure, so
 * it must deal with that itself.
 */
export function background(work: Promise<unknown>): void {
  const quiet = work.catch(() => {});
  (globalThis as Hosted).EdgeRuntime?.waitUntil(quiet);
}
