/** Milliseconds to wait after so many failures in a row: doubling from `first`, up to `longest`. */
export const doubling = (failures: number, first: number, longest: number): number =>
  Math.min(first * 2 ** failures, longest);

/** A wait less a random part, at most a half: those who failed together do not come back together. */
export const jittered = (milliseconds: number, random: () => number = Math.random): number =>
  milliseconds * (0.5 + random() / 2);
