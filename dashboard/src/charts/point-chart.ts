import { createChart, type IChartApi } from "lightweight-charts";
import type { Clock } from "../format/time.ts";
import { type CreateChart, type Palette, paletteOf } from "./chart.ts";
import { chartOptions, seesAll } from "./theme.ts";
import { ascending } from "./times.ts";

/** What a chart draws of its points. */
export interface Drawing<Point> {
  show(points: readonly Point[]): void;
  recolor(palette: Palette): void;
}

/** What every chart over time is: made in an element, its points in order, the one under the pointer told of. */
export const pointChart = <Point extends { time: number }>(
  clock: Clock,
  draw: (chart: IChartApi) => readonly Drawing<Point>[],
): CreateChart<Point> =>
(host, onPoint) => {
  const chart = createChart(host, chartOptions(paletteOf(host), clock));
  const drawings = draw(chart);
  let shown: Point[] = [];
  // Between points, what was so at the one before.
  chart.subscribeCrosshairMove(({ time }) =>
    onPoint(shown.findLast((each) => each.time <= Number(time)) ?? null)
  );

  const recolor = (palette: Palette) => {
    chart.applyOptions(chartOptions(palette, clock));
    for (const drawing of drawings) drawing.recolor(palette);
  };
  recolor(paletteOf(host));

  return {
    show: (points, fit) => {
      const fits = fit || seesAll(chart, shown.at(-1)?.time);
      shown = ascending(points);
      for (const drawing of drawings) drawing.show(shown);
      if (fits) chart.timeScale().fitContent();
    },
    recolor,
    destroy: () => chart.remove(),
  };
};
