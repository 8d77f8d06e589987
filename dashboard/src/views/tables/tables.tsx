import { useRef, useState } from "preact/hooks";
import { useDesk } from "../../store/desk.ts";
import { useRead } from "../../store/use-read.ts";
import { alerts, fills, type Kind, marks, orders, positions, trades } from "./kinds.tsx";
import { TableView } from "./table-view.tsx";

const tab = <Row,>(kind: Kind<Row>) => ({ ...kind, view: () => <TableView kind={kind} /> });
const TABS = [tab(positions), tab(orders), tab(fills), tab(trades), tab(alerts), tab(marks)];

/** What is held, what rests, and what happened. */
export function Tables() {
  const [open, setOpen] = useState("positions");
  const View = TABS.find(({ name }) => name === open)?.view ?? (() => null);
  return (
    <section class="panel tables" aria-label="Tables">
      <Tabs open={open} onOpen={setOpen} />
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${open}`}>
        <View key={open} />
        {open === alerts.name && <ArchiveNote />}
      </div>
    </section>
  );
}

function Tabs({ open, onOpen }: { open: string; onOpen: (name: string) => void }) {
  const { overview } = useDesk();
  const list = useRef<HTMLDivElement>(null);
  const counts: Record<string, number> = {
    positions: overview.open_positions,
    orders: overview.resting_orders,
  };
  const move = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = TABS.findIndex(({ name }) => name === open);
    const next = TABS[(at + by + TABS.length) % TABS.length]?.name ?? open;
    onOpen(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Tables" ref={list} onKeyDown={move}>
      {TABS.map(({ name, title }) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={name === open}
          aria-controls="tab-panel"
          tabIndex={name === open ? 0 : -1}
          onClick={() => onOpen(name)}
        >
          {title}
          {counts[name] !== undefined && <span class="count">{counts[name]}</span>}
        </button>
      ))}
    </div>
  );
}

/** Says what the list of alerts no longer shows; nothing where nothing was archived. */
function ArchiveNote() {
  const { read } = useDesk();
  const { data } = useRead("archive", 0, () => read("history_archive"));
  const count = data?.[0]?.archived_marks ?? 0;
  if (count === 0) return null;
  return (
    <div class="pager">
      <span class="muted" role="status">
        Old marks in the archive:{" "}
        {count.toLocaleString("en-US")}. Proofs and replays count them, this list does not show them.
      </span>
    </div>
  );
}
