import { useState } from "preact/hooks";
import { recall, remember } from "../store/preferences.ts";
import { Segments } from "./controls.tsx";

const DAY_MS = 24 * 3600 * 1000;
const DAYS = { "1D": 1, "1W": 7, "1M": 31, "1Y": 366, "All": null } as const;

/** How far back a chart goes. */
export type Range = keyof typeof DAYS;
const RANGES = Object.keys(DAYS) as Range[];

/** Where a range begins, as the RPCs take it; {}: at the beginning. */
export function sinceOf(range: Range): { from_time?: string } {
  const days = DAYS[range];
  return days === null ? {} : { from_time: new Date(Date.now() - days * DAY_MS).toISOString() };
}

const CHOICES: Record<Range, string> = { "1D": "1D", "1W": "1W", "1M": "1M", "1Y": "1Y", "All": "All" };

/** The range chosen, remembered in this browser, the buttons that choose it, and one for all where less is shown. */
export function useRange(label: string) {
  const [range, setRange] = useState<Range>(() => RANGES.find((each) => each === recall("range")) ?? "1M");
  const choose = (next: Range) => {
    remember("range", next);
    setRange(next);
  };
  const tools = <Segments {...{ label, choices: CHOICES }} value={range} onPick={choose} />;
  const showAll = range !== "All" && <button type="button" onClick={() => choose("All")}>Show all</button>;
  return { range, tools, showAll };
}
