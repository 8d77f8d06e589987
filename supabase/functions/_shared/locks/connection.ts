import type postgres from "postgres";
import type { Sql } from "postgres";
import { delay } from "../time/delay.ts";
import { SUPABASE_AUTHORITY } from "./supabase-authority.ts";
import { dial, failure, NO_TLS, type Target } from "./wire.ts";

export type Connection = Awaited<ReturnType<typeof createConnection>>;

export interface ConnectionOptions {
  url: string;
  /** What Postgres shows as the session's name. */
  applicationName: string;
  /** Authorities of the server's certificate beside those that the runtime trusts, as PEM. */
  ca?: string;
  /** Milliseconds that Postgres may take to let it in. */
  connectTimeoutMs?: number;
}

type Answer = Record<string, unknown>[] & { command: string };

/** Where the driver is to connect to, in its own words. */
interface Place {
  host: string[];
  port: number[];
  path: string | false;
}

/** Postgres closes a connection that it is told to end; one that is not closed after this is destroyed. */
const FAREWELL_MS = 1_000;

/**
 * Whether the way to Postgres is encrypted: always, but on this machine, where nobody listens: loopback, a socket, or a
 * container's name, which has no dot. A URL may say otherwise by its `sslmode`; the platform's has none, and functions
 * cannot change it.
 */
export function isEncrypted(url: string): boolean {
  // What is no URL is for the driver to refuse.
  if (!URL.canParse(url)) return false;
  const { hostname, searchParams } = new URL(url);
  const isNear = /^127\.|^\[::1\]$/.test(hostname) || !/[.:]/.test(hostname);
  const mode = searchParams.get("sslmode");
  return mode === null ? !isNear : mode !== "disable";
}

/**
 * One connection to Postgres, never replaced by another: a driver that reconnects by itself would run the rest of a
 * transaction outside of it, without its lock. It connects at its first statement, and rejects nothing until then.
 */
export async function createConnection(
  { url, applicationName, ca, connectTimeoutMs = 5_000 }: ConnectionOptions,
) {
  const postgres = await loadDriver();
  const caCerts = isEncrypted(url) ? [SUPABASE_AUTHORITY, ...ca === undefined ? [] : [ca]] : null;
  const gone = new AbortController();
  let dialled = false;
  let admitted = false;
  let connecting: ReturnType<typeof setTimeout> | undefined;

  /** The one end of the connection, whatever the reason: whoever waits for an answer of the driver is told. */
  function lose(reason: Error): void {
    if (gone.signal.aborted) return;
    clearTimeout(connecting);
    gone.abort(reason);
    void sql.end({ timeout: 0 });
  }

  /** The socket, once: what the driver asks for while it lives is to cancel a statement, and later to reconnect. */
  function socket({ host, port, path }: Place) {
    gone.signal.throwIfAborted();
    const target: Target = path ? { path } : { host: host[0] ?? "localhost", port: port[0] ?? 5432 };
    if (dialled) return dial(target, caCerts, gone.signal, () => {});
    dialled = true;
    connecting = setTimeout(
      () => lose(failure("CONNECT_TIMEOUT", "Postgres did not answer in time")),
      connectTimeoutMs,
    );
    return dial(target, caCerts, gone.signal, lose);
  }

  const options = {
    // The socket is encrypted already.
    ssl: false,
    max: 1,
    // A pooler in transaction mode gives every transaction another session, which knows no prepared statement.
    prepare: false,
    // Counted here, from the first packet to the welcome.
    connect_timeout: 0,
    // The pool decides how long an idle connection lives.
    idle_timeout: 0,
    max_lifetime: null,
    connection: { application_name: applicationName },
    onnotice: () => {},
    // The first thing that Postgres says to whom it lets in.
    onparameter: () => {
      admitted = true;
      clearTimeout(connecting);
    },
    // Not in the driver's types, but in its documentation: where its sockets come from.
    socket,
  };
  // `null` switches the driver's life time off, which its types do not know.
  const sql: Sql = postgres(url, options as unknown as Parameters<typeof postgres>[1]);

  /** The answer to a statement of `sql`; when the connection is lost, it rejects with why. */
  async function answer<T>(statement: PromiseLike<T>): Promise<T> {
    gone.signal.throwIfAborted();
    try {
      return await statement;
    } catch (error) {
      // Nothing can be done with a connection that was not let in, whatever the driver made of what it was told.
      if (!admitted) lose(asFailure(error));
      throw gone.signal.aborted ? gone.signal.reason : error;
    }
  }

  return {
    sql,
    /** Whether Postgres ever let it in. */
    get admitted() {
      return admitted;
    },
    /** Aborted once the connection is gone; the reason is why. */
    lost: gone.signal,
    answer,
    /** Sends one message of plain statements; resolves with all their rows and the last one's command. */
    async run(statements: string): Promise<{ command: string; rows: Record<string, unknown>[] }> {
      const results = await answer(sql.unsafe(statements));
      // One statement answers its rows, several an array of such answers.
      const answers = (Array.isArray(results[0]) ? results : [results]) as unknown as Answer[];
      return { command: answers.at(-1)?.command ?? "", rows: answers.flat() };
    },
    /** Ends it at once; what runs on it fails. The server notices at the latest when it next looks at the socket. */
    destroy: (): void => lose(failure("CONNECTION_DESTROYED", "the connection to Postgres was given up")),
    /** Ends it in good order. */
    async close(): Promise<void> {
      const ended = failure("CONNECTION_ENDED", "the connection to Postgres was closed here");
      if (!dialled) lose(ended);
      await sql.end({ timeout: 0 });
      await delay(FAREWELL_MS, gone.signal).catch(() => {});
      lose(ended);
    },
  };
}

/** What went wrong with a connection that is being made; what the driver could not read is no Postgres' answer. */
const asFailure = (error: unknown): Error =>
  error instanceof Error && (isRefusal(error) || isConnectionFailure(error))
    ? error
    : failure("CONNECTION_FAILED", "what answered does not speak as Postgres does", error);

/** True for an answer of the server that says no, or a way to it that cannot be encrypted. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Error && ("severity" in error || "code" in error && error.code === NO_TLS);

/** True for a failure of the way to Postgres, or of a server that starts, stops or is full: worth another try. */
export function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  const code = String(error.code);
  // Only an answer of the server has a severity; other codes are the driver's or the system's.
  return isRefusal(error) ? /^(08|53|57P)/.test(code) : /^(CONNECT|E(?!RR_)[A-Z_]+$)/.test(code);
}

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
