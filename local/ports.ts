import { StackError } from "./errors.ts";

/** All parts listen here and nowhere else: the stack is not reachable from other machines. */
export const loopback = "127.0.0.1";

/** Whether a URL leads to this machine, where nobody listens on the wire. */
export const isLoopback = (url: URL): boolean => [loopback, "localhost", "[::1]"].includes(url.hostname);

// Below the range the kernel gives to outgoing connections, so that the port of a crashed part
// is still free when it comes back, however busy the machine is.
const privatePorts = { first: 20_000, share: 500, shares: 24 };

// Stacks that start at the same time take ports out of different shares: a port that was given to one and is not listened
// on yet looks free to the other.
const firstPort = privatePorts.first + (Deno.pid % privatePorts.shares) * privatePorts.share;

/** How many were tried before. Who got one may not listen there yet: it is given again only after all others. */
let tried = Math.floor(Math.random() * privatePorts.share);

/** A port nobody listens on, for a part that is not addressed from outside; no two of a stack are given the same. */
export function freePort(): number {
  for (let attempt = 0; attempt < privatePorts.share; attempt++) {
    const port = firstPort + tried++ % privatePorts.share;
    if (isFree(port)) return port;
  }
  throw new StackError(
    `No free port was found among the ${privatePorts.share} from ${firstPort} on.`,
    "Stop some of the running stacks.",
  );
}

/**
 * Throws a {@link StackError} naming the flag to use when `port` is taken.
 *
 * @param what the part that wants the port, as the message names it
 * @param flag the option that moves it elsewhere
 */
export function requireFreePort(port: number, what: string, flag: string): void {
  if (isFree(port)) return;
  throw new StackError(
    `Port ${port}, wanted by ${what}, is taken.`,
    `Stop what listens there (another stack?), or choose another port with ${flag}.`,
  );
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: loopback, port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
