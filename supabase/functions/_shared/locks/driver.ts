import type postgres from "postgres";

let loading: Promise<typeof postgres> | undefined;

/**
 * The driver, postgres.js, loaded when first needed: a function that takes no lock starts without it. Loaded once: what
 * is imported again comes a turn of the event loop later, and a try at the end of its time would be over by then.
 */
export function loadDriver(): Promise<typeof postgres> {
  loading ??= load();
  return loading;
}

async function load(): Promise<typeof postgres> {
  addEventListener("unhandledrejection", (event) => {
    if (isOrphan(event.reason)) event.preventDefault();
  });
  return (await import("postgres")).default;
}

/**
 * True for a failure inside the driver (3.4.9) that it lets nobody handle, and that would end the isolate: of its own
 * question for the array types, when the connection is lost meanwhile, and of authentication messages that it cannot
 * read. Who waits for the connection is told by its loss, or by the time it may take.
 */
function isOrphan(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false;
  // The failure of a statement names it: such of the work's statements are for the work to handle.
  if ("query" in reason) return /pg_catalog\.pg_type/.test(String(reason.query));
  return /\bpostgres\b.*\/connection\.js/.test(reason.stack ?? "");
}
