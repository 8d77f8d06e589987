import type { EquityMoment } from "../charts/equity-chart.ts";
import { withChart } from "../charts/use-chart.ts";
import { addDecimals, negated } from "../format/decimal.ts";
import { ratio } from "../format/figures.ts";
import { type Desk, useDesk } from "../store/desk.ts";
import { useRead } from "../store/use-read.ts";
import { ChartFigure } from "./chart-figure.tsx";
import { Outcome, Panel } from "./panel.tsx";
import { PerformanceRow } from "./performance-row.tsx";
import { type Range, sinceOf, useRange } from "./range.tsx";
import { strategyName } from "./top-bar.tsx";

/** How the account did over time: its equity and, below, its drawdown. Of one strategy: the sum of its closed trades. */
export function EquityPanel() {
  const desk = useDesk();
  const { strategy, only } = desk;
  const { range, tools, showAll } = useRange("Range of the equity curve");
  const view = JSON.stringify([range, only]);
  const read = useRead(view, desk.version, () =>
    withChart(
      readMoments(desk, range),
      import("../charts/equity-chart.ts").then(({ equityChart }) => equityChart(desk.money, desk.clock)),
    ));
  const title = strategy === null ? "Equity" : `Closed trades of ${strategyName(strategy)}`;
  return (
    <Panel name="equity" title={title} tools={tools}>
      <Outcome
        read={read}
        what="The equity curve"
        isEmpty={({ points }) => points.length === 0}
        empty={
          <>
            <p>{strategy === null ? "No alert came" : "No trade was closed"} in this range.</p>
            {showAll}
          </>
        }
      >
        {(charted) => (
          <ChartFigure
            charted={charted}
            view={view}
            label={({ label }, when) => `${title} over time; ${when}: ${label.value}, drawdown ${label.fall}`}
          >
            {({ label, fall }, when) => (
              <>
                <span class="muted">{when}</span> <strong>{label.value}</strong>
                <span class="muted">drawdown</span> <span class={fall > 0 ? "down" : ""}>{label.fall}</span>
              </>
            )}
          </ChartFigure>
        )}
      </Outcome>
      <PerformanceRow range={range} />
    </Panel>
  );
}

async function readMoments(
  { read, strategy, only, money, clock }: Desk,
  range: Range,
): Promise<EquityMoment[]> {
  const since = sinceOf(range);
  const points = strategy === null
    ? (await read("equity_curve", since)).map(({ close, ...point }) => ({ ...point, level: close }))
    : (await read("profit_curve", { ...since, ...only }))
      .map(({ net_pnl, ...point }) => ({ ...point, level: net_pnl, drawdown_percent: null }));
  const moments = points.map(({ time, level, drawdown, drawdown_percent }) => ({
    time: clock.chartTime(time),
    value: Number(level),
    fall: Number(drawdown),
    label: {
      value: money.amount(level, { plus: strategy !== null }),
      fall: `${money.amount(drawdown)}${drawdown_percent === null ? "" : ` (${ratio(drawdown_percent)}%)`}`,
    },
  }));
  const [first] = points;
  const [begin] = moments;
  // Equity of one moment alone would draw nothing; of many, the first is the level to begin at.
  if (first === undefined || begin === undefined || strategy === null && points.length > 1) return moments;
  // Else the curve begins a minute earlier, at the level before its first gain.
  const start = addDecimals([first.level, negated(first.gain)]);
  const label = { value: money.amount(start), fall: money.amount("0") };
  return [{ time: begin.time - 60, value: Number(start), fall: 0, label }, ...moments];
}
