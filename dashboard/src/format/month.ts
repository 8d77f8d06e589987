/** A month as "2026-11". */
export type Month = string;

/** "November 2026" */
export const monthName = (month: Month): string =>
  new Date(`${month}-01T00:00Z`).toLocaleDateString("en-US", {
    timeZone: "UTC",
    month: "long",
    year: "numeric",
  });

/** The month so many after this one; below 0: before. */
export function monthAfter(month: Month, by: number): Month {
  const date = new Date(`${month}-01T00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + by);
  return date.toISOString().slice(0, 7);
}

/** The dates of a month by week, Monday first; null: a day of another month. */
export function weeksOf(month: Month): (string | null)[][] {
  const first = new Date(`${month}-01T00:00Z`);
  const length = Number(lastDayOf(month).slice(-2));
  const days: (string | null)[] = Array((first.getUTCDay() + 6) % 7).fill(null);
  for (let day = 1; day <= length; day++) days.push(`${month}-${String(day).padStart(2, "0")}`);
  while (days.length % 7 !== 0) days.push(null);
  return Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7));
}

/** The last date of a month. */
export function lastDayOf(month: Month): string {
  const date = new Date(`${monthAfter(month, 1)}-01T00:00Z`);
  date.setUTCDate(0);
  return date.toISOString().slice(0, 10);
}
