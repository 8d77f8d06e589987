import process from "node:process";

/**
 * Limits on time, on a machine that stalls or is shared. Noise only ever adds to a time and takes from none: one figure
 * under the limit shows what the code does, while one above it says nothing until it was repeated.
 */

/** How often a figure is measured before it counts as too much. */
const ROUNDS = 5;

/**
 * Measures until a figure is at most `limit`, and returns it. Throws all figures when none was. What else goes wrong in
 * a measurement fails at once.
 */
export async function atMostOnce(
  limit: number,
  measure: () => number | Promise<number>,
  rounds = ROUNDS,
): Promise<number> {
  const figures: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // A stall that disturbed one round is to be over by the next.
    if (round > 0) await new Promise((resolve) => setTimeout(resolve, 200 * round));
    const figure = await measure();
    if (figure <= limit) return figure;
    figures.push(figure);
  }
  const all = figures.map((each) => each.toFixed(0)).join(", ");
  throw new Error(`more than ${limit} in each of ${rounds} rounds: ${all}`);
}

/**
 * Makes a check that a stall may spoil until it holds; throws its last failure. For what has a deadline of its own inside
 * a stack, where no test can see whether it was missed.
 */
export async function holdsOnce(check: () => Promise<void>, rounds = 3): Promise<void> {
  for (let round = 1;; round++) {
    try {
      return await check();
    } catch (error) {
      if (round === rounds) throw error;
    }
  }
}

/** Milliseconds that some work takes. */
export async function timeOf(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * Milliseconds by which work takes longer than `limit`; 0 when it does not. A timer set beside it is the measure: what
 * makes the event loop late makes both late.
 */
export async function overrun(limit: number, work: () => unknown): Promise<number> {
  let due = Infinity;
  const timer = setTimeout(() => due = performance.now(), limit);
  await work();
  clearTimeout(timer);
  return Math.max(0, performance.now() - due);
}

/** Milliseconds of CPU that some work takes in one turn, whatever else the machine does. Deno 2.1.4 cannot tell: 0. */
export function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
