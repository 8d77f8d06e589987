import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Chart, CreateChart } from "../charts/point-chart.ts";
import { useDesk } from "../store/desk.ts";
import { theme } from "./theme-switch.tsx";

/** Points, and what draws them. */
export interface Charted<Point> {
  points: Point[];
  create: CreateChart<Point>;
}

/** Points with what draws them, which is a good part of the page's script: it is loaded while they are read, not before. */
export async function withChart<Point>(
  reading: Promise<Point[]>,
  loading: Promise<CreateChart<Point>>,
): Promise<Charted<Point>> {
  const [points, create] = await Promise.all([reading, loading]);
  return { points, create };
}

/** A chart with its legend above it: of the point under the pointer, else of the last. */
export function ChartFigure<Point extends { time: number }>({ charted, view, label, children }: {
  charted: Charted<Point>;
  /** What is shown: when it changes all of its points are brought into sight. */
  view: string;
  /** What it shows, in words. */
  label: (told: Point, when: string) => string;
  children: (told: Point, when: string) => ComponentChildren;
}) {
  const { clock } = useDesk();
  const { points, create } = charted;
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart<Point> | null>(null);
  const [pointed, setPointed] = useState<Point | null>(null);

  useEffect(() => {
    if (host.current === null) return;
    chart.current = create(host.current, setPointed);
    return chart.current.destroy;
  }, []);
  useEffect(() => chart.current?.show(points, view), [points, view, theme.value]);

  const told = pointed ?? points.at(-1);
  if (told === undefined) return null;
  const when = clock.chartMoment(told.time);
  return (
    <figure class="chart-figure">
      <figcaption class="legend">{children(told, when)}</figcaption>
      <div class="chart" ref={host} role="img" aria-label={label(told, when)} />
    </figure>
  );
}
