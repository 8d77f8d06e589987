import {
  type AutoscaleInfo,
  ColorType,
  CrosshairMode,
  type DeepPartial,
  type IChartApi,
  type TimeChartOptions,
  type UTCTimestamp,
} from "lightweight-charts";
import type { Clock } from "../format/time.ts";
import type { Palette } from "./chart.ts";

/** A color, `rgb(…)`, with so much opacity. */
export function fade(color: string, opacity: number): string {
  const channels = color.match(/[\d.]+/g)?.slice(0, 3).join(", ") ?? "0, 0, 0";
  return `rgba(${channels}, ${opacity})`;
}

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

/** The look that all charts share. Times are those of {@link Clock.chartTime}. */
export function chartOptions(palette: Palette, clock: Clock): DeepPartial<TimeChartOptions> {
  const [text, line] = [palette("--muted"), palette("--line")];
  return {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: "transparent" },
      textColor: text,
      fontFamily: getComputedStyle(document.body).fontFamily,
      fontSize: 11,
      // Its mark-up would be a script's; the page names its maker in the footer.
      attributionLogo: false,
      panes: { separatorColor: line, enableResize: false },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: line } },
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
      vertLine: { color: text, width: 1, labelVisible: false },
      horzLine: { visible: false, labelVisible: false },
    },
    localization: { timeFormatter: (time: unknown) => clock.chartMoment(Number(time)) },
    // A page that scrolls stays scrollable over its charts.
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
  };
}

/** Whether all is in sight up to this time: one more is then brought into it, while a closer look is left alone. */
export function seesAll(chart: IChartApi, last: number | undefined): boolean {
  const scale = chart.timeScale();
  const range = scale.getVisibleLogicalRange();
  if (range === null || last === undefined) return true;
  return range.from < 1 && range.to > (scale.timeToIndex(last as UTCTimestamp) ?? 0) - 1;
}
