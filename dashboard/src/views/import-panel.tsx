import { useState } from "preact/hooks";
import { importBacktest, type Imported } from "../api/import.ts";
import { useDesk } from "../store/desk.ts";
import { type Message, Said } from "./controls.tsx";
import { Panel } from "./panel.tsx";

const FIELDS = [
  { name: "account", label: "Baseline account", hint: "Created if it does not exist." },
  { name: "symbol", label: "Symbol", hint: "As the account names it." },
  { name: "time_zone", label: "Time zone of the chart", hint: "Like America/New_York." },
  { name: "commission", label: "Commission", hint: "0.05%, 1 per order; none when empty." },
  { name: "key", label: "API key of scope admin", hint: "Sent to your project, not kept." },
] as const;

/** Where TradingView's export is dropped: it is booked into a baseline account of the reader. */
export function ImportPanel({ onImported }: { onImported: (account: string) => void }) {
  const desk = useDesk();
  const { connection, account, symbol } = desk;
  const [file, setFile] = useState<File | null>(null);
  const [values, setValues] = useState({
    ...{ account: "", symbol: symbol ?? "", time_zone: account.time_zone, commission: "" },
    key: connection.alert_key ?? "",
  });
  const [isBusy, setBusy] = useState(false);
  const [message, setMessage] = useState<Message | null>(null);
  const say = (kind: Message["kind"], text: string) => setMessage({ kind, text });

  const choose = (chosen: File | undefined) => {
    if (chosen === undefined) return;
    setFile(chosen);
    setValues({ ...values, account: accountNameOf(chosen.name) });
    setMessage(null);
  };
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    if (file === null) return say("problem", "Drop the file first.");
    setBusy(true);
    say("note", `Importing ${file.name} …`);
    const { key, ...given } = values;
    try {
      const tell = (booked: number, orders: number) =>
        say("note", `${booked} of ${orders} orders are booked …`);
      setMessage(outcomeOf(await importBacktest(desk, key, file, given, tell)));
      onImported(given.account);
    } catch (error) {
      say("problem", error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };

  return (
    <Panel name="import" title="Import a backtest">
      <form class="import-form" onSubmit={start} noValidate>
        <DropZone file={file} onFile={choose} />
        <div class="import-fields">
          {FIELDS.map(({ name, label, hint }) => (
            <label key={name}>
              {label}
              <input
                {...name === "key" ? { type: "password" } : { type: "text" }}
                value={values[name]}
                autocomplete="off"
                onInput={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
              />
              <span class="note">{hint}</span>
            </label>
          ))}
        </div>
        <div class="import-end">
          <button type="submit" class="primary" disabled={isBusy}>Import</button>
          <Said message={message} />
        </div>
      </form>
    </Panel>
  );
}

function DropZone({ file, onFile }: { file: File | null; onFile: (file: File | undefined) => void }) {
  const [isOver, setOver] = useState(false);
  return (
    <label
      class={`drop ${isOver ? "is-over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFile(event.dataTransfer?.files[0]);
      }}
    >
      <strong>{file === null ? "Drop TradingView's List of trades here" : file.name}</strong>
      <span class="muted">
        {file === null
          ? "or choose the file: CSV or XLSX, exported in English"
          : "Drop or choose another one"}
      </span>
      <input
        type="file"
        class="visually-hidden"
        accept=".csv,.xlsx"
        onChange={(event) => onFile(event.currentTarget.files?.[0])}
      />
    </label>
  );
}

/** A name that an account may have, made of the file's. */
const accountNameOf = (file: string): string =>
  `backtest ${file.replace(/\.\w+$/, "").replace(/[^A-Za-z0-9 ._:@-]+/g, "-")}`.slice(0, 64).trim();

const pointsOf = (check: Imported["check"]): string =>
  check?.flat_points === 1 ? "1 flat point" : `${check?.flat_points} flat points`;

function outcomeOf({ booked, orders, open_trades, check }: Imported): Message {
  const there = orders - booked;
  const open = open_trades === 0
    ? ""
    : ` ${open_trades} had not ended, and ${open_trades === 1 ? "is" : "are"} held.`;
  const said = `${booked} orders were booked${there > 0 ? `, ${there} were there already` : ""}.${open}`;
  if (check?.equal === true) {
    return { kind: "note", text: `${said} The profit equals the file's at all ${pointsOf(check)}.` };
  }
  return {
    kind: "problem",
    text: `${said} The profit differs from the file's at ${check?.differing} of ${pointsOf(check)}: ` +
      `${check?.profit}, the file's ${check?.file_profit}. Is it the commission?`,
  };
}
