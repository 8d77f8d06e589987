import type { SideBySide } from "../../api/reads.ts";
import { formatDecimal } from "../../format/decimal.ts";
import { Panel } from "../panel.tsx";
import { Unknown } from "../stats.tsx";
import { strategyName } from "../top-bar.tsx";
import { WideTable } from "../wide-table.tsx";

/** How the daily results of each two strategies go together, from -1 to 1. */
export function Correlations({ compared: { figures, correlations } }: { compared: SideBySide }) {
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
