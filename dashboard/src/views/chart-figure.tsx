import type { ComponentChildren } from "preact";
import { type Charted, useChart } from "../charts/use-chart.ts";
import { useDesk } from "../store/desk.ts";

/** A chart with its legend above it: of the point under the pointer, else of the last. */
export function ChartFigure<Point extends { time: number }>({ charted, view, label, children }: {
  charted: Charted<Point>;
  view: string;
  /** What it shows, in words. */
  label: (told: Point, when: string) => string;
  children: (told: Point, when: string) => ComponentChildren;
}) {
  const { clock } = useDesk();
  const { host, point } = useChart(charted, view);
  const told = point ?? charted.points.at(-1);
  if (told === undefined) return null;
  const when = clock.chartMoment(told.time);
  return (
    <figure class="chart-figure">
      <figcaption class="legend">{children(told, when)}</figcaption>
      <div class="chart" ref={host} role="img" aria-label={label(told, when)} />
    </figure>
  );
}
