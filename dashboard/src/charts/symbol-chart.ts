import {
  CandlestickSeries,
  createSeriesMarkers,
  LineSeries,
  type SeriesMarker,
  type UTCTimestamp,
} from "lightweight-charts";
import { formatDecimal } from "../format/decimal.ts";
import type { Clock } from "../format/time.ts";
import { type CreateChart, noLess, pointChart } from "./point-chart.ts";

/** A bar of marks with what was traded in it: numbers to draw, texts to tell. */
export interface MarkBar extends Record<"open" | "high" | "low" | "close", number> {
  /** As {@link Clock.chartTime} has it. */
  time: number;
  /** As it is written, with the average price. */
  bought: { units: string; price: string } | null;
  sold: MarkBar["bought"];
  /** The bar and its fills in words. */
  label: string;
}

/** Up to so many fills are named in the chart; more are arrows alone. */
const NAMED_FILLS = 24;

/** Draws the marks of a symbol, as candles where they moved within a bar and as a line where not, and its fills. */
export const symbolChart = (clock: Clock): CreateChart<MarkBar> =>
  pointChart(clock, (chart) => {
    // The first minutes are bars as well, not walls.
    chart.timeScale().applyOptions({ maxBarSpacing: 26 });
    chart.priceScale("right").applyOptions({ scaleMargins: { top: 0.16, bottom: 0.16 } });
    const formatter = (value: number) => formatDecimal(String(Number(value.toPrecision(8))), { least: 2 });
    const shared = {
      priceLineVisible: false,
      priceFormat: { type: "custom", minMove: 0.0001, formatter },
      // A first mark alone would be seen to the last of its decimals.
      autoscaleInfoProvider: noLess(0.01),
    } as const;
    const candles = chart.addSeries(CandlestickSeries, { ...shared, borderVisible: false });
    const line = chart.addSeries(LineSeries, { ...shared, lineWidth: 2 });
    const [onCandles, onLine] = [createSeriesMarkers(candles), createSeriesMarkers(line)];
    return [(bars, palette) => {
      const [upColor, downColor] = [palette("--up"), palette("--down")];
      candles.applyOptions({ upColor, downColor, wickUpColor: upColor, wickDownColor: downColor });
      line.applyOptions({ color: palette("--accent") });
      const moved = bars.filter(({ high, low }) => high > low).length * 2 > bars.length;
      const drawn = bars.map((bar) => ({ ...bar, time: bar.time as UTCTimestamp, value: bar.close }));
      candles.setData(moved ? drawn : []);
      line.setData(moved ? [] : drawn);
      const markers = markersOf(bars, upColor, downColor);
      onCandles.setMarkers(moved ? markers : []);
      onLine.setMarkers(moved ? [] : markers);
    }];
  });

function markersOf(bars: readonly MarkBar[], up: string, down: string): SeriesMarker<UTCTimestamp>[] {
  const named = bars.filter(({ bought, sold }) => bought !== null || sold !== null).length <= NAMED_FILLS;
  return bars.flatMap(({ time, bought, sold }) => {
    const at = { time: time as UTCTimestamp, size: named ? 1 : 0.6 };
    const below = { ...at, position: "belowBar", shape: "arrowUp", color: up } as const;
    const above = { ...at, position: "aboveBar", shape: "arrowDown", color: down } as const;
    return [
      ...bought === null ? [] : [{ ...below, ...(named && { text: `B ${bought.units}` }) }],
      ...sold === null ? [] : [{ ...above, ...(named && { text: `S ${sold.units}` }) }],
    ];
  });
}
