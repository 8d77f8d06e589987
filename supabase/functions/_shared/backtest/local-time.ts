import { writtenOffset, zoneOffset } from "../time/zone.ts";

/**
 * The moments (milliseconds, as Date.now) at which a zone's clocks show a time, as if it were UTC: two in the hour that an
 * autumn night repeats. In the hour that a spring night leaves out, the one that the clocks would have shown.
 */
export type Zone = (shown: number) => number[];

const DAY = 86_400_000;

/** The zone of an IANA name, like `America/New_York`; null when there is none of that name. */
export function zoneOf(name: string): Zone | null {
  const offsetAt = zoneOffset(name);
  if (offsetAt === null) return null;
  return (shown) => {
    if (name === "UTC") return [shown];
    const [before, after] = [offsetAt(shown - DAY), offsetAt(shown + DAY)];
    const moments = [...new Set([before, after])].map((offset) => ({ offset, moment: shown - offset }))
      .filter(({ offset, moment }) => offsetAt(moment) === offset).map(({ moment }) => moment);
    return moments.length > 0 ? moments.toSorted((a, b) => a - b) : [shown - before];
  };
}

/** The moments of a written time, as {@link Zone}'s; one that says its own offset from UTC has one. Null: it is no time. */
export function readMoments(written: string | Date, zone: Zone): number[] | null {
  const [, text = "", offset] = written instanceof Date ? [] : WITH_OFFSET.exec(written.trim()) ?? [];
  const shown = readShown(offset === undefined ? written : text);
  if (shown === null || shown < EARLIEST || shown >= LATEST) return null;
  return offset === undefined ? zone(shown) : [shown - writtenOffset(offset)];
}

/** Prices of a day go back far; a time beyond is none of a backtest. */
const [EARLIEST, LATEST] = [Date.UTC(1900, 0, 1), Date.UTC(2100, 0, 1)];

const WITH_OFFSET = /^(\d{4}-\d{2}-\d{2}T[\d:.]+)(Z|[+-]\d{2}:?\d{2})$/;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** What a clock shows, as if it were UTC, of `2025-03-31 08:45`, `Mar 31, 2025, 08:45`, a day alone, or a workbook's number of days; or null. */
function readShown(written: string | Date): number | null {
  if (written instanceof Date) return Math.round(written.getTime() / 1000) * 1000;
  const text = written.trim().replace(
    /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? ?/,
    (_, month: string, day: string, year: string) =>
      `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, "0")}-${day.padStart(2, "0")} `,
  ).trim();
  // Days since 1899, as workbooks count them: 1954 to 2064.
  if (/^[2-5]\d{4}(?:\.\d+)?$/.test(text)) return Math.round((Number(text) - 25_569) * 86_400) * 1000;
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{1,2}:\d{2})(:\d{2})?(?:\.\d+)?)?$/.exec(text);
  if (match === null) return null;
  const [, day = "", minute = "00:00", second = ":00"] = match;
  const shown = Date.parse(`${day}T${minute.padStart(5, "0")}${second}Z`);
  // 30 February would become 2 March.
  return Number.isNaN(shown) || new Date(shown).toISOString().slice(0, 10) !== day ? null : shown;
}

/**
 * Which of its moments a time is that the clocks showed twice, trade by trade: no trade begins before the one that ended
 * before it in the list, unless it was entered by the same order as another; and none ends before an earlier one.
 */
export function createTradeClock() {
  const entered = new Map<string, number>();
  let latest = -Infinity;
  const firstFrom = (moments: readonly number[], least: number) => moments.find((moment) => moment >= least);
  return {
    /** @param order what an order's entries have in common */
    begins(moments: readonly number[], order: string): number {
      const earliest = Math.min(...moments);
      if (moments.length === 1) return earliest;
      const begun = entered.get(order) ?? firstFrom(moments, latest) ?? earliest;
      entered.set(order, begun);
      return begun;
    },
    /** Undefined: it would end before it began. */
    ends(moments: readonly number[], begun: number): number | undefined {
      const ended = firstFrom(moments, Math.max(begun, latest)) ?? firstFrom(moments, begun);
      latest = Math.max(latest, ended ?? latest);
      return ended;
    },
  };
}
