import { connect, type Socket } from "node:net";
import type { Sql } from "postgres";

/**
 * One connection to Postgres, never replaced by another: a driver that reconnects by itself would run the rest of a
 * transaction outside of it, without its lock. It connects at its first statement.
 */
export interface Connection {
  readonly sql: Sql;
  /** Whether it ever reached a server. */
  readonly reached: boolean;
  /** Aborted once the connection is gone; the reason is why. */
  readonly lost: AbortSignal;
  /** Sends one message of plain statements; resolves with all their rows and the last one's command. */
  run(statements: string): Promise<{ command: string; rows: Record<string, unknown>[] }>;
  /** Ends it at once; what runs on it fails. The server notices at the latest when it next looks at the socket. */
  destroy(): void;
  /** Ends it in good order. */
  close(): Promise<void>;
}

export interface ConnectionOptions {
  url: string;
  /** What Postgres shows as the session's name. */
  applicationName: string;
  /** Milliseconds that a connection may take. */
  connectTimeoutMs?: number;
}

type Answer = Record<string, unknown>[] & { command: string };

let forgives = false;

/**
 * The driver asks each new connection for the array types, and lets nobody wait for the answer (3.4.9): when the
 * connection is lost meanwhile, that is a rejection which nobody handles, and it would end the isolate. Those who wait
 * for the connection are told of the loss anyway.
 */
function forgiveLostTypes(): void {
  if (forgives) return;
  forgives = true;
  addEventListener("unhandledrejection", (event) => {
    const { reason } = event;
    if (reason instanceof Error && "query" in reason && /pg_catalog\.pg_type/.test(String(reason.query))) {
      event.preventDefault();
    }
  });
}

/** A connection that is not open yet. It rejects nothing until a statement is sent. */
export async function createConnection(
  { url, applicationName, connectTimeoutMs = 5_000 }: ConnectionOptions,
): Promise<Connection> {
  // Loaded when first needed: a function that takes no lock starts without it.
  const { default: postgres } = await import("postgres");
  forgiveLostTypes();
  const gone = new AbortController();
  let reached = false;
  const sockets = new Set<Socket>();
  const lose = (reason: Error) => gone.abort(reason);

  const options = {
    max: 1,
    // A pooler in transaction mode gives every transaction another session, which knows no prepared statement.
    prepare: false,
    connect_timeout: connectTimeoutMs / 1000,
    // The pool decides how long an idle connection lives.
    idle_timeout: 0,
    max_lifetime: null,
    connection: { application_name: applicationName },
    onnotice: () => {},
    onclose: () => lose(failure("CONNECTION_CLOSED", "the connection to Postgres was closed")),
    // Not in the driver's types, but in its documentation: where its sockets come from.
    socket: ({ host, port, path }: { host: string[]; port: number[]; path: string | false }) => {
      gone.signal.throwIfAborted();
      const target = path ? { path } : { host: host[0] ?? "localhost", port: port[0] ?? 5432 };
      return dial(target, connectTimeoutMs, sockets).then((socket) => {
        reached = true;
        return socket;
      }, (error) => {
        lose(error);
        throw error;
      });
    },
  };
  // `null` switches the driver's life time off, which its types do not know.
  const sql: Sql = postgres(url, options as unknown as Parameters<typeof postgres>[1]);

  return {
    sql,
    get reached() {
      return reached;
    },
    lost: gone.signal,
    async run(statements) {
      gone.signal.throwIfAborted();
      const results = await sql.unsafe(statements);
      // One statement answers its rows, several an array of such answers.
      const answers = (Array.isArray(results[0]) ? results : [results]) as unknown as Answer[];
      return { command: answers.at(-1)?.command ?? "", rows: answers.flat() };
    },
    destroy() {
      lose(failure("CONNECTION_DESTROYED", "the connection to Postgres was given up"));
      for (const socket of sockets) socket.destroy();
      void sql.end({ timeout: 0 });
    },
    async close() {
      lose(failure("CONNECTION_ENDED", "the connection to Postgres was closed here"));
      await sql.end({ timeout: 1 });
    },
  };
}

/** A connected socket, known in `sockets` while it lives. */
function dial(
  target: { path: string } | { host: string; port: number },
  timeoutMs: number,
  sockets: Set<Socket>,
): Promise<Socket> {
  const socket = connect(target);
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
  socket.setNoDelay(true);
  // TLS asks the socket for the name that the certificate must have.
  Object.assign(socket, target);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(failure("CONNECT_TIMEOUT", "Postgres did not answer in time")),
      timeoutMs,
    );
    const closed = () => fail(failure("CONNECTION_CLOSED", "the connection to Postgres was given up"));
    socket.once("error", fail);
    socket.once("close", closed);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      socket.off("close", closed);
      resolve(socket);
    });
  });
}

const failure = (code: string, message: string) => Object.assign(new Error(message), { code });

/** True for an answer of the server that says no. */
export const isRefusal = (error: unknown): boolean => error instanceof Error && "severity" in error;

/** True for a failure of the way to Postgres, or of a server that starts, stops or is full: worth another try. */
export function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  const code = String(error.code);
  // Only an answer of the server has a severity; other codes are the driver's or the system's.
  return isRefusal(error) ? /^(08|53|57P)/.test(code) : /^(CONNECT|E(?!RR_)[A-Z_]+$)/.test(code);
}
