import { LineKey } from "../lines-figure.tsx";
import { strategyName } from "../top-bar.tsx";
import type { Chosen } from "./strategies-view.tsx";

/** Which strategies are shown; those that are have their line beside them. */
export function Picker(
  { strategies, chosen, most, onToggle }: {
    strategies: readonly string[];
    chosen: readonly Chosen[];
    most: number;
    onToggle: (strategy: string) => void;
  },
) {
  const isFull = chosen.length >= most;
  return (
    <fieldset class="picker">
      <legend class="visually-hidden">Strategies to show</legend>
      {strategies.map((strategy) => {
        const line = chosen.find((each) => each.strategy === strategy)?.line;
        return (
          <label key={strategy}>
            <input
              type="checkbox"
              checked={line !== undefined}
              disabled={line === undefined && isFull}
              onChange={() => onToggle(strategy)}
            />
            {line === undefined ? strategyName(strategy) : <LineKey line={line} />}
          </label>
        );
      })}
      {isFull && strategies.length > most && <p class="note muted">At most {most} at once.</p>}
    </fieldset>
  );
}
