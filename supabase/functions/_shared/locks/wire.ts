import { lookup } from "node:dns/promises";
import { Duplex } from "node:stream";
import { orAborted } from "../time/or-aborted.ts";
import { closeQuietly as close, writeAll } from "../http/write-all.ts";

export type Target = { path: string } | { host: string; port: number };

/** An error of the way to Postgres, with a code as the system's and the driver's have. */
export const failure = (code: string, message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code });

/** The code of what cannot be encrypted, now or later. */
export const NO_TLS = "TLS_REFUSED";

/** What asks Postgres for TLS, and the byte that says yes. */
const TLS_REQUEST = new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]);
const TLS_GRANTED = 0x53;
const TLS_DENIED = 0x4e;

const MOST_READ = 16_384;

/**
 * Deno's own connection, as the driver wants its sockets. Not one of node:net, on which the hosted Deno (2.1.4; up to 2.4)
 * cannot begin TLS: `tls.connect` on an open socket never answers.
 *
 * It keeps its end from the driver, which (3.4.9) would open another by itself, and meanwhile write to none: an error
 * that nobody can catch. The driver writes to this one, which drops what it is given, until it is ended itself.
 */
class Wire extends Duplex {
  /** @param onEnd told of the error, if there is one, and of the end */
  constructor(private readonly connection: Deno.Conn, private readonly onEnd: (reason: Error) => void) {
    super({ allowHalfOpen: false });
  }

  /** As that of node:net: the driver says goodbye to an open one, and but once. */
  get readyState(): string {
    if (this.destroyed) return "closed";
    return this.writableEnded ? "readOnly" : "open";
  }

  override _read(): void {
    const bytes = new Uint8Array(MOST_READ);
    this.connection.read(bytes).then(
      (count) => this.push(count === null ? null : bytes.subarray(0, count)),
      (error) => this.destroy(asFailure(error)),
    );
  }

  override _write(bytes: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    writeAll(this.connection, bytes).then(() => done(), (error) => done(asFailure(error)));
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    close(this.connection);
    done(error);
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== "error" && event !== "close") return super.emit(event, ...args);
    const closed = failure("CONNECTION_CLOSED", "the connection to Postgres was closed");
    this.onEnd(event === "error" ? args[0] as Error : closed);
    return true;
  }
}

/**
 * A connected wire.
 *
 * @param caCerts authorities that are trusted beside the runtime's own, as PEM; null: the way is not encrypted
 * @param gone ends it, or the attempt
 * @param onEnd told why it ended
 */
export async function dial(
  target: Target,
  caCerts: string[] | null,
  gone: AbortSignal,
  onEnd: (reason: Error) => void,
): Promise<Duplex> {
  try {
    const connection = await orAborted(open(target, caCerts), gone, close);
    const giveUp = () => void wire.destroy();
    const wire = new Wire(connection, (reason) => {
      gone.removeEventListener("abort", giveUp);
      onEnd(reason);
    });
    gone.addEventListener("abort", giveUp, { once: true });
    if (gone.aborted) giveUp();
    return wire;
  } catch (error) {
    const reason = gone.aborted ? gone.reason : asFailure(error);
    onEnd(reason);
    throw reason;
  }
}

async function open(target: Target, caCerts: string[] | null): Promise<Deno.Conn> {
  if ("path" in target) return await Deno.connect({ transport: "unix", path: target.path });
  const connection = await connect(target.host, target.port);
  try {
    connection.setNoDelay(true);
    return caCerts === null ? connection : await encrypt(connection, target.host, caCerts);
  } catch (error) {
    close(connection);
    throw error;
  }
}

/** Connects to the first address of a name that lets it: Deno 2.1 tries but one. */
async function connect(host: string, port: number): Promise<Deno.TcpConn> {
  let failed: unknown;
  for (const { address } of await lookup(host, { all: true })) {
    try {
      return await Deno.connect({ hostname: address, port });
    } catch (error) {
      failed = error;
    }
  }
  throw failed;
}

/** Begins TLS, or sends nothing more. The certificate must be for the host, and by an authority that is trusted. */
async function encrypt(connection: Deno.TcpConn, host: string, caCerts: string[]): Promise<Deno.TlsConn> {
  await writeAll(connection, TLS_REQUEST);
  // One byte: what somebody on the way may put behind it is no start of TLS.
  const answer = new Uint8Array(1);
  await connection.read(answer);
  if (answer[0] === TLS_DENIED) throw failure(NO_TLS, "Postgres offers no TLS, and is not on this machine");
  if (answer[0] !== TLS_GRANTED) throw failure("CONNECTION_CLOSED", "Postgres did not answer about TLS");
  let encrypted: Deno.Conn = connection;
  try {
    const tls = await Deno.startTls(connection, { hostname: host, caCerts });
    encrypted = tls;
    await tls.handshake();
    return tls;
  } catch (error) {
    close(encrypted);
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    const advice = `is not for ${host}, or by no authority that is trusted: see DATABASE_CA`;
    throw failure(NO_TLS, `the certificate of Postgres ${advice}`, error);
  }
}

/** With a code, as what node:net fails with has one. */
const asFailure = (error: unknown): Error =>
  error instanceof Error && "code" in error
    ? error
    : failure("CONNECTION_CLOSED", "the connection to Postgres broke", error);
