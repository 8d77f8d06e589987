import { useState } from "preact/hooks";
import type { Result } from "../api/reads.ts";
import { useAnswer, useDesk } from "../store/desk.ts";
import { toneOf } from "../format/figures.ts";
import { ReadPanel } from "./panel.tsx";
import { Segments } from "./controls.tsx";
import { strategyName } from "./top-bar.tsx";
import { WideTable } from "./wide-table.tsx";

const CHOICES = { symbol: "Symbol", strategy: "Strategy" };
type By = keyof typeof CHOICES;

/** What each symbol, or each strategy, has made: closed and open together, fees paid. */
export function Results() {
  const { only } = useDesk();
  const [by, setBy] = useState<By>("symbol");
  return (
    <ReadPanel
      {...{ name: "results", title: "P&L by", what: "The results" }}
      tools={<Segments label="P&L by" choices={CHOICES} value={by} onPick={setBy} />}
      read={useAnswer("results", { by, ...only })}
      empty={<p>Nothing was traded yet.</p>}
    >
      {(rows) => <Bars {...{ rows, by }} />}
    </ReadPanel>
  );
}

function Bars({ rows, by }: { rows: readonly Result[]; by: By }) {
  const { money, chart } = useDesk();
  const largest = Math.max(...rows.map(({ net_pnl }) => Math.abs(Number(net_pnl))), 0);
  return (
    <WideTable
      look="bars"
      label={`P&L by ${by}`}
      head={[by, "Size", "Net P&L"].map((title) => <th key={title} scope="col">{title}</th>)}
      hasHiddenHead
    >
      {rows.map(({ name, net_pnl, realized_pnl, unrealized_pnl, fees, open_positions }) => (
        <tr
          key={name}
          title={`realized ${money.amount(realized_pnl)}, open ${money.amount(unrealized_pnl)}, fees ${
            money.amount(fees)
          }`}
        >
          <th scope="row">
            {by === "symbol"
              ? <button type="button" class="link" onClick={() => chart(name)}>{name}</button>
              : strategyName(name)}
            {open_positions > 0 && <span class="held" title="A position is open">open</span>}
          </th>
          <td class="bar-cell">
            <span
              class={`bar ${toneOf(net_pnl)}`}
              style={{ "--size": largest === 0 ? "0" : (Math.abs(Number(net_pnl)) / largest).toFixed(3) }}
            />
          </td>
          <td class={`figures ${toneOf(net_pnl)}`}>{money.figures(net_pnl, { plus: true })}</td>
        </tr>
      ))}
    </WideTable>
  );
}
