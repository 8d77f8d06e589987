import {
  AreaSeries,
  type AreaSeriesPartialOptions,
  type IChartApi,
  LineSeries,
  type LineSeriesPartialOptions,
  type UTCTimestamp,
} from "lightweight-charts";
import { formatDecimal } from "../format/decimal.ts";
import type { Palette } from "./palette.ts";
import type { Drawing } from "./point-chart.ts";

/** A curve: what it takes of each point, and how it looks. */
interface Curve<Point, Options> {
  value: (point: Point) => number;
  look: (palette: Palette) => Options;
  options?: Options;
  /** Its place from above, where one chart has several. */
  pane?: number;
  margins?: { top: number; bottom: number };
}

/** What a curve of money has in common: no line at its last value, and figures that are shorter the larger they are. */
const ofMoney = (places: number) => ({
  priceLineVisible: false,
  lastValueVisible: false,
  priceFormat: {
    type: "custom",
    minMove: 0.01,
    formatter: (value: number) => formatDecimal(value.toFixed(Math.abs(value) >= 10_000 ? 0 : places)),
  },
} as const);

/** Draws curves of money as lines. */
export function drawLine<Point extends { time: number }>(
  chart: IChartApi,
  curve: Curve<Point, LineSeriesPartialOptions>,
  places = 2,
): Drawing<Point> {
  const series = chart.addSeries(LineSeries, {
    ...ofMoney(places),
    lineWidth: 2,
    ...curve.options,
  }, curve.pane);
  return {
    show: (points) => series.setData(dataOf(points, curve.value)),
    recolor: (palette) => series.applyOptions(curve.look(palette)),
  };
}

/** Draws a curve of money with its area filled. */
export function drawArea<Point extends { time: number }>(
  chart: IChartApi,
  curve: Curve<Point, AreaSeriesPartialOptions>,
  places = 2,
): Drawing<Point> {
  const series = chart.addSeries(AreaSeries, {
    ...ofMoney(places),
    ...curve.options,
  }, curve.pane);
  if (curve.margins !== undefined) {
    series.priceScale().applyOptions({ scaleMargins: curve.margins });
  }
  return {
    show: (points) => series.setData(dataOf(points, curve.value)),
    recolor: (palette) => series.applyOptions(curve.look(palette)),
  };
}

const dataOf = <Point extends { time: number }>(
  points: readonly Point[],
  value: (point: Point) => number,
) =>
  points.map((point) => ({
    time: point.time as UTCTimestamp,
    value: value(point),
  }));
