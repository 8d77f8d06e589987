import { AreaSeries, type AutoscaleInfo, createChart, LineType, type UTCTimestamp } from "lightweight-charts";
import { formatDecimal } from "../format/decimal.ts";
import type { Money } from "../format/money.ts";
import type { Clock } from "../format/time.ts";
import type { Chart, OnPoint } from "./chart.ts";
import { type Palette, readPalette } from "./palette.ts";
import { ascending, chartOptions, fade, seesAll } from "./theme.ts";

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

/** The figures of an axis, shorter the larger they are. */
function axis(money: Money): (value: number) => string {
  return (value) => formatDecimal(value.toFixed(Math.abs(value) >= 10_000 ? 0 : money.places));
}

/** Draws equity, and below it how far it lay under its best. */
export function createEquityChart(
  host: HTMLElement,
  { money, clock, onPoint }: { money: Money; clock: Clock; onPoint: OnPoint<EquityMoment> },
): Chart<EquityMoment> {
  const chart = createChart(host, chartOptions(readPalette(host), clock));
  const priceFormat = { type: "custom", minMove: 0.01, formatter: axis(money) } as const;
  const shared = { lineType: LineType.Simple, priceLineVisible: false, lastValueVisible: false, priceFormat };
  // A calm account is a calm line: its cents are not blown up to mountains.
  const calm = (original: () => AutoscaleInfo | null): AutoscaleInfo | null => {
    const { minValue, maxValue } = original()?.priceRange ?? { minValue: 0, maxValue: 0 };
    const least = Math.max(Math.abs(maxValue) * 0.001, 1);
    const margin = Math.max(0, least - (maxValue - minValue)) / 2;
    return { priceRange: { minValue: minValue - margin, maxValue: maxValue + margin } };
  };
  // No drawdown is a line on top, with room below it.
  const fromTop = (original: () => AutoscaleInfo | null): AutoscaleInfo => ({
    priceRange: { minValue: Math.min(original()?.priceRange?.minValue ?? 0, -1), maxValue: 0 },
  });
  const equity = chart.addSeries(AreaSeries, { ...shared, lineWidth: 2, autoscaleInfoProvider: calm }, 0);
  const falls = chart.addSeries(AreaSeries, {
    ...shared,
    lineWidth: 1,
    invertFilledArea: true,
    autoscaleInfoProvider: fromTop,
  }, 1);
  falls.priceScale().applyOptions({ scaleMargins: { top: 0.06, bottom: 0.12 } });
  equity.priceScale().applyOptions({ scaleMargins: { top: 0.12, bottom: 0.08 } });
  const [upper, lower] = chart.panes();
  upper?.setStretchFactor(3.2);
  lower?.setStretchFactor(1);

  let shown = new Map<number, EquityMoment>();
  chart.subscribeCrosshairMove(({ time }) => onPoint(shown.get(Number(time)) ?? null));

  const recolor = (palette: Palette) => {
    chart.applyOptions(chartOptions(palette, clock));
    equity.applyOptions({
      lineColor: palette.accent,
      topColor: fade(palette.accent, 0.28),
      bottomColor: fade(palette.accent, 0.02),
    });
    falls.applyOptions({
      lineColor: palette.down,
      topColor: fade(palette.down, 0.05),
      bottomColor: fade(palette.down, 0.3),
    });
  };
  recolor(readPalette(host));

  return {
    show: (points, fit) => {
      const fits = fit || seesAll(chart, shown.size);
      const moments = ascending(points);
      shown = new Map(moments.map((moment) => [moment.time, moment]));
      const at = ({ time }: EquityMoment) => time as UTCTimestamp;
      equity.setData(moments.map((moment) => ({ time: at(moment), value: moment.value })));
      falls.setData(moments.map((moment) => ({ time: at(moment), value: -moment.fall })));
      if (fits) chart.timeScale().fitContent();
    },
    recolor,
    destroy: () => chart.remove(),
  };
}
