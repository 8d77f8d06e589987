import { useMemo, useState } from "preact/hooks";
import type { Against, Comparison } from "../../api/reads.ts";
import type { Line, LinesMoment } from "../../charts/lines-chart.ts";
import { formatDecimal, negated } from "../../format/decimal.ts";
import { counted } from "../../format/figures.ts";
import type { Money } from "../../format/money.ts";
import { type Desk, useAnswer, useDesk } from "../../store/desk.ts";
import { useRead } from "../../store/use-read.ts";
import { Segments, Select } from "../controls.tsx";
import { LinesFigure, withLines } from "../lines-figure.tsx";
import { Outcome, Panel } from "../panel.tsx";
import { sinceOf } from "../range.tsx";
import { bad, gain, type Stat, Stats } from "../stats.tsx";
import { TableView } from "../tables/table-view.tsx";
import { ImportPanel } from "./import-panel.tsx";
import { pairs } from "./pairs.tsx";

const RANGES = { "1W": "1W", "1M": "1M", "1Y": "1Y", "All": "All" };

/** An account beside a baseline: the backtest that it should have done. */
export function CompareView() {
  const { live, account, baseline } = useDesk();
  const accounts = live.accounts.value ?? [];
  const others = accounts.map(({ name }) => name).filter((name) => name !== account.name);
  const [picked, setPicked] = useState(baseline);
  const [range, setRange] = useState<keyof typeof RANGES>("All");
  // What the list of accounts does not have yet, it will have a moment later.
  const choices = picked === null || others.includes(picked) ? others : [picked, ...others];
  const since = useMemo(() => sinceOf(range), [range]);
  const against = picked === null ? null : { baseline: picked, ...since };
  const tools = (
    <div class="pickers">
      <Select
        label="Baseline"
        value={picked ?? ""}
        choices={[{ value: "", text: "Choose a baseline" }, ...choices.map((value) => ({ value }))]}
        onPick={(name) => setPicked(name === "" ? null : name)}
      />
      <Segments label="Range of the comparison" choices={RANGES} value={range} onPick={setRange} />
    </div>
  );
  return (
    <main class="desk compare">
      <ImportPanel onImported={setPicked} />
      <Panel name="against" title="Compare with" tools={tools}>
        {against === null && (
          <div class="empty">
            <p>Import a backtest, or choose the account that holds one.</p>
          </div>
        )}
      </Panel>
      {against !== null && (
        <>
          <ComparedFigures against={against} />
          <ComparedCurve against={against} />
          <section class="panel tables" aria-label="Orders and alerts">
            <TableView key={JSON.stringify(against)} kind={pairs(against)} />
          </section>
        </>
      )}
    </main>
  );
}

/** How well the account did what its baseline has done, in figures. */
function ComparedFigures({ against }: { against: Against }) {
  const { account, only, money } = useDesk();
  const comparison = useAnswer("compare_accounts", { ...against, ...only });
  return (
    <Panel name="compared" title={`${account.name} beside ${against.baseline}`}>
      <Outcome read={comparison} what="The comparison">
        {(found) => (
          <>
            <Stats stats={alertCells(found)} />
            <Stats stats={moneyCells(found, money)} />
          </>
        )}
      </Outcome>
    </Panel>
  );
}

function alertCells(found: Comparison): Stat[] {
  return [
    {
      name: "Match rate",
      value: found.match_rate === null ? "–" : `${formatDecimal(found.match_rate, { most: 1 })}%`,
      title: `${counted(found.matched)} of ${counted(found.orders)} orders of the baseline had their alert`,
    },
    bad("Missed", found.missed, "Orders of the baseline that no alert came for"),
    bad("Refused", found.refused, "Their alert came, and was refused"),
    bad("Late", found.late, "Booked more than 60 s after the order's time"),
    bad("Extra", found.extra, "Alerts that are none of the baseline's orders"),
    { name: "Orders", value: counted(found.orders) },
  ];
}

function moneyCells(found: Comparison, money: Money): Stat[] {
  return [
    gain(money, "Profit", found.profit, "Closed and net"),
    gain(money, "Baseline's profit", found.baseline_profit, "Closed and net"),
    gain(money, "Drift", found.drift, "Profit less the baseline's"),
    gain(money, "Of prices", negated(found.price_cost), "What the account's prices made of it"),
    gain(money, "Of fees", negated(found.fee_cost), "What the account's fees made of it"),
    gain(
      money,
      "Of the rest",
      negated(found.other_cost),
      "What was missed, refused, extra or of another size",
    ),
  ];
}

const LINES: readonly Line[] = [
  { name: "account", color: "--accent", stroke: "solid" },
  { name: "baseline", color: "--muted", stroke: "dashed" },
];

/** What both made over time. */
function ComparedCurve({ against }: { against: Against }) {
  const desk = useDesk();
  const view = JSON.stringify([against, desk.only]);
  const read = useRead(view, desk.version, () => withLines(readMoments(desk, against), LINES, desk.clock));
  return (
    <Panel name="compared-curve" title="Closed profit of both">
      <Outcome
        read={read}
        what="The curve of both"
        isEmpty={({ points }) => points.length === 0}
        empty={<p>Neither has an order here.</p>}
      >
        {(charted) => <LinesFigure charted={charted} lines={LINES} view={view} title="Closed profit" />}
      </Outcome>
    </Panel>
  );
}

async function readMoments({ read, only, money, clock }: Desk, against: Against): Promise<LinesMoment[]> {
  const points = await read("compare_curve", { ...against, ...only });
  return points.map(({ time, profit, baseline_profit }) => ({
    time: clock.chartTime(time),
    values: [Number(profit), Number(baseline_profit)],
    labels: [profit, baseline_profit].map((each) => money.amount(each, { plus: true })),
  }));
}
