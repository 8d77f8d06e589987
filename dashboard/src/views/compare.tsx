import { useMemo, useState } from "preact/hooks";
import type { Against, Row } from "../api/reads.ts";
import type { Line, Moment } from "../charts/curves.ts";
import { formatDecimal, negated } from "../format/decimal.ts";
import { counted } from "../format/figures.ts";
import { useAnswer, useDesk, useRead } from "../store/desk.ts";
import { Segments, Select } from "./controls.tsx";
import { LinesFigure, withLines } from "./lines-figure.tsx";
import { Panel, ReadPanel } from "./panel.tsx";
import { sinceOf } from "./range.tsx";
import { bad, gain, Stats } from "./stats.tsx";
import { byId, column, type Kind, pill, SYMBOL } from "./tables/kind.tsx";
import { TableView } from "./tables/table-view.tsx";
import { ImportPanel } from "./import-panel.tsx";

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
    <main class="desk one-column">
      <ImportPanel onImported={setPicked} />
      <Panel name="against" title="Compare with" tools={tools}>
        {against === null && (
          <div class="empty">
            <p>Import a backtest, or choose the account that holds one.</p>
          </div>
        )}
      </Panel>
      {against !== null && <Compared against={against} />}
    </main>
  );
}

const REST = "What was missed, refused, extra or of another size";

const LINES: readonly Line[] = [
  { name: "account", color: "--accent", stroke: "solid" },
  { name: "baseline", color: "--muted", stroke: "dashed" },
];

/** How well the account did what its baseline has done: in figures, over time, and order by order. */
function Compared({ against }: { against: Against }) {
  const { account, version, read, only, money, clock } = useDesk();
  const view = JSON.stringify([against, only]);
  const readMoments = async (): Promise<Moment[]> => {
    const points = await read("compare_curve", { ...against, ...only });
    return points.map(({ time, profit, baseline_profit }) => ({
      time: clock.chartTime(time),
      values: [Number(profit), Number(baseline_profit)],
      labels: [profit, baseline_profit].map((each) => money.amount(each, { plus: true })),
    }));
  };
  const curves = useRead(view, version, () => withLines(readMoments(), LINES, clock));
  return (
    <>
      <ReadPanel
        {...{ name: "compared", title: `${account.name} beside ${against.baseline}`, what: "The comparison" }}
        read={useAnswer("compare_accounts", { ...against, ...only })}
      >
        {(found) => (
          <>
            <Stats
              stats={[
                {
                  name: "Match rate",
                  value: found.match_rate === null ? "–" : `${formatDecimal(found.match_rate, { most: 1 })}%`,
                  title: `${counted(found.matched)} of ${
                    counted(found.orders)
                  } orders of the baseline had their alert`,
                },
                bad("Missed", found.missed, "Orders of the baseline that no alert came for"),
                bad("Refused", found.refused, "Their alert came, and was refused"),
                bad("Late", found.late, "Booked more than 60 s after the order's time"),
                bad("Extra", found.extra, "Alerts that are none of the baseline's orders"),
                { name: "Orders", value: counted(found.orders) },
              ]}
            />
            <Stats
              stats={[
                gain(money, "Profit", found.profit, "Closed and net"),
                gain(money, "Baseline's profit", found.baseline_profit, "Closed and net"),
                gain(money, "Drift", found.drift, "Profit less the baseline's"),
                gain(money, "Of prices", negated(found.price_cost), "What the account's prices made of it"),
                gain(money, "Of fees", negated(found.fee_cost), "What the account's fees made of it"),
                gain(money, "Of the rest", negated(found.other_cost), REST),
              ]}
            />
          </>
        )}
      </ReadPanel>
      <ReadPanel
        {...{ name: "compared-curve", title: "Closed profit of both", read: curves }}
        what="The curve of both"
        isEmpty={({ points }) => points.length === 0}
        empty={<p>Neither has an order here.</p>}
      >
        {(charted) => <LinesFigure {...{ charted, lines: LINES, view, title: "Closed profit" }} />}
      </ReadPanel>
      <section class="panel tables" aria-label="Orders and alerts">
        <TableView key={JSON.stringify(against)} kind={pairs(against)} />
      </section>
    </>
  );
}

const TONES = { matched: "up", late: "accent", missed: "down", refused: "down" };

/** The orders of a baseline beside the alerts of the account, as a table. */
const pairs = (against: Against): Kind<Row<"compare_orders">> => ({
  name: "pairs",
  title: "Orders and alerts",
  ...byId("compare_orders", against),
  statuses: [null, "missed", "late", "refused", "extra", "matched"],
  columns: [
    pill(column("words", "status", "Outcome"), TONES),
    column("words", "signal", "Signal"),
    column("words", SYMBOL, "Symbol"),
    column("side", "side", "Side"),
    column("moment", "baseline_time", "Backtest"),
    column("moment", "booked_at", "Booked"),
    { ...column("number", "seconds", "Late by"), text: (value) => `${formatDecimal(value, { most: 0 })} s` },
    column("price", "baseline_price", "Its price"),
    column("price", "price", "Price"),
    column("worse", "price_drift", "Worse by"),
    column("number", "baseline_quantity", "Its size"),
    column("number", "quantity", "Size"),
    column("cost", "cost", "Cost"),
    column("profit", "baseline_profit", "Its profit"),
    column("profit", "profit", "Profit"),
    column("profit", "profit_drift", "Drift"),
    column("words", "code", "Refused for"),
  ],
  empty: "There is nothing to compare: neither the baseline nor the account has an order here.",
});
