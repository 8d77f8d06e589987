import {
  AreaSeries,
  type AreaSeriesPartialOptions,
  type IChartApi,
  LineSeries,
  type LineSeriesPartialOptions,
  type UTCTimestamp,
} from "lightweight-charts";
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

/** Draws a curve of money as a line. */
export function drawLine<Point extends { time: number }>(
  chart: IChartApi,
  curve: Curve<Point, LineSeriesPartialOptions>,
  places = 2,
): Drawing<Point> {
  const options = { ...ofMoney(places), lineWidth: 2, ...curve.options } as const;
  return drawOn(chart.addSeries(LineSeries, options, curve.pane), curve);
}

/** Draws a curve of money with its area filled. */
export function drawArea<Point extends { time: number }>(
  chart: IChartApi,
  curve: Curve<Point, AreaSeriesPartialOptions>,
  places = 2,
): Drawing<Point> {
  return drawOn(chart.addSeries(AreaSeries, { ...ofMoney(places), ...curve.options }, curve.pane), curve);
}

/** A point of a series, or room for none. */
type Place = { time: UTCTimestamp; value: number } | { time: UTCTimestamp };

/** What of a series is the same whatever it looks like. */
interface Series<Options> {
  setData(data: Place[]): void;
  applyOptions(options: Options): void;
  priceScale(): { applyOptions(options: { scaleMargins: { top: number; bottom: number } }): void };
}

function drawOn<Point extends { time: number }, Options>(
  series: Series<Options>,
  { value, look, margins }: Curve<Point, Options>,
): Drawing<Point> {
  if (margins !== undefined) series.priceScale().applyOptions({ scaleMargins: margins });
  return {
    show: (points) => {
      const empty = timesBetween(points.map(({ time }) => time)).map((time) => ({ time }));
      const drawn = points.map((point) => ({ time: point.time, value: value(point) }));
      series.setData([...drawn, ...empty].toSorted((a, b) => a.time - b.time) as Place[]);
    },
    recolor: (palette) => series.applyOptions(look(palette)),
  };
}
