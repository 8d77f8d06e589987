import { loopback } from "./ports.ts";

/** A request on its way to a process of this stack. */
export interface Outgoing {
  method: string;
  /** Path and query. */
  target: string;
  headers: [name: string, value: string][];
  body: BodyInit | null;
}

/** A body up to this size is passed on in one piece, which costs half of the processor's time, a larger one as it comes. */
export const maxWholeBody = 1024 * 1024;

/** Headers about one connection, not the message (RFC 9110, 7.6.1). */
export const ofConnection = new Set(
  ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
);

// Kept shorter than the idle timeout of any server here, so that a connection is not closed under a request.
const connect = () => Deno.createHttpClient({ poolIdleTimeout: 4_000, allowHost: true });

/** One process on this machine, asked over kept connections. */
export class Upstream {
  /** Requests being answered now. */
  inFlight = 0;
  #client = connect();

  constructor(readonly port: number) {}

  /** Sends a request and resolves with the answer, its body perhaps still on the way. */
  async send({ method, target, headers, body }: Outgoing): Promise<Response> {
    this.inFlight++;
    const over = () => void this.inFlight--;
    try {
      const answer = await fetch(`http://${loopback}:${this.port}${target}`, {
        ...{ method, body, client: this.#client, redirect: "manual" },
        // What is compressed here is unpacked again on its way.
        headers: [...headers, ["accept-encoding", "identity"]],
      });
      const init = {
        status: answer.status,
        headers: [...answer.headers].filter(([name]) => !ofConnection.has(name)),
      };
      const length = Number(answer.headers.get("content-length") ?? Infinity);
      if (answer.body !== null && length > maxWholeBody) {
        const passed = new TransformStream<Uint8Array, Uint8Array>({ flush: over, cancel: over });
        return new Response(answer.body.pipeThrough(passed), init);
      }
      const whole = answer.body && await answer.bytes();
      over();
      return new Response(whole, init);
    } catch (error) {
      over();
      throw error;
    }
  }

  /** Closes the kept connections; to be called when the process ends. */
  forget(): void {
    this.#client.close();
    this.#client = connect();
  }
}
