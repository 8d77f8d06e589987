import type { SideBySide, StrategyFigures } from "../../api/reads.ts";
import type { Line } from "../../charts/lines-chart.ts";
import { counted, coverageText, ratio, share, toneOf } from "../../format/figures.ts";
import { useDesk } from "../../store/desk.ts";
import { LineKey } from "../lines-figure.tsx";
import { Panel } from "../panel.tsx";
import { statOf, Unknown } from "../stats.tsx";
import { WideTable } from "../wide-table.tsx";

const TITLES = [
  ...["Strategy", "Net", "Trades", "Win rate", "Profit factor", "Per trade", "Max drawdown"],
  "Marked symbol days",
];

/** All of the strategies together, then each, with its figures; lines are in the same order. */
export function FiguresTable({ compared, lines }: { compared: SideBySide; lines: readonly Line[] }) {
  const rows = [compared.together, ...compared.figures];
  return (
    <Panel name="strategy-figures" title="Figures of closed trades">
      <WideTable
        look="matrix"
        label="Figures of the strategies"
        head={TITLES.map((title) => <th key={title} scope="col">{title}</th>)}
      >
        {lines.map((line, index) => {
          const figures = rows[index];
          return figures === undefined ? null : (
            <tr key={index}>
              <th scope="row">
                <LineKey line={line} />
              </th>
              <Cells figures={figures} />
            </tr>
          );
        })}
      </WideTable>
    </Panel>
  );
}

function Cells({ figures }: { figures: StrategyFigures }) {
  const { money } = useDesk();
  const unsure = (
    name: "win_rate" | "profit_factor" | "expectancy" | "max_drawdown",
    write: (text: string) => string,
  ) => {
    const { value, reason } = statOf(name, figures, name, write);
    return <td class="figures">{value ?? <Unknown reason={reason} />}</td>;
  };
  const net = figures.net ?? "0";
  return (
    <>
      <td class={`figures ${toneOf(net)}`}>{money.amount(net, { plus: true })}</td>
      <td class="figures">{counted(figures.trades)}</td>
      {unsure("win_rate", share)}
      {unsure("profit_factor", ratio)}
      {unsure("expectancy", (text) => money.amount(text, { plus: true }))}
      {unsure("max_drawdown", money.amount)}
      <td class="figures">{coverageText(figures.coverage)}</td>
    </>
  );
}
