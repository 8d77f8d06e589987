import { createChart, LineSeries, LineStyle, type UTCTimestamp } from "lightweight-charts";
import { formatDecimal } from "../format/decimal.ts";
import type { Clock } from "../format/time.ts";
import type { Chart, OnPoint } from "./chart.ts";
import { type Palette, readPalette } from "./palette.ts";
import { ascending, chartOptions, seesAll } from "./theme.ts";

/** What an account and its baseline had made at a moment: numbers to draw, texts to tell. */
export interface ComparedMoment {
  /** As {@link Clock.chartTime} has it. */
  time: number;
  own: number;
  baseline: number;
  label: { own: string; baseline: string };
}

/** Draws the account's profit, and the baseline's as a dashed line. */
export function createCompareChart(
  host: HTMLElement,
  { clock, onPoint }: { clock: Clock; onPoint: OnPoint<ComparedMoment> },
): Chart<ComparedMoment> {
  const chart = createChart(host, chartOptions(readPalette(host), clock));
  const formatter = (value: number) => formatDecimal(value.toFixed(Math.abs(value) >= 10_000 ? 0 : 2));
  const shared = {
    priceLineVisible: false,
    lastValueVisible: false,
    priceFormat: { type: "custom", minMove: 0.01, formatter },
  } as const;
  const baseline = chart.addSeries(LineSeries, { ...shared, lineWidth: 2, lineStyle: LineStyle.Dashed });
  const own = chart.addSeries(LineSeries, { ...shared, lineWidth: 2 });
  let shown = new Map<number, ComparedMoment>();
  chart.subscribeCrosshairMove(({ time }) => onPoint(shown.get(Number(time)) ?? null));

  const recolor = (palette: Palette) => {
    chart.applyOptions(chartOptions(palette, clock));
    own.applyOptions({ color: palette.accent });
    baseline.applyOptions({ color: palette.text });
  };
  recolor(readPalette(host));

  return {
    show: (points, fit) => {
      const fits = fit || seesAll(chart, shown.size);
      const moments = ascending(points);
      shown = new Map(moments.map((moment) => [moment.time, moment]));
      const at = ({ time }: ComparedMoment) => time as UTCTimestamp;
      own.setData(
        moments.map((moment) => ({ time: at(moment), value: moment.own })),
      );
      baseline.setData(
        moments.map((moment) => ({ time: at(moment), value: moment.baseline })),
      );
      if (fits) chart.timeScale().fitContent();
    },
    recolor,
    destroy: () => chart.remove(),
  };
}
