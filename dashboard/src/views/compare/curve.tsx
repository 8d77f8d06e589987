import type { Against } from "../../api/reads.ts";
import type { Line, LinesMoment } from "../../charts/lines-chart.ts";
import { type Desk, useDesk } from "../../store/desk.ts";
import { useRead } from "../../store/use-read.ts";
import { LinesFigure, withLines } from "../lines-figure.tsx";
import { Outcome, Panel } from "../panel.tsx";

const LINES: readonly Line[] = [
  { name: "account", color: "--accent", stroke: "solid" },
  { name: "baseline", color: "--muted", stroke: "dashed" },
];

/** What both made over time. */
export function ComparedCurve({ against }: { against: Against }) {
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
