import { useState } from "preact/hooks";
import { useDesk } from "../store/desk.ts";
import { Icon } from "./icons.tsx";

/** What an account without alerts shows: where to send them, and what to paste. */
export function FirstAlert() {
  const { connection, account } = useDesk();
  const key = connection.alert_key ?? "<your key>";
  const query = account.name === "default" ? "" : `?account=${encodeURIComponent(account.name)}`;
  const webhook = `${connection.url}/functions/v1/alerts${query}`;
  const message = JSON.stringify(
    {
      key,
      strategy: Object.fromEntries(ORDER.map((name) => [name.replace(".", "_"), `{{strategy.${name}}}`])),
      ...{ exchange: "{{exchange}}", ticker: "{{ticker}}", time: "{{timenow}}" },
    },
    null,
    2,
  );
  const curl = `curl -sS '${webhook}' -H 'Authorization: Bearer ${key}' \\
  -d '{"symbol":"AAPL","action":"buy","quantity":"10","price":"190.25"}'`;
  return (
    <section class="panel first-alert" aria-labelledby="first-alert">
      <div class="first-lead">
        <h2 id="first-alert">Waiting for the first alert</h2>
        <p class="muted">This page changes by itself as soon as one comes in.</p>
      </div>
      <ol>
        <li>
          <h3>In TradingView, open the alert of your strategy</h3>
          <p>Under Notifications, tick Webhook URL and enter:</p>
          <Paste text={webhook} name="webhook URL" />
          {isLocal(connection.url) && (
            <p class="muted">TradingView cannot call this machine: deploy the project, and enter its URL.</p>
          )}
        </li>
        <li>
          <h3>Paste this as its message</h3>
          <Paste text={message} name="TradingView message" />
          {connection.alert_key === undefined && (
            <p class="muted">
              A key comes from{" "}
              <code>npx -y deno task keys:create</code>; whoever runs this project can make you one.
            </p>
          )}
        </li>
        <li>
          <h3>Or send one from a terminal</h3>
          <Paste text={curl} name="command" />
        </li>
      </ol>
    </section>
  );
}

/** Whether only this machine reaches it. */
const isLocal = (url: string) => ["127.0.0.1", "localhost"].includes(new URL(url).hostname);

/** What TradingView says of a strategy's order, where its message names it. */
const ORDER = [
  ...["order.action", "order.contracts", "market_position", "market_position_size"],
  ...["prev_market_position", "prev_market_position_size", "order.price"],
];

function Paste({ text, name }: { text: string; name: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <div class="paste">
      <pre tabIndex={0} role="region" aria-label={name}>{text}</pre>
      <button type="button" onClick={copy} aria-label={`Copy the ${name}`}>
        <Icon name="copy" />
        <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
      </button>
    </div>
  );
}
