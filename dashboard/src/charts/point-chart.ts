import {
  type AutoscaleInfo,
  ColorType,
  createChart,
  CrosshairMode,
  type IChartApi,
  type UTCTimestamp,
} from "lightweight-charts";
import type { Clock } from "../format/time.ts";
import { ascending } from "./times.ts";

/** A color as the style sheet has it now, by its variable, such as `--accent`. */
export type Palette = (variable: string) => string;

/** Reads the style sheet's colors; `light-dark()` is resolved by giving each to an element. */
const paletteOf = (host: HTMLElement): Palette => (variable) => {
  const probe = host.appendChild(document.createElement("i"));
  probe.style.color = `var(${variable})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

/** Draws points, which are in order, in the colors of now: again when either change. */
export type Draw<Point> = (points: readonly Point[], palette: Palette) => void;

/** A chart on the page. */
export interface Chart<Point> {
  /** Draws these points instead: all of them when the view is another, else a closer look stays where it is. */
  show(points: readonly Point[], view: string): void;
  destroy(): void;
}

/** Makes a chart in an element. It tells of the point under the pointer; null: of none. */
export type CreateChart<Point> = (host: HTMLElement, onPoint: (point: Point | null) => void) => Chart<Point>;

/** What every chart over time is, and how it looks. Times are those of {@link Clock.chartTime}. */
export const pointChart = <Point extends { time: number }>(
  clock: Clock,
  drawingOf: (chart: IChartApi) => readonly Draw<Point>[],
): CreateChart<Point> =>
(host, onPoint) => {
  const chart = createChart(host, {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: "transparent" },
      fontFamily: getComputedStyle(document.body).fontFamily,
      fontSize: 11,
      // Its mark-up would be a script's; the page names its maker in the footer.
      attributionLogo: false,
      panes: { enableResize: false },
    },
    grid: { vertLines: { visible: false } },
    rightPriceScale: { borderVisible: false, entireTextOnly: true },
    timeScale: {
      borderVisible: false,
      timeVisible: true,
      secondsVisible: false,
      fixLeftEdge: true,
      fixRightEdge: true,
    },
    crosshair: {
      mode: CrosshairMode.Magnet,
      vertLine: { width: 1, labelVisible: false },
      horzLine: { visible: false, labelVisible: false },
    },
    localization: { timeFormatter: (time: unknown) => clock.chartMoment(Number(time)) },
    // A page that scrolls stays scrollable over its charts.
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
  });
  const scale = chart.timeScale();
  const drawing = drawingOf(chart);
  let shown: Point[] = [];
  let view: string | null = null;
  // Between points, what was so at the one before.
  chart.subscribeCrosshairMove(({ time }) =>
    onPoint(shown.findLast((each) => each.time <= Number(time)) ?? null)
  );

  /** Whether all is in sight: one point more is then brought into it, while a closer look is left alone. */
  const seesAll = () => {
    const [range, last] = [scale.getVisibleLogicalRange(), shown.at(-1)];
    if (range === null || last === undefined) return true;
    return range.from < 1 && range.to > (scale.timeToIndex(last.time as UTCTimestamp) ?? 0) - 1;
  };
  return {
    show: (points, next) => {
      const palette = paletteOf(host);
      const [textColor, color] = [palette("--muted"), palette("--line")];
      chart.applyOptions({
        layout: { textColor, panes: { separatorColor: color } },
        grid: { horzLines: { color } },
        crosshair: { vertLine: { color: textColor } },
      });
      const fits = next !== view || seesAll();
      view = next;
      shown = ascending(points);
      for (const draw of drawing) draw(shown, palette);
      if (fits) scale.fitContent();
    },
    destroy: () => chart.remove(),
  };
};

/** Has a scale show no less than such a share of its highest value, and no less than so much. */
export const noLess =
  (share: number, least = 0) => (original: () => AutoscaleInfo | null): AutoscaleInfo | null => {
    const info = original();
    if (info === null || info.priceRange === null) return info;
    const { minValue, maxValue } = info.priceRange;
    const wanted = Math.max(Math.abs(maxValue) * share, least);
    const missing = Math.max(0, wanted - (maxValue - minValue)) / 2;
    return { ...info, priceRange: { minValue: minValue - missing, maxValue: maxValue + missing } };
  };
