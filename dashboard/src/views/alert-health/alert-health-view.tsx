import { useMemo } from "preact/hooks";
import type { Since } from "../../api/reads.ts";
import { Panel } from "../panel.tsx";
import { sinceOf, useRange } from "../range.tsx";
import { TableView } from "../tables/table-view.tsx";
import { gaps, late } from "./kinds.tsx";
import { LatencyPanel } from "./latency.tsx";
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
