import { useState } from "preact/hooks";
import { importBacktest, type Imported } from "../../api/import.ts";
import { useDesk } from "../../store/desk.ts";
import { Panel } from "../panel.tsx";

type Message = { kind: "problem" | "note"; text: string };

/** Where TradingView's export is dropped: it is booked into a baseline account of the reader. */
export function ImportPanel(
  { onImported }: { onImported: (account: string) => void },
) {
  const { client, connection, account, symbol: charted } = useDesk();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [symbol, setSymbol] = useState(charted ?? "");
  const [timeZone, setTimeZone] = useState(account.time_zone);
  const [commission, setCommission] = useState("");
  const [key, setKey] = useState(connection.alert_key ?? "");
  const [isBusy, setBusy] = useState(false);
  const [message, setMessage] = useState<Message | null>(null);

  const choose = (chosen: File | undefined) => {
    if (chosen === undefined) return;
    setFile(chosen);
    setName(accountNameOf(chosen.name));
    setMessage(null);
  };
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    if (file === null) {
      return setMessage({ kind: "problem", text: "Drop the file first." });
    }
    setBusy(true);
    setMessage({ kind: "note", text: `Importing ${file.name} …` });
    const given = { account: name, symbol, time_zone: timeZone, commission };
    try {
      const imported = await importBacktest(
        { client, connection, key, file, given },
        (booked, orders) =>
          setMessage({
            kind: "note",
            text: `${booked} of ${orders} orders are booked …`,
          }),
      );
      setMessage(outcomeOf(imported));
      onImported(name);
    } catch (error) {
      setMessage({
        kind: "problem",
        text: error instanceof Error ? error.message : String(error),
      });
    }
    setBusy(false);
  };

  return (
    <Panel name="import" title="Import a backtest">
      <form class="import-form" onSubmit={start} noValidate>
        <DropZone file={file} onFile={choose} />
        <div class="import-fields">
          <Field
            label="Baseline account"
            value={name}
            onValue={setName}
            hint="Created if it does not exist."
          />
          <Field
            label="Symbol"
            value={symbol}
            onValue={setSymbol}
            hint="As the account names it."
          />
          <Field
            label="Time zone of the chart"
            value={timeZone}
            onValue={setTimeZone}
            hint="Like America/New_York."
          />
          <Field
            label="Commission"
            value={commission}
            onValue={setCommission}
            hint="0.05%, 1 per order; none when empty."
          />
          <Field
            label="API key of scope admin"
            value={key}
            onValue={setKey}
            isSecret
            hint="Sent to your project, not kept."
          />
        </div>
        <div class="import-end">
          <button type="submit" class="primary" disabled={isBusy}>
            Import
          </button>
          {message !== null && (
            <p
              class={message.kind}
              role={message.kind === "problem" ? "alert" : "status"}
            >
              {message.text}
            </p>
          )}
        </div>
      </form>
    </Panel>
  );
}

function DropZone(
  { file, onFile }: {
    file: File | null;
    onFile: (file: File | undefined) => void;
  },
) {
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
      <strong>
        {file === null ? "Drop TradingView's List of trades here" : file.name}
      </strong>
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

function Field(
  { label, value, onValue, hint, isSecret = false }: {
    label: string;
    value: string;
    onValue: (value: string) => void;
    hint: string;
    isSecret?: boolean;
  },
) {
  const input = {
    value,
    autocomplete: "off",
    onInput: (event: preact.TargetedInputEvent<HTMLInputElement>) => onValue(event.currentTarget.value),
  };
  return (
    <label>
      {label}
      {isSecret ? <input type="password" {...input} /> : <input type="text" {...input} />}
      <span class="note">{hint}</span>
    </label>
  );
}

/** A name that an account may have, made of the file's. */
const accountNameOf = (file: string): string =>
  `backtest ${file.replace(/\.\w+$/, "").replace(/[^A-Za-z0-9 ._:@-]+/g, "-")}`
    .slice(0, 64).trim();

const pointsOf = (check: Imported["check"]): string =>
  check?.flat_points === 1 ? "1 flat point" : `${check?.flat_points} flat points`;

function outcomeOf({ booked, orders, open_trades, check }: Imported): Message {
  const there = orders - booked;
  const open = open_trades === 0
    ? ""
    : ` ${open_trades} had not ended, and ${open_trades === 1 ? "is" : "are"} held.`;
  const said = `${booked} orders were booked${there > 0 ? `, ${there} were there already` : ""}.${open}`;
  if (check?.equal === true) {
    return {
      kind: "note",
      text: `${said} The profit equals the file's at all ${pointsOf(check)}.`,
    };
  }
  return {
    kind: "problem",
    text: `${said} The profit differs from the file's at ${check?.differing} of ${pointsOf(check)}: ` +
      `${check?.profit}, the file's ${check?.file_profit}. Is it the commission?`,
  };
}
