import { useRef, useState } from "preact/hooks";
import { list, type Row } from "../../api/reads.ts";
import { formatInterval } from "../../format/duration.ts";
import { adviceFor, describeAlert, fieldOf, listFields, namesIn, outcomeOf } from "../../format/words.ts";
import { useDesk, useRead } from "../../store/desk.ts";
import { byId, column, type Kind, pill, SYMBOL, titleOf, TRADED } from "./kind.tsx";
import { TableView } from "./table-view.tsx";

const positions: Kind<Row<"list_positions">> = {
  name: "positions",
  read: list("list_positions"),
  first: ({ ahead }) => ahead.takePositions(),
  id: ({ symbol, strategy }) => `${symbol}\n${strategy}`,
  after: ({ symbol, strategy }) => ({ after_symbol: symbol ?? "", after_strategy: strategy ?? "" }),
  columns: [
    ...TRADED,
    column("side", "side", "Side"),
    column("number", "quantity", "Quantity"),
    column("price", "average_price", "Average"),
    column("price", "mark", "Mark"),
    column("amount", "market_value", "Value"),
    column("profit", "unrealized_pnl", "Open P&L"),
    column("profit", "realized_pnl", "Realized"),
    column("amount", "fees", "Fees"),
    column("moment", "opened_at", "Opened"),
  ],
  isShort: true,
  keep: ({ quantity }) => quantity !== "0",
  empty: "Nothing is held. A buy or sell alert opens a position.",
};

const orders: Kind<Row<"list_orders">> = {
  name: "orders",
  ...byId("list_orders"),
  statuses: ["open", null, "filled", "canceled", "expired"],
  columns: [
    column("moment", "created_at", "Placed"),
    ...TRADED,
    column("side", "side", "Side"),
    { ...column("named", "type", "Type"), value: ({ type, leg }) => leg ?? type },
    column("number", "quantity", "Quantity"),
    column("price", "limit_price", "Limit"),
    column("price", "stop_price", "Stop"),
    { ...column("words", "time_in_force", "In force"), text: (value) => value.toUpperCase() },
    column("words", "status", "Status"),
    column("named", "reason", "Reason"),
  ],
  empty: "No order rests. A limit or stop alert, or one with take_profit or stop_loss, places one.",
};

const fills: Kind<Row<"list_fills">> = {
  name: "fills",
  ...byId("list_fills"),
  columns: [
    column("moment", "filled_at", "Filled"),
    ...TRADED,
    column("side", "side", "Side"),
    column("number", "quantity", "Quantity"),
    column("price", "price", "Price"),
    column("amount", "fee", "Fee"),
    column("profit", "realized_pnl", "Realized"),
  ],
  empty: "Nothing was filled yet.",
};

const trades: Kind<Row<"list_trades">> = {
  name: "trades",
  ...byId("list_trades"),
  columns: [
    column("moment", "closed_at", "Closed"),
    ...TRADED,
    column("side", "side", "Side"),
    column("number", "quantity", "Quantity"),
    column("price", "entry_price", "Entry"),
    column("price", "exit_price", "Exit"),
    column("profit", "gross_pnl", "Gross"),
    column("amount", "fees", "Fees"),
    column("profit", "net_pnl", "Net"),
    { ...column("number", "duration", "Held"), text: formatInterval },
  ],
  empty: "No round trip was closed yet: a trade is one from flat to flat.",
};

const alerts: Kind<Row<"list_alerts">> = {
  name: "alerts",
  ...byId("list_alerts"),
  statuses: [null, "filled", "accepted", "ignored", "canceled", "rejected"],
  statusWords: { ignored: "ignored, marked" },
  columns: [
    column("moment", "received_at", "Received"),
    pill(
      column("words", "status", "Outcome"),
      { filled: "up", rejected: "down", accepted: "accent" },
      (status, { request }) => outcomeOf(status, request),
    ),
    ...TRADED,
    { key: "read_as", title: "Read as", value: ({ request }) => describeAlert(request) },
    {
      key: "reason",
      title: "Reason",
      value: ({ code, answer }) =>
        code === null ? fieldOf(answer, "message") : `${code}: ${fieldOf(answer, "message") ?? ""}`,
    },
  ],
  details: (alert) => <AlertDetails alert={alert} />,
  empty: "No alert came yet.",
};

/** Which symbol is marked by what, and how old its last mark is. */
const marks: Kind<Row<"list_live_marks">> = {
  name: "marks",
  // All of them: an account holds few symbols at a time.
  read: async (read, { only_symbol }) =>
    (await read("list_live_marks"))
      .filter(({ symbol }) => only_symbol === undefined || symbol === only_symbol),
  id: ({ symbol }) => String(symbol),
  after: () => ({}),
  columns: [
    column("words", SYMBOL, "Symbol"),
    column("words", "exchange", "Exchange"),
    { ...column("words", "source", "Marked by"), value: ({ source }) => source ?? "alerts only" },
    column("price", "price", "Mark"),
    column("moment", "marked_at", "Marked at"),
    {
      ...column("seconds", "marked_at", "Age"),
      key: "age",
      value: ({ marked_at }) =>
        marked_at === null ? null : String(Math.round((Date.now() - Date.parse(marked_at)) / 1_000)),
    },
    { ...column("named", "problem", "Problem"), tone: () => "down" },
    column("moment", "checked_at", "Last asked"),
  ],
  isShort: true,
  empty: "No position and no resting order: no symbol needs a mark.",
};

const tab = <Row,>(kind: Kind<Row>) => ({
  name: kind.name,
  title: titleOf(kind),
  view: () => <TableView kind={kind} />,
});
const TABS = [tab(positions), tab(orders), tab(fills), tab(trades), tab(alerts), tab(marks)];

/** What is held, what rests, and what happened. */
export function Tables() {
  const { open_positions, resting_orders } = useDesk().overview;
  const [open, setOpen] = useState("positions");
  const list = useRef<HTMLDivElement>(null);
  const View = TABS.find(({ name }) => name === open)?.view ?? (() => null);
  const counts: Record<string, number> = { positions: open_positions, orders: resting_orders };
  const move = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = TABS.findIndex(({ name }) => name === open);
    const next = TABS[(at + by + TABS.length) % TABS.length]?.name ?? open;
    setOpen(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <section class="panel tables" aria-label="Tables">
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
            onClick={() => setOpen(name)}
          >
            {title}
            {counts[name] !== undefined && <span class="count">{counts[name]}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${open}`}>
        <View key={open} />
        {open === alerts.name && <ArchiveNote />}
      </div>
    </section>
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

/** One alert in full: why it came out as it did, how it was read, what was answered. */
function AlertDetails({ alert }: { alert: Row<"list_alerts"> }) {
  const { code, request, answer } = alert;
  const advice = adviceFor(code);
  const ignored = namesIn(request, "ignored");
  return (
    <div class="details">
      {code !== null && (
        <section>
          <h3>Why it was refused</h3>
          <p>
            <strong>{code}</strong>: {fieldOf(answer, "message")}
          </p>
          {advice !== null && <p>{advice}</p>}
        </section>
      )}
      {ignored.length > 0 && (
        <section>
          <h3>What was not understood</h3>
          <p>{ignored.join(", ")}</p>
        </section>
      )}
      <section>
        <h3>How it was read</h3>
        <dl class="fields">
          {listFields(request).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section>
        <h3>What was answered</h3>
        <pre tabIndex={0} role="region" aria-label="Answer">{JSON.stringify(answer, null, 2)}</pre>
      </section>
    </div>
  );
}
