import {
  CandlestickSeries,
  createSeriesMarkers,
  type IChartApi,
  LineSeries,
  type SeriesMarker,
  type UTCTimestamp,
} from "lightweight-charts";
import { formatDecimal } from "../format/decimal.ts";
import type { Clock } from "../format/time.ts";
import type { CreateChart, Palette } from "./chart.ts";
import { type Drawing, pointChart } from "./point-chart.ts";
import { noLess } from "./theme.ts";

/** What was bought, or sold, in a bar, as it is written. */
export interface Traded {
  units: string;
  /** The average. */
  price: string;
}

/** A bar of marks with what was traded in it: numbers to draw, texts to tell. */
export interface MarkBar {
  /** As {@link Clock.chartTime} has it. */
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  bought: Traded | null;
  sold: Traded | null;
  /** The bar and its fills in words. */
  label: string;
}

/** Up to so many fills are named in the chart; more are arrows alone. */
const NAMED_FILLS = 24;

/** Draws the marks of a symbol, as candles where they moved within a bar and as a line where not, and its fills. */
export const symbolChart = (clock: Clock): CreateChart<MarkBar> =>
  pointChart(clock, (chart) => [drawBars(chart)]);

function drawBars(chart: IChartApi): Drawing<MarkBar> {
  let palette: Palette | null = null;
  let bars: readonly MarkBar[] = [];
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

  const draw = () => {
    const moved = bars.filter(({ high, low }) => high > low).length * 2 > bars.length;
    const at = (bar: MarkBar) => bar.time as UTCTimestamp;
    const prices = ({ open, high, low, close }: MarkBar) => ({ open, high, low, close });
    candles.setData(moved ? bars.map((bar) => ({ time: at(bar), ...prices(bar) })) : []);
    line.setData(moved ? [] : bars.map((bar) => ({ time: at(bar), value: bar.close })));
    const markers = palette === null ? [] : markersOf(bars, palette);
    onCandles.setMarkers(moved ? markers : []);
    onLine.setMarkers(moved ? [] : markers);
  };
  return {
    show: (points) => {
      bars = points;
      draw();
    },
    recolor: (next) => {
      palette = next;
      const [up, down] = [next("--up"), next("--down")];
      candles.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down });
      line.applyOptions({ color: next("--accent") });
      draw();
    },
  };
}

function markersOf(bars: readonly MarkBar[], palette: Palette): SeriesMarker<UTCTimestamp>[] {
  const count = bars.filter(({ bought, sold }) => bought !== null || sold !== null).length;
  const [up, down] = [palette("--up"), palette("--down")];
  const named = count <= NAMED_FILLS;
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
