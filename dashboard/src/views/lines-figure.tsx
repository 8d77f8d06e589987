import type { Line, LinesMoment } from "../charts/lines.ts";
import { type Charted, useChart, withChart } from "../charts/use-chart.ts";
import { useDesk } from "../store/desk.ts";
import { ChartFigure } from "./chart-figure.tsx";

type Create = typeof import("../charts/lines-chart.ts").createLinesChart;
type ChartedLines = Charted<LinesMoment, Create>;

/** Moments with what draws several lines of them. */
export const withLines = (moments: Promise<LinesMoment[]>): Promise<ChartedLines> =>
  withChart(moments, import("../charts/lines-chart.ts").then(({ createLinesChart }) => createLinesChart));

/** Several results over time in one chart; its legend names each line, and has the values under the pointer, else the last. */
export function LinesFigure(
  { charted: { points, create }, lines, view, title }: {
    charted: ChartedLines;
    /** Fixed: another set of lines is another figure, by its key. */
    lines: readonly Line[];
    view: string;
    title: string;
  },
) {
  const { clock } = useDesk();
  const { host, point } = useChart<LinesMoment>(
    (element, onPoint) => create(element, { clock, lines, onPoint }),
    points,
    view,
  );
  const told = point ?? points.at(-1);
  if (told === undefined) return null;
  const when = clock.chartMoment(told.time);
  const values = lines.map(({ name }, index) => `${name} ${told.labels[index]}`)
    .join(", ");
  return (
    <ChartFigure host={host} label={`${title} over time; ${when}: ${values}`}>
      <span class="muted">{when}</span>
      {lines.map((line, index) => (
        <span key={index} class="legend-line">
          <LineKey line={line} /> <strong>{told.labels[index]}</strong>
        </span>
      ))}
    </ChartFigure>
  );
}

/** A line's name beside a piece of it. */
export function LineKey({ line: { name, color, stroke } }: { line: Line }) {
  return (
    <span class="line-key">
      <span
        class="line-piece"
        style={{ borderTop: `3px ${stroke} var(${color})` }}
        aria-hidden="true"
      />
      {name}
    </span>
  );
}
