import { stack } from "./stack.ts";

/** A fill or position as answers show it; every number is a decimal string. */
export interface Answer {
  status: string;
  code?: string;
  message?: string;
  path?: string;
  duplicate: boolean;
  alert_id: string;
  account: string;
  strategy: string;
  symbol: string;
  orders: {
    id: string;
    side: string;
    type: string;
    /** Not there while an order waits for the price that decides it. */
    quantity?: string;
    status: string;
    limit_price?: string;
    stop_price?: string;
    leg?: string;
    reason?: string;
    symbol?: string;
    strategy?: string;
  }[];
  fills: {
    id: string;
    order_id: string;
    side: string;
    quantity: string;
    price: string;
    fee: string;
    realized_pnl: string;
  }[];
  position: { quantity: string; average_price: string; realized_pnl: string; fees: string; version: number };
  cash: string;
  equity: string;
  /** Why the account is halted, while it is. */
  halted?: string;
  /** Signed units: what action and quantity alone would have traded, and what the target made of it. */
  repaired?: { expected: string; booked: string };
  /** Why an accepted order rests, when it is for want of a price: waiting_for_price. */
  reason?: string;
  /** The sender's fields that were not understood. */
  ignored?: string[];
  request_id: string;
  error?: { code: string; message: string; details?: { path: string; message: string }[] };
}

/** Sends one body to the webhook, keyed in the header; answers the status, the headers and the parsed JSON. */
export async function post(
  body: string | Uint8Array<ArrayBuffer> | object,
  { query = "", headers = {}, key = stack.api_key }: {
    query?: string;
    headers?: Record<string, string>;
    key?: string | null;
  } = {},
): Promise<{ status: number; headers: Headers; body: Answer }> {
  const response = await fetch(`${stack.api_url}/functions/v1/alerts${query}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...key === null ? {} : { "x-api-key": key }, ...headers },
    body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}
