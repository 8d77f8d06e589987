/** Points in the order of time with no two at one: in the hour that a clock goes through twice they move up. */
export function ascending<Point extends { time: number }>(points: readonly Point[]): Point[] {
  let last = -Infinity;
  return points.map((point) => {
    last = Math.max(point.time, last + 1);
    return { ...point, time: last };
  });
}

/** A chart has no more room than for so many. */
const MOST = 1000;

/** Times to leave empty between those of points, which a chart else sets side by side, however far apart they are. */
export function timesBetween(times: readonly number[]): number[] {
  const gaps = times.slice(1).map((time, index) => ({ time, gap: time - (times[index] ?? time) }));
  const span = gaps.reduce((sum, { gap }) => sum + gap, 0);
  const step = Math.max(Math.min(...gaps.map(({ gap }) => gap)), span / MOST);
  return gaps.flatMap(({ time, gap }) => {
    const parts = Math.max(1, Math.round(gap / step));
    return Array.from({ length: parts - 1 }, (_, nr) => time - Math.round(gap * (parts - 1 - nr) / parts));
  });
}
