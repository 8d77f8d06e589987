import { useState } from "preact/hooks";
import { recall, remember } from "../store/preferences.ts";
import { Segments } from "./segments.tsx";

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

/** Buttons of which each is a range. */
export function RangePicker({ label, ranges = RANGES, range, onPick }: {
  label: string;
  ranges?: readonly Range[];
  range: Range;
  onPick: (range: Range) => void;
}) {
  const choices = ranges.map((each) => ({ value: each, text: each }));
  return <Segments label={label} choices={choices} value={range} onPick={onPick} />;
}

/** The range chosen, remembered in this browser, and the buttons that choose it. */
export function useRange(label: string): { range: Range; tools: preact.JSX.Element; showAll: () => void } {
  const [range, setRange] = useState<Range>(() => RANGES.find((each) => each === recall("range")) ?? "1M");
  const choose = (next: Range) => {
    remember("range", next);
    setRange(next);
  };
  const tools = <RangePicker {...{ label, range }} onPick={choose} />;
  return { range, tools, showAll: () => choose("All") };
}
