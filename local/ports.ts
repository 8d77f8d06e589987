import { StackError } from "./errors.ts";

/** All parts listen here and nowhere else: the stack is not reachable from other machines. */
export const loopback = "127.0.0.1";

// Below the range the kernel gives to outgoing connections, so that the port of a crashed part
// is still free when it comes back, however busy the machine is.
const firstPrivatePort = 20_000;
const privatePorts = 12_000;

/** Ports that were given lately: who got one may not listen there yet. */
const given = new Set<number>();
const mostGiven = 1_000;

/** A port nobody listens on, for a part that is not addressed from outside; no two of a stack are given the same. */
export function freePort(): number {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = firstPrivatePort + Math.floor(Math.random() * privatePorts);
    if (given.has(port) || !isFree(port)) continue;
    if (given.size >= mostGiven) given.clear();
    given.add(port);
    return port;
  }
  throw new StackError("No free port was found between 20000 and 32000.", "Stop some of the running stacks.");
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
