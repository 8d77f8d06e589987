import { useRef, useState } from "preact/hooks";
import { useDesk } from "../../store/desk.ts";
import { ArchiveNote } from "./archive-note.tsx";
import { alerts, fills, orders, positions, trades } from "./kinds.tsx";
import { marks } from "./marks.tsx";
import { TableView } from "./table-view.tsx";

const TABS = ["positions", "orders", "fills", "trades", "alerts", "marks"] as const;
type Tab = typeof TABS[number];

const TITLES: Record<Tab, string> = {
  positions: "Positions",
  orders: "Orders",
  fills: "Fills",
  trades: "Trades",
  alerts: "Alerts",
  marks: "Marks",
};

/** What is held, what rests, and what happened. */
export function Tables() {
  const [tab, setTab] = useState<Tab>("positions");
  return (
    <section class="panel tables" aria-label="Tables">
      <Tabs tab={tab} onTab={setTab} />
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
        {tab === "positions" && <TableView kind={positions} />}
        {tab === "orders" && <TableView kind={orders} />}
        {tab === "fills" && <TableView kind={fills} />}
        {tab === "trades" && <TableView kind={trades} />}
        {tab === "alerts" && <TableView kind={alerts} />}
        {tab === "alerts" && <ArchiveNote />}
        {tab === "marks" && <TableView kind={marks} />}
      </div>
    </section>
  );
}

function Tabs({ tab, onTab }: { tab: Tab; onTab: (tab: Tab) => void }) {
  const { overview } = useDesk();
  const list = useRef<HTMLDivElement>(null);
  const counts: Partial<Record<Tab, number>> = {
    positions: overview.open_positions,
    orders: overview.resting_orders,
  };
  const move = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length] ?? tab;
    onTab(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Tables" ref={list} onKeyDown={move}>
      {TABS.map((each) => (
        <button
          key={each}
          id={`tab-${each}`}
          type="button"
          role="tab"
          aria-selected={each === tab}
          aria-controls="tab-panel"
          tabIndex={each === tab ? 0 : -1}
          onClick={() => onTab(each)}
        >
          {TITLES[each]}
          {counts[each] !== undefined && <span class="count">{counts[each]}</span>}
        </button>
      ))}
    </div>
  );
}
