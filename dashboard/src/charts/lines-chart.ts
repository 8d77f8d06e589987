import { LineSeries, LineStyle } from "lightweight-charts";
import type { Clock } from "../format/time.ts";
import type { CreateChart } from "./chart.ts";
import { drawCurve } from "./curves.ts";
import { pointChart } from "./point-chart.ts";

/** A line of a chart of several. */
export interface Line {
  name: string;
  /** The variable of the style sheet that has its color. */
  color: string;
  stroke: keyof typeof STYLES;
}

/** What each line was worth at a moment, in their order: numbers to draw, texts to tell. */
export interface LinesMoment {
  /** As the clock's `chartTime` has it. */
  time: number;
  values: readonly number[];
  labels: readonly string[];
}

const STYLES = { solid: LineStyle.Solid, dashed: LineStyle.Dashed, dotted: LineStyle.Dotted };

/** Draws several results over each other, the first on top. */
export const linesChart = (clock: Clock, lines: readonly Line[]): CreateChart<LinesMoment> =>
  pointChart(
    clock,
    (chart) =>
      lines.map(({ color, stroke }, index) =>
        drawCurve<LinesMoment, "Line">(chart, LineSeries, {
          value: ({ values }) => values[index] ?? 0,
          options: { lineStyle: STYLES[stroke] },
          look: (palette) => ({ color: palette(color) }),
        })
      ).toReversed(),
  );
