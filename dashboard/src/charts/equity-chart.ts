import { AreaSeries, type AutoscaleInfo } from "lightweight-charts";
import type { Money } from "../format/money.ts";
import type { Clock } from "../format/time.ts";
import type { CreateChart } from "./chart.ts";
import { drawCurve } from "./curves.ts";
import { pointChart } from "./point-chart.ts";
import { fade, noLess } from "./theme.ts";

/** A moment of an account: numbers to draw, texts to tell. */
export interface EquityMoment {
  /** As {@link Clock.chartTime} has it. */
  time: number;
  value: number;
  /** How deep below the best so far, at least 0. */
  fall: number;
  /** The exact values, as they are written. */
  label: { value: string; fall: string };
}

/** Draws equity, and below it how far it lay under its best. */
export const equityChart = ({ places }: Money, clock: Clock): CreateChart<EquityMoment> =>
  pointChart(clock, (chart) => {
    const equity = drawCurve<EquityMoment, "Area">(chart, AreaSeries, {
      value: ({ value }) => value,
      // A calm account is a calm line: its cents are not blown up to mountains.
      options: { autoscaleInfoProvider: noLess(0.001, 1) },
      margins: { top: 0.12, bottom: 0.08 },
      look: (palette) => areaColors(palette("--accent"), 0.28, 0.02),
    }, places);
    const falls = drawCurve<EquityMoment, "Area">(chart, AreaSeries, {
      value: ({ fall }) => -fall,
      pane: 1,
      options: { lineWidth: 1, invertFilledArea: true, autoscaleInfoProvider: fromTop },
      margins: { top: 0.06, bottom: 0.12 },
      look: (palette) => areaColors(palette("--down"), 0.05, 0.3),
    }, places);
    const [upper, lower] = chart.panes();
    upper?.setStretchFactor(3.2);
    lower?.setStretchFactor(1);
    return [equity, falls];
  });

const areaColors = (color: string, top: number, bottom: number) => ({
  lineColor: color,
  topColor: fade(color, top),
  bottomColor: fade(color, bottom),
});

/** No drawdown is a line on top, with room below it. */
function fromTop(original: () => AutoscaleInfo | null): AutoscaleInfo {
  return { priceRange: { minValue: Math.min(original()?.priceRange?.minValue ?? 0, -1), maxValue: 0 } };
}
