import type { Line, Moment } from "../charts/curves.ts";
import type { Clock } from "../format/time.ts";
import { type Charted, ChartFigure, withChart } from "./chart-figure.tsx";

/** Moments with what draws several lines of them. */
export const withLines = (moments: Promise<Moment[]>, lines: readonly Line[], clock: Clock) =>
  withChart(moments, import("../charts/curves.ts").then(({ linesChart }) => linesChart(clock, lines)));

/** Several results over time in one chart; its legend names each line, and has the values under the pointer, else the last. */
export function LinesFigure({ charted, lines, view, title }: {
  charted: Charted<Moment>;
  /** Fixed: another set of lines is another figure, by its key. */
  lines: readonly Line[];
  view: string;
  title: string;
}) {
  const valuesOf = ({ labels }: Moment) =>
    lines.map(({ name }, index) => `${name} ${labels[index]}`).join(", ");
  return (
    <ChartFigure
      charted={charted}
      view={view}
      label={(told, when) => `${title} over time; ${when}: ${valuesOf(told)}`}
    >
      {({ labels }, when) => (
        <>
          <span class="muted">{when}</span>
          {lines.map((line, index) => (
            <span key={index} class="legend-line">
              <LineKey line={line} /> <strong>{labels[index]}</strong>
            </span>
          ))}
        </>
      )}
    </ChartFigure>
  );
}

/** A line's name beside a piece of it. */
export function LineKey({ line: { name, color, stroke } }: { line: Line }) {
  return (
    <span class="line-key">
      <span class="line-piece" style={{ borderTop: `3px ${stroke} var(${color})` }} aria-hidden="true" />
      {name}
    </span>
  );
}
