import type { IChartApi, ISeriesApi, SeriesDefinition, SeriesPartialOptionsMap } from "lightweight-charts";
import { formatDecimal } from "../format/decimal.ts";
import type { Palette } from "./chart.ts";
import type { Drawing } from "./point-chart.ts";
import { timesBetween } from "./times.ts";

/** A curve: what it takes of each point, and how it looks. */
interface Curve<Point, Options> {
  value: (point: Point) => number;
  look: (palette: Palette) => Options;
  options?: Options;
  /** Its place from above, where one chart has several. */
  pane?: number;
  margins?: { top: number; bottom: number };
}

/** Draws a curve of money: no line at its last value, and figures that are shorter the larger they are. */
export function drawCurve<Point extends { time: number }, Type extends "Area" | "Line">(
  chart: IChartApi,
  type: SeriesDefinition<Type>,
  { value, look, options, pane, margins }: Curve<Point, SeriesPartialOptionsMap[Type]>,
  places = 2,
): Drawing<Point> {
  const formatter = (value: number) => formatDecimal(value.toFixed(Math.abs(value) >= 10_000 ? 0 : places));
  const ofMoney = { priceFormat: { type: "custom", minMove: 0.01, formatter }, lineWidth: 2 } as const;
  const quiet = { priceLineVisible: false, lastValueVisible: false };
  const series: ISeriesApi<Type> = chart.addSeries(type, { ...ofMoney, ...quiet, ...options }, pane);
  if (margins !== undefined) series.priceScale().applyOptions({ scaleMargins: margins });
  return {
    show: (points) => {
      const empty = timesBetween(points.map(({ time }) => time)).map((time) => ({ time }));
      const drawn = points.map((point) => ({ time: point.time, value: value(point) }));
      const data = [...drawn, ...empty].toSorted((a, b) => a.time - b.time);
      series.setData(data as Parameters<typeof series.setData>[0]);
    },
    recolor: (palette) => series.applyOptions(look(palette)),
  };
}
