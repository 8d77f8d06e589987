import { useState } from "preact/hooks";
import type { Line } from "../charts/curves.ts";
import { useDesk } from "../store/desk.ts";
import { LineKey } from "./lines-figure.tsx";
import { Panel } from "./panel.tsx";
import { sinceOf, useRange } from "./range.tsx";
import { SideBySide } from "./side-by-side.tsx";
import { strategyName } from "./top-bar.tsx";

/** The colors of strategies: no more than these are shown. */
const COLORS = ["accent", "orange", "up", "down", "violet", "cyan", "pink", "olive"];
const MOST = COLORS.length;

/** The strategies of an account: which of them to show, and those side by side. */
export function StrategiesView() {
  const { strategies } = useDesk().overview;
  const [hidden, setHidden] = useState<readonly string[]>(() => strategies.slice(MOST));
  const { range, tools } = useRange("Range of the strategies");
  const shown = strategies.filter((each) => !hidden.includes(each)).slice(0, MOST);
  // Where there are colors for all, each keeps its own.
  const places = strategies.length <= MOST ? strategies : shown;
  const lines = shown.map((strategy): Line => {
    const place = places.indexOf(strategy);
    const stroke = place % 2 === 0 ? "solid" : "dotted";
    return { name: strategyName(strategy), color: `--${COLORS[place]}`, stroke };
  });
  const isFull = shown.length >= MOST;
  const toggle = (name: string) =>
    setHidden(hidden.includes(name) ? hidden.filter((each) => each !== name) : [...hidden, name]);
  return (
    <main class="desk one-column">
      <Panel name="strategies" title="Strategies" tools={tools}>
        {strategies.length === 0
          ? (
            <div class="empty">
              <p>No strategy has traded yet.</p>
            </div>
          )
          : (
            <fieldset class="picker">
              <legend class="visually-hidden">Strategies to show</legend>
              {strategies.map((strategy) => {
                // Those that are shown have their line beside them.
                const line = lines[shown.indexOf(strategy)];
                return (
                  <label key={strategy}>
                    <input
                      type="checkbox"
                      checked={line !== undefined}
                      disabled={line === undefined && isFull}
                      onChange={() => toggle(strategy)}
                    />
                    {line === undefined ? strategyName(strategy) : <LineKey line={line} />}
                  </label>
                );
              })}
              {isFull && strategies.length > MOST && <p class="note muted">At most {MOST} at once.</p>}
            </fieldset>
          )}
      </Panel>
      {shown.length > 0 && (
        <SideBySide
          {...{ strategies: shown, lines }}
          since={sinceOf(range)}
          view={JSON.stringify([range, shown])}
        />
      )}
    </main>
  );
}
