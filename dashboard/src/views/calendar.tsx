import { useState } from "preact/hooks";
import type { Day } from "../api/reads.ts";
import { addDecimals, compactDecimal, signOf } from "../format/decimal.ts";
import { useAnswer, useDesk } from "../store/desk.ts";
import { lastDayOf, type Month, monthAfter, monthName, weeksOf } from "../format/month.ts";
import { sizesOf, toneOf } from "../format/figures.ts";
import { IconButton } from "./icons.tsx";
import { ReadPanel } from "./panel.tsx";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** What each day of a month came to. */
export function Calendar() {
  const { only, money, clock } = useDesk();
  const today = clock.today();
  const thisMonth: Month = today.slice(0, 7);
  const [month, setMonth] = useState(thisMonth);
  const go = (by: number) => setMonth(monthAfter(month, by));
  const read = useAnswer("daily_results", { from_day: `${month}-01`, to_day: lastDayOf(month), ...only });
  const days = read.data ?? [];
  const byDate = new Map(days.map((day) => [day.day, day]));
  const sizeOf = sizesOf(days);
  const total = addDecimals(days.map(({ net_pnl }) => net_pnl));
  const count = (sign: number) => days.filter(({ net_pnl }) => signOf(net_pnl) === sign).length;
  const tools = (
    <div class="month">
      <IconButton icon="left" label="Month before" onClick={() => go(-1)} />
      <span aria-live="polite">{monthName(month)}</span>
      <IconButton icon="right" label="Month after" onClick={() => go(1)} disabled={month >= thisMonth} />
    </div>
  );
  return (
    <ReadPanel {...{ name: "calendar", tools, read }} title="Daily P&L" what="The calendar">
      {() => (
        <>
          <table class="weeks">
            <thead>
              <tr>
                {WEEKDAYS.map((name) => (
                  <th key={name} scope="col">
                    <abbr title={name}>{name.slice(0, 2)}</abbr>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {weeksOf(month).map((week, index) => (
                <tr key={index}>
                  {week.map((date, column) => (
                    <DayCell key={column} {...{ date, sizeOf, today }} day={byDate.get(date ?? "")} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          <p class="calendar-total">
            <span class="muted">{`${count(1)} up, ${count(-1)} down`}</span>
            <strong class={toneOf(total)}>{money.amount(total, { plus: true })}</strong>
          </p>
        </>
      )}
    </ReadPanel>
  );
}

function DayCell({ date, day, sizeOf, today }: {
  date: string | null;
  day?: Day;
  sizeOf: (net_pnl: string) => number;
  today: string;
}) {
  const { money } = useDesk();
  if (date === null) return <td />;
  const pnl = day?.net_pnl ?? "0";
  const told = day === undefined
    ? "nothing"
    : `${money.amount(pnl, { plus: true })}, ${day.trades} closed, ${day.wins} won`;
  return (
    <td
      class={`day ${toneOf(pnl)} ${date === today ? "today" : ""}`}
      title={`${date}: ${told}`}
      style={{ "--shade": sizeOf(pnl).toFixed(2) }}
    >
      <span class="day-number">{Number(date.slice(-2))}</span>
      <span class="day-pnl">{day && compactDecimal(pnl, true)}</span>
    </td>
  );
}
