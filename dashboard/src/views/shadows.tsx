import { counted, toneOf } from "../format/figures.ts";
import { useAnswer, useDesk } from "../store/desk.ts";
import { ReadPanel } from "./panel.tsx";
import { WideTable } from "./wide-table.tsx";

/** The accounts that book what this one does, under settings of their own. */
export function Shadows() {
  const { money, compare } = useDesk();
  return (
    <ReadPanel
      {...{ name: "shadows", title: "Shadow accounts", what: "The shadow accounts" }}
      read={useAnswer("list_shadow_accounts")}
      empty={<p>None.</p>}
    >
      {(rows) => (
        <WideTable
          look="bars"
          label="Shadow accounts"
          head={
            <>
              <th scope="col">Account</th>
              <th scope="col">What differs</th>
              <th scope="col" class="figures">Net P&L</th>
              <th scope="col">Alerts</th>
              <th scope="col">
                <span class="visually-hidden">Comparison</span>
              </th>
            </>
          }
        >
          {rows.map(({ shadow, size_factor, differs, net_pnl, behind, failure }) => (
            <tr key={shadow}>
              <th scope="row">{shadow}</th>
              <td>{differences(size_factor, differs as Record<string, unknown>)}</td>
              <td class={`figures ${toneOf(net_pnl)}`}>{money.figures(net_pnl, { plus: true })}</td>
              <td class={behind === 0 ? "muted" : "down"} title={failure ?? undefined}>
                {behind === 0 ? "all booked" : `${counted(behind)} behind`}
              </td>
              <td>
                <button type="button" class="link" onClick={() => compare(shadow)}>
                  Compare<span class="visually-hidden">with {shadow}</span>
                </button>
              </td>
            </tr>
          ))}
        </WideTable>
      )}
    </ReadPanel>
  );
}

/** "size × 2, fee_bps 10": what a shadow has other than its account. */
function differences(size_factor: string, differs: Record<string, unknown>): string {
  const settings = Object.entries(differs).map(([name, value]) => `${name} ${value ?? "none"}`);
  return [...size_factor === "1" ? [] : [`size × ${size_factor}`], ...settings].join(", ") || "nothing";
}
