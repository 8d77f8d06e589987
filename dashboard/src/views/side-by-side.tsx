import type { ComponentChildren } from "preact";
import type { SideBySide as Compared, Since, StrategyFigures, TradesName } from "../api/reads.ts";
import type { Line, Moment } from "../charts/curves.ts";
import { formatDecimal } from "../format/decimal.ts";
import { counted, coverageText, ratio, share, toneOf } from "../format/figures.ts";
import { useDesk, useRead } from "../store/desk.ts";
import { LineKey, LinesFigure, withLines } from "./lines-figure.tsx";
import { Panel, ReadPanel } from "./panel.tsx";
import { statOf, Unknown } from "./stats.tsx";
import { strategyName } from "./top-bar.tsx";
import { WideTable } from "./wide-table.tsx";

const SUM: Line = { name: "Sum of these", color: "--text", stroke: "dashed" };

/** Strategies, each with its line, over each other: curves, figures, how their days go together, and their sum. */
export function SideBySide({ strategies, lines, since, view }: {
  strategies: string[];
  lines: readonly Line[];
  since: Since;
  view: string;
}) {
  const desk = useDesk();
  const read = useRead(view, desk.version, async () => {
    const reading = desk.read("compare_strategies", { strategies, ...since });
    const all = [SUM, ...lines];
    const moments = reading.then(({ times, figures, together }) =>
      times.map((time, index): Moment => {
        const now = [together, ...figures].map(({ curve }) => curve[index] ?? "0");
        const labels = now.map((each) => desk.money.amount(each, { plus: true }));
        return { time: desk.clock.chartTime(time), values: now.map(Number), labels };
      })
    );
    return { charted: await withLines(moments, all, desk.clock), compared: await reading, lines: all };
  });
  return (
    <>
      <ReadPanel
        {...{ name: "strategy-curves", title: "Closed profit over time", read, what: "The strategies" }}
        isEmpty={({ compared }) => compared.times.length === 0}
        empty={<p>None of them closed a trade in this range.</p>}
      >
        {({ charted, lines }) => (
          <LinesFigure
            key={JSON.stringify(lines)}
            {...{ charted, lines, view, title: "Closed profit of strategies" }}
          />
        )}
      </ReadPanel>
      {read.data !== null && (
        <>
          <Figures {...read.data} />
          <Correlations {...read.data.compared} />
        </>
      )}
    </>
  );
}

const TITLES = [
  ...["Strategy", "Net", "Trades", "Win rate", "Profit factor", "Per trade", "Max drawdown"],
  "Marked symbol days",
];

/** All of the strategies together, then each, with its figures; lines are in the same order. */
function Figures({ compared, lines }: { compared: Compared; lines: readonly Line[] }) {
  const { money } = useDesk();
  const gain = (text: string) => money.amount(text, { plus: true });
  const cellsOf = (figures: StrategyFigures): ComponentChildren[] => {
    const unsure = (name: TradesName, write: (text: string) => string) => {
      const { value, reason } = statOf(name, figures, name, write);
      return value ?? <Unknown reason={reason} />;
    };
    return [
      <span key="net" class={toneOf(figures.net ?? "0")}>{gain(figures.net ?? "0")}</span>,
      counted(figures.trades),
      unsure("win_rate", share),
      unsure("profit_factor", ratio),
      unsure("expectancy", gain),
      unsure("max_drawdown", money.amount),
      coverageText(figures.coverage),
    ];
  };
  return (
    <Panel name="strategy-figures" title="Figures of closed trades">
      <WideTable
        look="matrix"
        label="Figures of the strategies"
        head={TITLES.map((title) => <th key={title} scope="col">{title}</th>)}
      >
        {[compared.together, ...compared.figures].map((figures, nr) => (
          <tr key={nr}>
            <th scope="row">{lines[nr] !== undefined && <LineKey line={lines[nr]} />}</th>
            {cellsOf(figures).map((cell, at) => <td key={at} class="figures">{cell}</td>)}
          </tr>
        ))}
      </WideTable>
    </Panel>
  );
}

/** How the daily results of each two strategies go together, from -1 to 1. */
function Correlations({ figures, correlations }: Compared) {
  const names = figures.map(({ strategy }) => strategy);
  if (names.length < 2) return null;
  const cellOf = (row: string, column: string) => {
    if (row === column) return "1";
    const pair = correlations.find(({ one, other }) =>
      one === row && other === column || one === column && other === row
    );
    const value = pair?.correlation ?? null;
    return value === null
      ? <Unknown reason={pair?.reason ?? undefined} />
      : formatDecimal(value, { least: 2, most: 2, plus: true });
  };
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
}
