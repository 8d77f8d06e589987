import type {
  AlertToBook,
  BatchResult,
  BookingAnswer,
  SendBatch,
} from "../../../supabase/functions/_shared/alerts/booking-rpc.ts";
import {
  createGroupCommit,
  type GroupCommit,
} from "../../../supabase/functions/_shared/alerts/group-commit.ts";
import type { SettingsOf } from "../../../supabase/functions/_shared/alerts/reading-settings.ts";
import { receiveAlerts } from "../../../supabase/functions/_shared/alerts/routes.ts";
import { createSignatureService } from "../../../supabase/functions/_shared/auth/signatures.ts";
import { createApiKeyAuthService, type Scope } from "../../../supabase/functions/_shared/auth/api-keys.ts";
import { allowOnly, createApp } from "../../../supabase/functions/_shared/http/app.ts";
import { createLog } from "../../../supabase/functions/_shared/observability/log.ts";

const secret = "a secret of the tests, long enough";
const maker = createApiKeyAuthService({ secret, apiKeys: "" });
const make = (id: string, scopes?: Scope[], rest: { account?: string; expiresAt?: Date } = {}) =>
  maker.generateApiKey({ id, scopes, ...rest });

const made = {
  trader: make("trader"),
  reader: make("reader", ["read"]),
  admin: make("admin", ["trade", "admin"]),
  bound: make("bound", ["trade"], { account: "mine" }),
  expired: make("expired", ["trade"], { expiresAt: new Date(0) }),
};

/** Keys that the function knows, by what they may do. */
export const keys = {
  trader: made.trader.key,
  reader: made.reader.key,
  admin: made.admin.key,
  bound: made.bound.key,
  expired: made.expired.key,
  /** Well made, but not listed. */
  stranger: make("trader").key,
};

/** A message that every test may send. */
export const message = { symbol: "AAPL", action: "buy", quantity: "10", price: "187.5" };

/** What the database would answer to an alert that fills. */
export const filled = (alert: AlertToBook): BookingAnswer => ({
  status: "filled",
  duplicate: false,
  alert_id: "42",
  account: alert.account,
  strategy: alert.strategy,
  symbol: alert.symbol,
  orders: [{ id: "7", side: "buy", quantity: "10", status: "filled" }],
  fills: [{
    id: "9",
    order_id: "7",
    side: "buy",
    quantity: "10",
    price: "187.5",
    fee: "0",
    realized_pnl: "0",
  }],
  position: { symbol: alert.symbol, quantity: "10", average_price: "187.5", version: 1 },
  cash: "98125",
  equity: "100000",
});

/** What the database would answer to an alert that it refuses. */
export const rejected = (alert: AlertToBook): BookingAnswer => ({
  ...filled(alert),
  status: "rejected",
  code: "insufficient_funds",
  message: "the order costs more than there is",
  orders: [],
  fills: [],
});

/** A database that answers each alert by `answer`. */
export const answering = (answer: (alert: AlertToBook) => BookingAnswer): SendBatch => (alerts) =>
  Promise.resolve({ ok: true, answers: alerts.map(answer) });

/** A database that fails every call in this way. */
export const failing = (failure: "rejected" | "unavailable", code = "no_answer"): SendBatch => () =>
  Promise.resolve({ ok: false, failure, code });

/** A database that never answers before it is no longer asked. */
export const hanging: SendBatch = (_, signal) =>
  new Promise<BatchResult>((resolve) => {
    const giveUp = () => resolve({ ok: false, failure: "unavailable", code: "no_answer" });
    signal.addEventListener("abort", giveUp, { once: true });
  });

/** A log line, parsed. */
export type Line = Record<string, unknown>;

/** The alerts function around a database that is played; records what reached it and what was logged. */
export function createHarness(
  {
    send = answering(filled),
    preview = answering(filled),
    // Longer than a machine stalls; a test of what hangs sets its own.
    deadlineMs = 20_000,
    bodyLimit = 4_096,
    webhookSecrets = "",
    mostInFlight,
    isOverloaded,
    settingsOf,
  }: {
    send?: SendBatch;
    preview?: SendBatch;
    deadlineMs?: number;
    bodyLimit?: number;
    webhookSecrets?: string;
    mostInFlight?: number;
    isOverloaded?: GroupCommit["isOverloaded"];
    settingsOf?: SettingsOf;
  } = {},
) {
  const booked: (readonly AlertToBook[])[] = [];
  const previewed: (readonly AlertToBook[])[] = [];
  const text: string[] = [];
  const book = createGroupCommit({ send: (alerts, signal) => (booked.push(alerts), send(alerts, signal)) });
  const app = createApp(createLog("debug", { function: "alerts" }, (line) => text.push(line)));
  app.use(allowOnly("POST"));
  app.post(
    "/alerts/:key?",
    receiveAlerts({
      apiKeys: createApiKeyAuthService({
        secret,
        apiKeys: Object.values(made).map(({ entry }) => entry).join(","),
      }),
      signatures: createSignatureService({ webhookSecrets }),
      book: isOverloaded === undefined ? book : Object.assign(book, { isOverloaded }),
      preview: (alerts, signal) => (previewed.push(alerts), preview(alerts, signal)),
      bodyLimit,
      deadlineMs,
      mostInFlight,
      settingsOf,
    }),
  );
  return {
    /** Each call of process_alerts and preview_alerts, in order. */
    booked,
    previewed,
    /** What was logged, as text and as values. */
    text,
    lines: () => text.map((line): Line => JSON.parse(line)),
    fetch: async (request: Request) => await app.fetch(request),
    /** Posts a body, as the trader unless told otherwise. */
    async post(
      body: unknown = message,
      { key = keys.trader, path = "/alerts", headers = {} }: {
        key?: string | null;
        path?: string;
        headers?: Record<string, string>;
      } = {},
    ) {
      const response = await app.request(path, {
        method: "POST",
        headers: { ...key === null ? {} : { "x-api-key": key }, ...headers },
        body: typeof body === "string" || body instanceof Uint8Array
          ? body as BodyInit
          : JSON.stringify(body),
      });
      // Whatever the function answers has the shape that the test then asserts.
      // deno-lint-ignore no-explicit-any
      const json: any = await response.json();
      return { status: response.status, headers: response.headers, json };
    },
  };
}
