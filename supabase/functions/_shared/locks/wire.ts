import { Socket } from "node:net";

export type Target = { path: string } | { host: string; port: number };

/**
 * A socket that keeps its end from the driver: that (3.4.9) would open another by itself, and meanwhile write to none,
 * an error that nobody can catch. It writes to this one, which drops what it is given, until it is ended itself.
 */
export class Wire extends Socket {
  /** @param onEnd told of the error, if there is one, and of the end */
  constructor(private readonly onEnd: (reason: Error) => void) {
    super();
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
 * @param gone ends it, or the attempt
 * @param onEnd told why it ended
 */
export function dial(target: Target, gone: AbortSignal, onEnd: (reason: Error) => void): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const wire = new Wire((reason) => {
      gone.removeEventListener("abort", giveUp);
      onEnd(reason);
      reject(reason);
    });
    const giveUp = () => {
      reject(gone.reason);
      wire.destroy();
    };
    gone.addEventListener("abort", giveUp, { once: true });
    wire.setNoDelay(true);
    wire.once("connect", () => resolve(wire));
    wire.connect(target);
    // TLS asks the socket for the name that the certificate must have.
    Object.assign(wire, target);
  });
}

/** An error of the way to Postgres, with a code as the system's and the driver's have. */
export const failure = (code: string, message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code });
