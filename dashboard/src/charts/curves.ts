import {
  AreaSeries,
  type AutoscaleInfo,
  type IChartApi,
  LineSeries,
  LineStyle,
  type SeriesDefinition,
  type SeriesPartialOptionsMap,
} from "lightweight-charts";
import { formatDecimal } from "../format/decimal.ts";
import type { Money } from "../format/money.ts";
import type { Clock } from "../format/time.ts";
import { type CreateChart, type Draw, noLess, type Palette, pointChart } from "./point-chart.ts";
import { timesBetween } from "./times.ts";

/** What each curve of a chart was worth at a moment, in their order: numbers to draw, texts to tell. */
export interface Moment {
  /** As {@link Clock.chartTime} has it. */
  time: number;
  values: readonly number[];
  labels: readonly string[];
}

/** Draws equity, and below it how far it lay under its best: values of 0 and less. */
export const equityChart = ({ places }: Money, clock: Clock): CreateChart<Moment> =>
  pointChart(clock, (chart) => {
    const equity = drawCurve(chart, AreaSeries, {
      ...{ nr: 0, places, scaleMargins: { top: 0.12, bottom: 0.08 } },
      look: (palette) => ({
        ...areaColors(palette("--accent"), 0.28, 0.02),
        // A calm account is a calm line: its cents are not blown up to mountains.
        autoscaleInfoProvider: noLess(0.001, 1),
      }),
    });
    const falls = drawCurve(chart, AreaSeries, {
      ...{ nr: 1, places, pane: 1, scaleMargins: { top: 0.06, bottom: 0.12 } },
      look: (palette) => ({
        ...areaColors(palette("--down"), 0.05, 0.3),
        ...{ lineWidth: 1, invertFilledArea: true, autoscaleInfoProvider: fromTop },
      }),
    });
    const [upper, lower] = chart.panes();
    upper?.setStretchFactor(3.2);
    lower?.setStretchFactor(1);
    return [equity, falls];
  });

/** A line of a chart of several. */
export interface Line {
  name: string;
  /** The variable of the style sheet that has its color. */
  color: string;
  stroke: keyof typeof STYLES;
}

const STYLES = { solid: LineStyle.Solid, dashed: LineStyle.Dashed, dotted: LineStyle.Dotted };

/** Draws several results over each other, the first on top. */
export const linesChart = (clock: Clock, lines: readonly Line[]): CreateChart<Moment> =>
  pointChart(clock, (chart) =>
    lines.map(({ color, stroke }, nr) =>
      drawCurve(chart, LineSeries, {
        nr,
        look: (palette) => ({ color: palette(color), lineStyle: STYLES[stroke] }),
      })
    ).toReversed());

/** Draws one value of each moment, of money: no line at the last, and figures that are shorter the larger they are. */
function drawCurve<Type extends "Area" | "Line">(
  chart: IChartApi,
  type: SeriesDefinition<Type>,
  { nr, look, places = 2, pane, scaleMargins }: {
    nr: number;
    look: (palette: Palette) => SeriesPartialOptionsMap[Type];
    places?: number;
    /** Its place from above, where one chart has several. */
    pane?: number;
    scaleMargins?: { top: number; bottom: number };
  },
): Draw<Moment> {
  const formatter = (value: number) => formatDecimal(value.toFixed(Math.abs(value) >= 10_000 ? 0 : places));
  const ofMoney = { priceFormat: { type: "custom", minMove: 0.01, formatter }, lineWidth: 2 } as const;
  const series = chart.addSeries(
    type,
    { ...ofMoney, priceLineVisible: false, lastValueVisible: false },
    pane,
  );
  series.priceScale().applyOptions({ scaleMargins });
  return (moments, palette) => {
    series.applyOptions(look(palette));
    const drawn = moments.map(({ time, values }) => ({ time, value: values[nr] ?? 0 }));
    const empty = timesBetween(moments.map(({ time }) => time)).map((time) => ({ time }));
    const data = [...drawn, ...empty].toSorted((a, b) => a.time - b.time);
    series.setData(data as Parameters<typeof series.setData>[0]);
  };
}

function areaColors(lineColor: string, top: number, bottom: number) {
  const channels = lineColor.match(/[\d.]+/g)?.slice(0, 3).join(", ") ?? "0, 0, 0";
  return { lineColor, topColor: `rgba(${channels}, ${top})`, bottomColor: `rgba(${channels}, ${bottom})` };
}

/** No drawdown is a line on top, with room below it. */
function fromTop(original: () => AutoscaleInfo | null): AutoscaleInfo {
  return { priceRange: { minValue: Math.min(original()?.priceRange?.minValue ?? 0, -1), maxValue: 0 } };
}
