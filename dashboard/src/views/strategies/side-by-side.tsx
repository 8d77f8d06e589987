import type { SideBySide as Compared, Since } from "../../api/reads.ts";
import type { Line, LinesMoment } from "../../charts/lines-chart.ts";
import { formatDecimal } from "../../format/decimal.ts";
import { type Desk, useDesk } from "../../store/desk.ts";
import { useRead } from "../../store/use-read.ts";
import { LinesFigure, withLines } from "../lines-figure.tsx";
import { Outcome, Panel } from "../panel.tsx";
import { Unknown } from "../stats.tsx";
import { strategyName } from "../top-bar.tsx";
import { WideTable } from "../wide-table.tsx";
import { FiguresTable } from "./figures-table.tsx";
import type { Chosen } from "./strategies-view.tsx";

const SUM: Line = { name: "Sum of these", color: "--text", stroke: "dashed" };

/** Strategies over each other: curves, figures, how their days go together, and their sum. */
export function SideBySide(
  { chosen, since, view }: { chosen: readonly Chosen[]; since: Since; view: string },
) {
  const desk = useDesk();
  const read = useRead(view, desk.version, () => readCompared(desk, chosen, since));
  return (
    <>
      <Panel name="strategy-curves" title="Closed profit over time">
        <Outcome
          read={read}
          what="The strategies"
          isEmpty={({ compared }) => compared.times.length === 0}
          empty={<p>None of them closed a trade in this range.</p>}
        >
          {({ charted, lines }) => (
            <LinesFigure
              key={JSON.stringify(lines)}
              charted={charted}
              lines={lines}
              view={view}
              title="Closed profit of strategies"
            />
          )}
        </Outcome>
      </Panel>
      {read.data !== null && (
        <>
          <FiguresTable compared={read.data.compared} lines={read.data.lines} />
          <Correlations compared={read.data.compared} />
        </>
      )}
    </>
  );
}

/** What was answered, with the lines it was asked for: the sum, then each strategy. */
async function readCompared(desk: Desk, chosen: readonly Chosen[], since: Since) {
  const strategies = chosen.map(({ strategy }) => strategy);
  const reading = desk.read("compare_strategies", { strategies, ...since });
  const lines = [SUM, ...chosen.map(({ line }) => line)];
  const charted = await withLines(reading.then((answer) => momentsOf(answer, desk)), lines, desk.clock);
  return { compared: await reading, charted, lines };
}

function momentsOf({ times, figures, together }: Compared, { clock, money }: Desk): LinesMoment[] {
  const curves = [together, ...figures].map(({ curve }) => curve);
  return times.map((time, index) => {
    const now = curves.map((curve) => curve[index] ?? "0");
    return {
      time: clock.chartTime(time),
      values: now.map(Number),
      labels: now.map((each) => money.amount(each, { plus: true })),
    };
  });
}

/** How the daily results of each two strategies go together, from -1 to 1. */
function Correlations({ compared: { figures, correlations } }: { compared: Compared }) {
  const names = figures.map(({ strategy }) => strategy);
  if (names.length < 2) return null;
  return (
    <Panel name="correlations" title="Correlation of daily results">
      <WideTable
        look="matrix"
        label="Correlation of daily results"
        head={[<td key="" />, ...names.map((name) => <th key={name} scope="col">{strategyName(name)}</th>)]}
      >
        {names.map((row) => (
          <tr key={row}>
            <th scope="row">{strategyName(row)}</th>
            {names.map((column) => <td key={column} class="figures">{cellOf(row, column)}</td>)}
          </tr>
        ))}
      </WideTable>
    </Panel>
  );

  function cellOf(row: string, column: string) {
    if (row === column) return "1";
    const pair = correlations.find(({ one, other }) =>
      one === row && other === column || one === column && other === row
    );
    const value = pair?.correlation ?? null;
    return value === null
      ? <Unknown reason={pair?.reason ?? undefined} />
      : formatDecimal(value, { least: 2, most: 2, plus: true });
  }
}
