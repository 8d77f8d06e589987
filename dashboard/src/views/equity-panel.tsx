import type { Performance } from "../api/reads.ts";
import type { Moment } from "../charts/curves.ts";
import { addDecimals, negated } from "../format/decimal.ts";
import { counted, coverageText, percent, ratio, share } from "../format/figures.ts";
import type { Money } from "../format/money.ts";
import { type Desk, useDesk, useRead } from "../store/desk.ts";
import { ChartFigure, withChart } from "./chart-figure.tsx";
import { ReadPanel } from "./panel.tsx";
import { type Range, sinceOf, useRange } from "./range.tsx";
import { type Stat, statOf, Stats } from "./stats.tsx";
import { strategyName } from "./top-bar.tsx";

/** How the account did over time: its equity and, below, its drawdown. Of one strategy: the sum of its closed trades. */
export function EquityPanel() {
  const desk = useDesk();
  const { strategy, only, version, read, money, clock } = desk;
  const { range, tools, showAll } = useRange("Range of the equity curve");
  const view = JSON.stringify([range, only]);
  const curve = useRead(view, version, () =>
    withChart(
      readMoments(desk, range),
      import("../charts/curves.ts").then(({ equityChart }) => equityChart(money, clock)),
    ));
  const performance = useRead(view, version, () => read("performance", { ...sinceOf(range), ...only }));
  const title = strategy === null ? "Equity" : `Closed trades of ${strategyName(strategy)}`;
  return (
    <ReadPanel
      {...{ name: "equity", title, tools }}
      read={curve}
      what="The equity curve"
      isEmpty={({ points }) => points.length === 0}
      empty={
        <>
          <p>{strategy === null ? "No alert came" : "No trade was closed"} in this range.</p>
          {showAll}
        </>
      }
      below={<Stats stats={statsOf(performance.data, money)} />}
    >
      {(charted) => (
        <ChartFigure
          {...{ charted, view }}
          label={({ labels: [value, fall] }, when) =>
            `${title} over time; ${when}: ${value}, drawdown ${fall}`}
        >
          {({ values: [, depth = 0], labels: [value, fall] }, when) => (
            <>
              <span class="muted">{when}</span> <strong>{value}</strong>
              <span class="muted">drawdown</span> <span class={depth < 0 ? "down" : ""}>{fall}</span>
            </>
          )}
        </ChartFigure>
      )}
    </ReadPanel>
  );
}

async function readMoments({ read, strategy, only, money, clock }: Desk, range: Range): Promise<Moment[]> {
  const since = sinceOf(range);
  const points = strategy === null
    ? (await read("equity_curve", since)).map(({ close, ...point }) => ({ ...point, level: close }))
    : (await read("profit_curve", { ...since, ...only }))
      .map(({ net_pnl, ...point }) => ({ ...point, level: net_pnl, drawdown_percent: null }));
  const moments = points.map(({ time, level, drawdown, drawdown_percent }) => ({
    time: clock.chartTime(time),
    values: [Number(level), -Number(drawdown)],
    labels: [
      money.amount(level, { plus: strategy !== null }),
      `${money.amount(drawdown)}${drawdown_percent === null ? "" : ` (${ratio(drawdown_percent)}%)`}`,
    ],
  }));
  const [first] = points;
  const [begin] = moments;
  // Equity of one moment alone would draw nothing; of many, the first is the level to begin at.
  if (first === undefined || begin === undefined || strategy === null && points.length > 1) return moments;
  // Else the curve begins a minute earlier, at the level before its first gain.
  const start = addDecimals([first.level, negated(first.gain)]);
  const labels = [money.amount(start), money.amount("0")];
  return [{ time: begin.time - 60, values: [Number(start), 0], labels }, ...moments];
}

/** How the account, or a strategy, did in a range, in figures. */
function statsOf(data: Performance | null, money: Money): Stat[] {
  return [
    { name: "Closed trades", value: data === null ? null : counted(data.trades) },
    statOf("Win rate", data, "win_rate", share),
    statOf("Profit factor", data, "profit_factor", ratio),
    statOf("Per trade", data, "expectancy", (text) => money.amount(text, { plus: true })),
    statOf("Return", data, "time_weighted_return_percent", percent),
    statOf("Buy and hold", data, "buy_and_hold_percent", percent),
    statOf("Max drawdown", data, "max_drawdown", money.amount),
    statOf("Sharpe", data, "sharpe", ratio),
    statOf("Sortino", data, "sortino", ratio),
    {
      name: "Marked symbol days",
      value: data === null ? null : coverageText(data.coverage),
      title:
        "A day counts once for each symbol that was held: so many had a mark. What drawdown and Sharpe rest on",
    },
  ];
}
