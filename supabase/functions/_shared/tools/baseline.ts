import { HttpError } from "../http/errors.ts";
import type { CallRpc } from "./call-rpc.ts";
import type { Import } from "./read-import.ts";

/** The idempotency key of an order of a backtest, by its number; an account has one backtest. */
export const orderKey = (number: number): string => `backtest ${number}`;
/** That of the mark behind the last order, for what is still held. */
export const markKey = (number: number, time: string): string => `${orderKey(number)} open ${time}`;
const KEY = /^backtest (\d+)$/;

/**
 * Makes a baseline account: it keeps the alerts' own time, and no limit of funds cuts what the backtest has done. One that
 * has a backtest already, or is empty and keeps the alerts' time, is taken as it is.
 *
 * @returns how many of the backtest's orders it has
 * @throws HttpError 422 `not_a_baseline` for an account that has something else in it, so that no live one is mixed up
 */
export async function prepareBaseline(
  { account, capital, currency, fees, time_zone, owner_id }: Import,
  rpc: CallRpc,
): Promise<{ created: boolean; orders: number }> {
  const settings = { clock: "alert", leverage: null, time_zone, ...fees };
  try {
    await rpc("create_account", { account, initial_cash: capital, currency, owner_id, settings });
    return { created: true, orders: 0 };
  } catch (error) {
    if (!(error instanceof HttpError) || error.code !== "name_taken") throw error;
  }
  // In this order: what another import books meanwhile is seen by the second look, and makes this no other account.
  if ((await rpc("list_alerts", { account, limit: 1 })).length === 0) {
    // Without changes it answers the settings that there are.
    const { clock } = await rpc("update_account_settings", { account, settings: {} }) as { clock?: string };
    if (clock === "alert") return { created: false, orders: 0 };
  } else {
    const [filled] = await rpc("list_alerts", { account, only_status: "filled", limit: 1 });
    const { idempotency_key = "" } = (filled?.request ?? {}) as { idempotency_key?: string };
    const [, number] = KEY.exec(idempotency_key) ?? [];
    if (number !== undefined) return { created: false, orders: Number(number) };
  }
  throw new HttpError(
    422,
    "not_a_baseline",
    `the account ${account} is there already, and holds no backtest`,
    [{ path: "account", message: "name an account that is not there yet: it is made" }],
  );
}
