import { useState } from "preact/hooks";
import type { Line } from "../../charts/lines-chart.ts";
import { useDesk } from "../../store/desk.ts";
import { Panel } from "../panel.tsx";
import { sinceOf, useRange } from "../range.tsx";
import { strategyName } from "../top-bar.tsx";
import { Picker } from "./picker.tsx";
import { SideBySide } from "./side-by-side.tsx";

/** As many strategies as there are colors for. */
const MOST = 8;

/** A strategy that is shown, and its line. */
export interface Chosen {
  strategy: string;
  line: Line;
}

/** The strategies of an account: which of them to show, and those side by side. */
export function StrategiesView() {
  const { strategies } = useDesk().overview;
  const [hidden, setHidden] = useState<readonly string[]>(() => strategies.slice(MOST));
  const { range, tools } = useRange("Range of the strategies");
  const shown = strategies.filter((each) => !hidden.includes(each)).slice(0, MOST);
  // Where there are colors for all, each keeps its own.
  const places = strategies.length <= MOST ? strategies : shown;
  const chosen = shown.map((strategy) => ({ strategy, line: lineOf(strategy, places.indexOf(strategy)) }));
  const toggle = (name: string) =>
    setHidden(hidden.includes(name) ? hidden.filter((each) => each !== name) : [...hidden, name]);
  return (
    <main class="desk side-by-side">
      <Panel name="strategies" title="Strategies" tools={tools}>
        {strategies.length === 0
          ? (
            <div class="empty">
              <p>No strategy has traded yet.</p>
            </div>
          )
          : <Picker strategies={strategies} chosen={chosen} most={MOST} onToggle={toggle} />}
      </Panel>
      {chosen.length > 0 && (
        <SideBySide chosen={chosen} since={sinceOf(range)} view={JSON.stringify([range, shown])} />
      )}
    </main>
  );
}

const lineOf = (strategy: string, place: number): Line => ({
  name: strategyName(strategy),
  color: `--series-${place + 1}`,
  stroke: place % 2 === 0 ? "solid" : "dotted",
});
