import { useState } from "preact/hooks";
import { useAnswer, useDesk } from "../store/desk.ts";
import { sizesOf, toneOf } from "../format/figures.ts";
import { ReadPanel } from "./panel.tsx";
import { Segments } from "./controls.tsx";
import { strategyName } from "./top-bar.tsx";
import { WideTable } from "./wide-table.tsx";

const CHOICES = { symbol: "Symbol", strategy: "Strategy" };

/** What each symbol, or each strategy, has made: closed and open together, fees paid. */
export function Results() {
  const { only, money, chart } = useDesk();
  const [by, setBy] = useState<keyof typeof CHOICES>("symbol");
  const read = useAnswer("results", { by, ...only });
  const sizeOf = sizesOf(read.data ?? []);
  return (
    <ReadPanel
      {...{ name: "results", title: "P&L by", read, what: "The results" }}
      tools={<Segments label="P&L by" choices={CHOICES} value={by} onPick={setBy} />}
      empty={<p>Nothing was traded yet.</p>}
    >
      {(rows) => (
        <WideTable
          look="bars"
          label={`P&L by ${by}`}
          head={[by, "Size", "Net P&L"].map((title) => <th key={title} scope="col">{title}</th>)}
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
                <span class={`bar ${toneOf(net_pnl)}`} style={{ "--size": sizeOf(net_pnl).toFixed(3) }} />
              </td>
              <td class={`figures ${toneOf(net_pnl)}`}>{money.figures(net_pnl, { plus: true })}</td>
            </tr>
          ))}
        </WideTable>
      )}
    </ReadPanel>
  );
}
