import { clearTimeout, setTimeout } from "node:timers";

/**
 * A timer that does not keep the isolate alive; answers how to cancel it. Node's, as its form is the same in every version
 * of Deno.
 */
export function later(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
}
