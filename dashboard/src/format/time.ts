import { zoneOffset } from "../../../supabase/functions/_shared/time/zone.ts";

/** Writes moments in one time zone. */
export type Clock = ReturnType<typeof clockOf>;

/** How moments are written in a time zone; one that the browser does not know is taken as UTC. */
export function clockOf(timeZone: string) {
  const offsetAt = zoneOffset(timeZone);
  const zone = offsetAt === null ? "UTC" : timeZone;
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", ...options });
  const minutes = { hour: "2-digit", minute: "2-digit" } as const;
  const time = { ...minutes, second: "2-digit" } as const;
  const day = format({ month: "short", day: "2-digit" });
  const clock = format(time);
  const full = format({ year: "numeric", month: "short", day: "numeric", ...time, timeZoneName: "short" });
  const date = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
  const chart = format({ timeZone: "UTC", month: "short", day: "numeric", ...minutes });
  const offset = byQuarters(offsetAt ?? (() => 0));
  return {
    timeZone: zone,
    /** "Nov 24 11:35:02" */
    moment: (iso: string) => `${day.format(new Date(iso))} ${clock.format(new Date(iso))}`,
    /** "Nov 24, 2026, 11:35:02 UTC": all there is to say. */
    full: (iso: string) => full.format(new Date(iso)),
    /** "11:35:02" */
    time: (milliseconds: number) => clock.format(milliseconds),
    /** "Nov 24, 11:35", of a time that `chartTime` gave. */
    chartMoment: (seconds: number) => chart.format(seconds * 1000),
    /** Seconds whose UTC reading is the local time of the zone: what a chart without time zones draws right. */
    chartTime: (iso: string) => {
      const seconds = Math.floor(Date.parse(iso) / 1000);
      return seconds + offset(seconds);
    },
    /** Today's date in the zone, "2026-11-24". */
    today: () => date.format(new Date()),
  };
}

/** Seconds that a zone is ahead of UTC, looked up once a quarter of an hour: no zone changes in between. */
function byQuarters(offsetAt: (moment: number) => number): (seconds: number) => number {
  const found = new Map<number, number>();
  return (seconds) => {
    const quarter = Math.floor(seconds / 900) * 900;
    const offset = found.get(quarter) ?? offsetAt(quarter * 1000) / 1000;
    found.set(quarter, offset);
    return offset;
  };
}
