import type { Performance, PerformanceName } from "../api/reads.ts";
import { counted, coverageText, percent, ratio, share } from "../format/figures.ts";
import type { Money } from "../format/money.ts";
import { useDesk } from "../store/desk.ts";
import { useRead } from "../store/use-read.ts";
import { type Range, sinceOf } from "./range.tsx";
import { type Stat, statOf, Stats } from "./stats.tsx";

/** How the account, or a strategy, did in a range, in figures. */
export function PerformanceRow({ range }: { range: Range }) {
  const { read, version, only, money } = useDesk();
  const { data } = useRead(
    JSON.stringify([range, only]),
    version,
    () => read("performance", { ...sinceOf(range), ...only }),
  );
  return <Stats stats={statsOf(data, money)} />;
}

/** The figures that the row has, each with how it is written. */
const writers = (
  money: Money,
): [title: string, name: PerformanceName, write: (text: string) => string][] => [
  ["Win rate", "win_rate", share],
  ["Profit factor", "profit_factor", ratio],
  ["Per trade", "expectancy", (text) => money.amount(text, { plus: true })],
  ["Return", "time_weighted_return_percent", percent],
  ["Buy and hold", "buy_and_hold_percent", percent],
  ["Max drawdown", "max_drawdown", (text) => money.amount(text)],
  ["Sharpe", "sharpe", ratio],
  ["Sortino", "sortino", ratio],
];

function statsOf(data: Performance | null, money: Money): Stat[] {
  return [
    { name: "Closed trades", value: data === null ? null : counted(data.trades) },
    ...writers(money).map(([title, name, write]) => statOf(title, data, name, write)),
    {
      name: "Marked symbol days",
      value: data === null ? null : coverageText(data.coverage),
      title:
        "A day counts once for each symbol that was held: so many had a mark. What drawdown and Sharpe rest on",
    },
  ];
}
