import { LineStyle } from "lightweight-charts";
import type { Clock } from "../format/time.ts";
import type { Chart, OnPoint } from "./chart.ts";
import { drawLine } from "./curves.ts";
import type { Line, LinesMoment } from "./lines.ts";
import { createPointChart } from "./point-chart.ts";

const STYLES = { solid: LineStyle.Solid, dashed: LineStyle.Dashed, dotted: LineStyle.Dotted };

/** Draws several results over each other, the first on top. */
export function createLinesChart(
  host: HTMLElement,
  { clock, lines, onPoint }: {
    clock: Clock;
    lines: readonly Line[];
    onPoint: OnPoint<LinesMoment>;
  },
): Chart<LinesMoment> {
  return createPointChart<LinesMoment>(host, {
    clock,
    onPoint,
    draw: (chart) =>
      lines.map(({ color, stroke }, index) =>
        drawLine<LinesMoment>(chart, {
          value: ({ values }) => values[index] ?? 0,
          options: { lineStyle: STYLES[stroke] },
          look: (palette) => ({ color: palette.of(color) }),
        })
      ).toReversed(),
  });
}
