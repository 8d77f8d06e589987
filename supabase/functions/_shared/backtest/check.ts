import { scaled, unscaled } from "../validators/decimal.ts";
import type { FlatPoint, Plan } from "./orders.ts";

/** The account's profit beside the file's. */
export type Check = ReturnType<typeof checkProfits>;

/** Compares the account's profit with the file's wherever nothing was held: since the beginning, and since the last time. */
export function checkProfits({ flats }: Pick<Plan, "flats">, profits: readonly bigint[]) {
  const sums = [0n];
  for (const profit of profits) sums.push((sums.at(-1) ?? 0n) + profit);
  const at = (flat: FlatPoint | undefined): bigint => sums[flat?.roundTrips ?? 0] ?? sums.at(-1) ?? 0n;
  const off = (flat: FlatPoint | undefined): bigint => at(flat) - scaled(flat?.profit ?? "0");
  const differing = flats.filter((flat, index) =>
    // An account that has closed fewer trades is not the file's, whatever it made.
    flat.roundTrips >= sums.length || size(off(flat)) > scaled(flat.room) ||
    size(off(flat) - off(flats[index - 1])) > scaled(flat.stepRoom)
  );
  const [first, last] = [differing[0], flats.at(-1)];
  return {
    equal: differing.length === 0,
    /** How often nothing was held, and at how many of these the profits differ. */
    flat_points: flats.length,
    differing: differing.length,
    first_difference: first === undefined
      ? null
      : { time: first.time, account: unscaled(at(first)), file: first.profit },
    /** At the last of them. */
    profit: unscaled(at(last)),
    file_profit: last?.profit ?? "0",
  };
}

const size = (count: bigint): bigint => count < 0n ? -count : count;
