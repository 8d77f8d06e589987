import { equal } from "node:assert/strict";
import { type DeskOptions, deskTest } from "./desk.ts";
import type { Alert } from "./engine.ts";
import { said } from "./order-cases.ts";

export interface SizeCase extends DeskOptions {
  name: string;
  /** Alerts before, as [action, quantity, price]. */
  before?: [string, string, string][];
  alert: Alert;
  answer: string;
}

/** Sizes at price 100 in an account of 1,000 with leverage 1, unless a case says otherwise. */
export function sizeTests(quantity_type: string, cases: SizeCase[]): void {
  for (const { name, before = [], alert, answer, cash = "1000", settings = {}, instrument } of cases) {
    deskTest(`${quantity_type}: ${name}`, { cash, settings, instrument }, async (desk) => {
      for (const [action, quantity, price] of before) await desk.send({ action, quantity, price });
      equal(said(await desk.send({ action: "buy", price: "100", quantity_type, ...alert })), answer);
    });
  }
}
