import type { Entry } from "./entry.ts";

/** One of each account in turn, round by round; those of one account in order of arrival. */
export function* inTurn(waiting: readonly Entry[]): Generator<Entry> {
  let queues = [...Map.groupBy(waiting, ({ alert }) => alert.account).values()];
  for (let round = 0; queues.length > 0; round++) {
    for (const queue of queues) {
      const entry = queue[round];
      if (entry !== undefined) yield entry;
    }
    queues = queues.filter((queue) => queue.length > round + 1);
  }
}

/** What is left of a queue, those accounts first that were not served: their turn comes next. */
export function afterTurn(waiting: readonly Entry[], taken: readonly Entry[]): Entry[] {
  const gone = new Set(taken);
  const served = new Set(taken.map(({ alert }) => alert.account));
  const left = waiting.filter((entry) => !gone.has(entry));
  const isServed = ({ alert }: Entry) => served.has(alert.account);
  return [...left.filter((entry) => !isServed(entry)), ...left.filter(isServed)];
}

/** How many go before the last of `more`, one alert for each account, when they take turns: of others no more than of its own. */
export function aheadOf(waiting: readonly Entry[], more: readonly (string | null)[]): number {
  const counts = new Map<string | null, number>();
  for (const account of [...waiting.map(({ alert }) => alert.account), ...more]) {
    counts.set(account, (counts.get(account) ?? 0) + 1);
  }
  const longest = Math.max(...more.map((account) => counts.get(account) ?? 0));
  return [...counts.values()].reduce((sum, count) => sum + Math.min(count, longest), 0);
}
