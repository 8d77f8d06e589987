import { type Against, readComparedCurve } from "../../api/compare.ts";
import type { ComparedMoment } from "../../charts/compare-chart.ts";
import { type Charted, useChart, withChart } from "../../charts/use-chart.ts";
import { type Desk, useDesk } from "../../store/desk.ts";
import { useRead } from "../../store/use-read.ts";
import { Outcome, Panel } from "../panel.tsx";

/** What both made over time. */
export function ComparedCurve({ against }: { against: Against }) {
  const desk = useDesk();
  const view = `${JSON.stringify(against)} ${desk.strategy ?? "*"}`;
  const read = useRead(view, desk.version, () =>
    withChart(
      readMoments(desk, against),
      import("../../charts/compare-chart.ts").then(({ createCompareChart }) => createCompareChart),
    ));
  return (
    <Panel name="compared-curve" title="Closed profit of both">
      <Outcome
        read={read}
        what="The curve of both"
        isEmpty={({ points }) => points.length === 0}
        empty={<p>Neither has an order here.</p>}
      >
        {(charted) => <Curve charted={charted} view={view} />}
      </Outcome>
    </Panel>
  );
}

async function readMoments(
  { client, account, strategy, money, clock }: Desk,
  against: Against,
): Promise<ComparedMoment[]> {
  const points = await readComparedCurve(client, account.name, {
    ...against,
    ...(strategy !== null && { only_strategy: strategy }),
  });
  return points.map(({ time, profit, baseline_profit }) => ({
    time: clock.chartTime(time),
    own: Number(profit),
    baseline: Number(baseline_profit),
    label: {
      own: money.amount(profit, { plus: true }),
      baseline: money.amount(baseline_profit, { plus: true }),
    },
  }));
}

type Create = typeof import("../../charts/compare-chart.ts").createCompareChart;

function Curve(
  { charted: { points, create }, view }: {
    charted: Charted<ComparedMoment, Create>;
    view: string;
  },
) {
  const { clock } = useDesk();
  const { host, point } = useChart(
    (element, onPoint) => create(element, { clock, onPoint }),
    points,
    view,
  );
  const told = point ?? points.at(-1);
  if (told === undefined) return null;
  const when = clock.chartMoment(told.time);
  return (
    <figure class="chart-figure">
      <figcaption class="legend">
        <span class="muted">{when}</span> <span class="key-own">account</span>{" "}
        <strong>{told.label.own}</strong>
        <span class="key-baseline">baseline</span> <strong>{told.label.baseline}</strong>
      </figcaption>
      <div
        class="chart"
        ref={host}
        role="img"
        aria-label={`Closed profit over time; ${when}: account ${told.label.own}, baseline ${told.label.baseline}`}
      />
    </figure>
  );
}
