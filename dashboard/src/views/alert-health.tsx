import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { AlertHealth as Health, Latency, Row, Since } from "../api/reads.ts";
import { negated } from "../format/decimal.ts";
import { counted } from "../format/figures.ts";
import type { Money } from "../format/money.ts";
import { useAnswer, useDesk } from "../store/desk.ts";
import { Segments } from "./controls.tsx";
import { Panel, ReadPanel } from "./panel.tsx";
import { sinceOf, useRange } from "./range.tsx";
import { bad, gain, type Stat, Stats } from "./stats.tsx";
import { byId, type Column, column, type Kind, pill, TRADED } from "./tables/kind.tsx";
import { PlainTable, TableView } from "./tables/table-view.tsx";
import { strategyName } from "./top-bar.tsx";

/** Whether every alert came, and how long each was on its way. */
export function AlertHealthView() {
  const { range, tools } = useRange("Range of the alerts");
  // Without a beginning the RPCs go back 30 days.
  const since = useMemo((): Since => ({ from_time: "-infinity", ...sinceOf(range) }), [range]);
  return (
    <main class="desk one-column">
      <StrategiesPanel {...{ since, tools }} />
      <Panel name="tables" title="Gaps">
        <TableView key={range} kind={gaps(since)} />
      </Panel>
      <LatencyPanel since={since} />
      <Panel name="tables" title="Late alerts">
        <TableView key={range} kind={late(since)} />
      </Panel>
    </main>
  );
}

/** Whether the alerts of the account came, and those of each strategy. */
function StrategiesPanel({ since, tools }: { since: Since; tools: ComponentChildren }) {
  const { strategy, money } = useDesk();
  return (
    <ReadPanel
      {...{ name: "strategies", title: "Alert health", tools, what: "The health of the alerts" }}
      read={useAnswer("alert_health", since)}
      isEmpty={(rows) => rows.length < 2}
      empty={<p>No alert came yet.</p>}
    >
      {([whole, ...rows]) => (
        <>
          {whole !== undefined && <Stats stats={statsOf(whole, rows, money)} />}
          <PlainTable
            title="Strategies"
            columns={OF_STRATEGIES}
            rows={rows.filter((row) => strategy === null || row.strategy === strategy)}
          />
        </>
      )}
    </ReadPanel>
  );
}

function statsOf(whole: Health, rows: readonly Health[], money: Money): Stat[] {
  const unpriced = `without ${counted(whole.unpriced)} whose cost is not known`;
  const silent = rows.filter(({ silent }) => silent).length;
  return [
    bad("Missed", whole.missed, "Alerts that never came, as far as later alerts say"),
    gain(money, "Profit from gaps", negated(whole.cost ?? "0"), `What the gaps gained or cost, ${unpriced}`),
    bad("Silent", silent, "Strategies that sent nothing for three of their own intervals"),
    bad("Contradictions", whole.contradictions, "The sender held another position before its alert"),
    bad("Refused", whole.refused, "Alerts that were refused"),
    { name: "Repeated", value: counted(whole.duplicates), title: "Alerts that came again, booked once" },
  ];
}

const OF_STRATEGIES: Column<Health>[] = [
  { key: "strategy", title: "Strategy", value: ({ strategy }) => strategyName(strategy ?? "") },
  pill({
    key: "silent",
    title: "Now",
    value: ({ silent, silence_reason }) => silent ? "silent" : silence_reason ?? "as usual",
  }, { silent: "down" }),
  column("moment", "last_alert_at", "Last alert"),
  column("seconds", "usual_seconds", "Usually every"),
  column("moment", "silent_at", "Silent from"),
  column("number", "alerts", "Alerts"),
  column("number", "missed", "Missed"),
  column("number", "repairs", "Repairs"),
  column("number", "contradictions", "Contradictions"),
  column("cost", "cost", "Cost"),
  column("number", "duplicates", "Repeated"),
  {
    ...column("number", "refused", "Refused"),
    value: ({ refused, refusals }) => refused === 0 ? "0" : `${refused}: ${codesOf(refusals)}`,
    text: (value) => value,
  },
];

/** Codes with how often each was, the most frequent first. */
const codesOf = (refusals: Health["refusals"]): string =>
  Object.entries(refusals ?? {}).toSorted(([, a], [, b]) => Number(b) - Number(a))
    .map(([code, times]) => `${code} ${times}`).join(", ");

/** Alerts before which the account did not hold what their sender thought, as a table. */
const gaps = (since: Since): Kind<Row<"list_alert_gaps">> => ({
  name: "gaps",
  ...byId("list_alert_gaps", since),
  statuses: [null, "missed", "refused", "reordered", "moved", "cut", "first"],
  columns: [
    {
      ...pill(column("words", "status", "Why"), { missed: "down", refused: "down" }),
      full: (value) => MEANINGS[value] ?? value,
    },
    column("moment", "at", "Found"),
    column("moment", "since", "After"),
    ...TRADED,
    column("number", "missed", "Not traded"),
    column("number", "previous", "Sender held"),
    column("number", "held", "Account held"),
    column("price", "due_price", "Due at"),
    column("price", "price", "Put right at"),
    column("cost", "cost", "Cost"),
    column("cost", "least_cost", "At least"),
    column("cost", "most_cost", "At most"),
    column("named", "cost_reason", "No cost, because"),
  ],
  empty:
    "No gap: before every alert, the account held the position that its sender expected, as far as the alerts say.",
});

/** What a gap's status means. */
const MEANINGS: Record<string, string> = {
  missed: "An alert never came",
  refused: "An alert came, and was refused",
  reordered: "Two alerts arrived in the wrong order",
  moved: "An order of the account, or a split, changed the position",
  cut: "An order was cut to what funds or limits allow",
  first: "The strategy held something before its first alert here",
};

const CHOICES = { strategy: "Strategy", hour: "Hour" };

/** How long alerts took, by strategy or by hour of the day. */
function LatencyPanel({ since }: { since: Since }) {
  const { only } = useDesk();
  const [by, setBy] = useState<keyof typeof CHOICES>("strategy");
  return (
    <ReadPanel
      {...{ name: "latency", title: "How long alerts took", what: "The latency" }}
      tools={<Segments label="Latency by" choices={CHOICES} value={by} onPick={setBy} />}
      read={useAnswer("alert_latency", { ...since, by, ...only })}
      isEmpty={([whole]) => !whole?.alerts}
      empty={<p>No live alert with a time has come yet.</p>}
    >
      {(rows) => <PlainTable title="Latency" columns={OF_LATENCY} rows={rows} />}
    </ReadPanel>
  );
}

const OF_LATENCY: Column<Latency>[] = [
  {
    key: "of",
    title: "Strategy or hour",
    value: ({ strategy, hour }) =>
      hour !== null
        ? `${String(hour).padStart(2, "0")}:00 UTC`
        : strategy !== null
        ? strategyName(strategy)
        : "all",
  },
  column("number", "alerts", "Alerts"),
  column("number", "late", "Late"),
  column("seconds", "total_p50", "Median"),
  column("seconds", "total_p90", "90 % within"),
  column("seconds", "total_p99", "99 % within"),
  column("seconds", "total_max", "Longest"),
  column("seconds", "receive_p50", "Median to the function"),
  column("seconds", "receive_max", "Longest to the function"),
  column("seconds", "book_p50", "Median to the booking"),
  column("seconds", "book_max", "Longest to the booking"),
];

/** Alerts that were on their way for long, as a table. */
const late = (since: Since): Kind<Row<"late_alerts">> => ({
  name: "late alerts",
  ...byId("late_alerts", since),
  columns: [
    column("moment", "sent_at", "Sent"),
    ...TRADED,
    column("seconds", "seconds_to_receive", "To the function"),
    column("seconds", "seconds_to_book", "To its booking"),
    column("seconds", "seconds", "In all"),
    column("words", "status", "Outcome"),
    column("words", "code", "Refused for"),
  ],
  empty: "No alert took more than 10 seconds, by its own time.",
});
