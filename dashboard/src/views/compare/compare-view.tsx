import { useMemo, useState } from "preact/hooks";
import { useDesk } from "../../store/desk.ts";
import { Panel } from "../panel.tsx";
import { sinceOf } from "../range.tsx";
import { Segments, Select } from "../controls.tsx";
import { TableView } from "../tables/table-view.tsx";
import { ComparedCurve } from "./curve.tsx";
import { ComparedFigures } from "./figures.tsx";
import { ImportPanel } from "./import-panel.tsx";
import { pairs } from "./pairs.tsx";

const RANGES = { "1W": "1W", "1M": "1M", "1Y": "1Y", "All": "All" };

/** An account beside a baseline: the backtest that it should have done. */
export function CompareView() {
  const { live, account, baseline } = useDesk();
  const accounts = live.accounts.value ?? [];
  const others = accounts.map(({ name }) => name).filter((name) => name !== account.name);
  const [picked, setPicked] = useState(baseline);
  const [range, setRange] = useState<keyof typeof RANGES>("All");
  // What the list of accounts does not have yet, it will have a moment later.
  const choices = picked === null || others.includes(picked) ? others : [picked, ...others];
  const since = useMemo(() => sinceOf(range), [range]);
  const against = picked === null ? null : { baseline: picked, ...since };
  const tools = (
    <div class="pickers">
      <Select
        label="Baseline"
        value={picked ?? ""}
        choices={[
          { value: "", text: "Choose a baseline" },
          ...choices.map((value) => ({ value })),
        ]}
        onPick={(name) => setPicked(name === "" ? null : name)}
      />
      <Segments label="Range of the comparison" choices={RANGES} value={range} onPick={setRange} />
    </div>
  );
  return (
    <main class="desk compare">
      <ImportPanel onImported={setPicked} />
      <Panel name="against" title="Compare with" tools={tools}>
        {against === null && (
          <div class="empty">
            <p>Import a backtest, or choose the account that holds one.</p>
          </div>
        )}
      </Panel>
      {against !== null && (
        <>
          <ComparedFigures against={against} />
          <ComparedCurve against={against} />
          <section class="panel tables" aria-label="Orders and alerts">
            <TableView key={JSON.stringify(against)} kind={pairs(against)} />
          </section>
        </>
      )}
    </main>
  );
}
