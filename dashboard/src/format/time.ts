/** Writes moments in one time zone. */
export interface Clock {
  timeZone: string;
  /** "Nov 24 11:35:02" */
  moment(iso: string): string;
  /** "Nov 24, 2026, 11:35:02 UTC": all there is to say. */
  full(iso: string): string;
  /** "11:35:02" */
  time(milliseconds: number): string;
  /** "Nov 24, 11:35", of a time that {@link Clock.chartTime} gave. */
  chartMoment(chartSeconds: number): string;
  /** Seconds whose UTC reading is the local time of the zone: what a chart without time zones draws right. */
  chartTime(iso: string): number;
  /** Today's date in the zone, "2026-11-24". */
  today(): string;
}

/** How moments are written in a time zone; one that the browser does not know is taken as UTC. */
export function clockOf(timeZone: string): Clock {
  const zone = known(timeZone) ? timeZone : "UTC";
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", ...options });
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  const day = format({ month: "short", day: "2-digit" });
  const clock = format(time);
  const full = format({ year: "numeric", month: "short", day: "numeric", ...time, timeZoneName: "short" });
  const date = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
  const chart = new Intl.DateTimeFormat("en-US", {
    timeZone: "UTC",
    hourCycle: "h23",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
  const offset = offsetsOf(zone);
  return {
    timeZone: zone,
    moment: (iso) => `${day.format(new Date(iso))} ${clock.format(new Date(iso))}`,
    full: (iso) => full.format(new Date(iso)),
    time: (milliseconds) => clock.format(milliseconds),
    chartMoment: (seconds) => chart.format(seconds * 1000),
    chartTime: (iso) => {
      const seconds = Math.floor(Date.parse(iso) / 1000);
      return seconds + offset(seconds);
    },
    today: () => date.format(new Date()),
  };
}

function known(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** Seconds that a zone is ahead of UTC, looked up once a quarter of an hour: no zone changes in between. */
function offsetsOf(zone: string): (seconds: number) => number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  const found = new Map<number, number>();
  return (seconds) => {
    const quarter = Math.floor(seconds / 900) * 900;
    const seen = found.get(quarter);
    if (seen !== undefined) return seen;
    const field = Object.fromEntries(
      parts.formatToParts(quarter * 1000).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = field;
    const offset = Date.UTC(year, month - 1, day, hour, minute) / 1000 - quarter;
    found.set(quarter, offset);
    return offset;
  };
}
