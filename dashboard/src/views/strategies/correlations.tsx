import type { SideBySide } from "../../api/strategies.ts";
import { formatDecimal } from "../../format/decimal.ts";
import { Panel } from "../panel.tsx";
import { Unknown } from "../stats.tsx";
import { strategyName } from "../top-bar.tsx";

/** How the daily results of each two strategies go together, from -1 to 1. */
export function Correlations({ compared: { figures, correlations } }: { compared: SideBySide }) {
  const names = figures.map(({ strategy }) => strategy);
  if (names.length < 2) return null;
  return (
    <Panel name="correlations" title="Correlation of daily results">
      <div
        class="matrix-scroll"
        tabIndex={0}
        role="region"
        aria-label="Correlation of daily results"
      >
        <table class="matrix">
          <thead>
            <tr>
              <td />
              {names.map((name) => <th key={name} scope="col">{strategyName(name)}</th>)}
            </tr>
          </thead>
          <tbody>
            {names.map((row) => (
              <tr key={row}>
                <th scope="row">{strategyName(row)}</th>
                {names.map((column) => <td key={column} class="figures">{cellOf(row, column)}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
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
