import { equal } from "node:assert/strict";
import type { Answer } from "./alerts.ts";
import { type DeskOptions, deskTest, fills } from "./desk.ts";
import type { Alert } from "./engine.ts";

/** One order sent at a market price, and what the marks after it fill. */
export interface OrderCase extends DeskOptions {
  name: string;
  /** Sent with `quantity` 1 at price 100 unless it says otherwise. */
  order: Alert;
  /** The answer: "accepted", "filled: buy 1 @ 100", "rejected: no_price". */
  answer: string;
  /** Marks (a price, or "open high low close") and the fills each leads to, "" for none. */
  then?: [mark: string, fills: string][];
}

/** An answer in a word and its fills or its code. */
export const said = (answer: Answer): string =>
  [answer.status, answer.code ?? fills(answer)].filter(Boolean).join(": ");

/** A test for every case; each on an account of its own. */
export function orderTests(kind: string, cases: OrderCase[]): void {
  for (const { name, order, answer, then = [], ...options } of cases) {
    deskTest(`${kind}: ${name}`, options, async (desk) => {
      equal(said(await desk.send({ quantity: "1", price: "100", ...order })), answer);
      for (const [mark, expected] of then) {
        equal(fills(await desk.mark(mark)), expected, `after the mark ${mark}`);
      }
    });
  }
}
