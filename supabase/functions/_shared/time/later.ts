/** A timer that does not keep the isolate alive; answers how to cancel it. */
export function later(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  unref(timer);
  return () => clearTimeout(timer);
}

/** A timer is a number where Deno is older, as on hosted Supabase (2.1.4), and an object as Node's where it is newer. */
function unref(timer: unknown): void {
  if (typeof timer === "number") Deno.unrefTimer(timer);
  else (timer as { unref(): void }).unref();
}
