import type { Desk } from "./desk.ts";

/** Monday the 3rd of March 2025, noon, and so many days later. */
export const day = (later: number, time = "12:00:00"): string =>
  `${new Date(Date.UTC(2025, 2, 3 + later)).toISOString().slice(0, 10)}T${time}Z`;

/** Holds from one day to another, and has a mark on each day listed. */
export async function holdFrom(desk: Desk, from: number, to: number, marked: number[]) {
  await desk.buy("1", "100", { received_at: day(from) });
  for (const later of marked) await desk.mark("101", { received_at: day(later) });
  await desk.close("102", { received_at: day(to) });
}
