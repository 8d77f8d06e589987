import { useMemo, useState } from "preact/hooks";
import type { Latency, Since } from "../../api/reads.ts";
import { useAnswer, useDesk } from "../../store/desk.ts";
import { Segments } from "../controls.tsx";
import { Outcome, Panel } from "../panel.tsx";
import { sinceOf, useRange } from "../range.tsx";
import { type Column, number, seconds } from "../tables/columns.tsx";
import { PlainTable, TableView } from "../tables/table-view.tsx";
import { strategyName } from "../top-bar.tsx";
import { gaps, late } from "./kinds.tsx";
import { StrategiesPanel } from "./strategies.tsx";

/** Whether every alert came, and how long each was on its way. */
export function AlertHealthView() {
  const { range, tools } = useRange("Range of the alerts");
  // Without a beginning the RPCs go back 30 days.
  const since = useMemo((): Since => ({ from_time: "-infinity", ...sinceOf(range) }), [range]);
  return (
    <main class="desk alert-health">
      <StrategiesPanel since={since} tools={tools} />
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

const CHOICES = { strategy: "Strategy", hour: "Hour" };
type By = keyof typeof CHOICES;

/** How long alerts took, by strategy or by hour of the day. */
function LatencyPanel({ since }: { since: Since }) {
  const { only } = useDesk();
  const [by, setBy] = useState<By>("strategy");
  const latency = useAnswer("alert_latency", { ...since, by, ...only });
  return (
    <Panel
      name="latency"
      title="How long alerts took"
      tools={<Segments label="Latency by" choices={CHOICES} value={by} onPick={setBy} />}
    >
      <Outcome
        read={latency}
        what="The latency"
        isEmpty={([whole]) => !whole?.alerts}
        empty={<p>No live alert with a time has come yet.</p>}
      >
        {(rows) => <PlainTable title="Latency" columns={COLUMNS} rows={rows} />}
      </Outcome>
    </Panel>
  );
}

const COLUMNS: Column<Latency>[] = [
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
  number("alerts", "Alerts"),
  number("late", "Late"),
  seconds("total_p50", "Median"),
  seconds("total_p90", "90 % within"),
  seconds("total_p99", "99 % within"),
  seconds("total_max", "Longest"),
  seconds("receive_p50", "Median to the function"),
  seconds("receive_max", "Longest to the function"),
  seconds("book_p50", "Median to the booking"),
  seconds("book_max", "Longest to the booking"),
];
