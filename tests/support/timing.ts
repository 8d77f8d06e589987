/**
 * Whether the time of a call tells its inputs apart, as dudect measures it: samples of all classes taken in turn, in an
 * order drawn anew each round, so that what slows the machine slows them alike; the slow tail cut off at one common
 * threshold, as it holds interruptions and not the code's own time; then Welch's t for each pair of classes.
 */
export interface Timing {
  /** The greatest |t| of any pair, and whose it is. */
  t: number;
  pair: string;
  /** Nanoseconds between the means of that pair. */
  difference: number;
  /** Mean nanoseconds of each class, cropped. */
  means: Record<string, number>;
}

/**
 * Measures `call` on each class of inputs.
 *
 * @param samples of each class
 * @param keep the part of all samples, the quickest, that counts
 */
export function compareTimes(
  call: (text: string) => unknown,
  classes: Record<string, string>,
  { samples, keep = 0.9 }: { samples: number; keep?: number },
): Timing {
  const names = Object.keys(classes);
  const inputs = Object.values(classes).map((text) => new TextEncoder().encode(text));
  const decoder = new TextDecoder();
  const times = names.map(() => new Float64Array(samples));
  const order = names.map((_, index) => index);
  let sink = 0;
  for (let round = 0; round < samples; round++) {
    for (let last = order.length - 1; last > 0; last--) {
      const other = Math.floor(Math.random() * (last + 1));
      [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
    }
    for (const index of order) {
      // A string of its own for each call, as a request brings it: where one string lies in memory shows in the time.
      const input = decoder.decode(inputs[index]);
      const started = performance.now();
      const result = call(input);
      const taken = performance.now() - started;
      // Used, so that no compiler leaves the call out.
      if (result === undefined) sink++;
      const mine = times[index];
      if (mine !== undefined) mine[round] = taken * 1e6;
    }
  }
  if (sink > 0) throw new Error("the call answered nothing");

  const pooled = Float64Array.from(times.flatMap((each) => [...each])).sort();
  const threshold = pooled[Math.floor(pooled.length * keep) - 1] ?? Infinity;
  const moments = times.map((each) => momentsOf(each.filter((time) => time <= threshold)));
  let greatest = { t: 0, pair: "", difference: 0 };
  moments.forEach((a, i) =>
    moments.slice(0, i).forEach((b, j) => {
      const difference = Math.abs(a.mean - b.mean);
      const t = difference / Math.sqrt(a.variance / a.count + b.variance / b.count);
      if (t > greatest.t) greatest = { t, pair: `${names[j]} / ${names[i]}`, difference };
    })
  );
  const means = moments.map(({ mean }, index) => [names[index] ?? "", Math.round(mean * 10) / 10]);
  return { ...greatest, means: Object.fromEntries(means) };
}

function momentsOf(values: Float64Array): { count: number; mean: number; variance: number } {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return { count, mean, variance };
}
