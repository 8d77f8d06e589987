import { HttpError } from "../http/errors.ts";
import type { CallRpc } from "../tools/call-rpc.ts";
import type { Fees } from "./commission.ts";

/** Every order of a backtest has an idempotency key that begins so. */
export const KEY_PREFIX = "backtest ";

/** How a baseline account is made. */
export interface Baseline {
  account: string;
  /** Money that it begins with. */
  capital: string;
  currency: string;
  fees: Fees | null;
  time_zone: string;
  /** The user of Supabase Auth who may read it; null: nobody. */
  owner_id: string | null;
}

/**
 * Makes a baseline account: it keeps the alerts' own time, and no limit of funds cuts what the backtest has done. One that
 * has a backtest already, or is empty and keeps the alerts' time, is taken as it is.
 *
 * @returns whether it was made
 * @throws HttpError 422 `not_a_baseline` for an account that has something else in it, so that no live one is mixed up
 */
export async function prepareBaseline(baseline: Baseline, rpc: CallRpc): Promise<boolean> {
  const { account, capital, currency, fees, time_zone, owner_id } = baseline;
  const settings = { clock: "alert", leverage: null, time_zone, ...fees };
  try {
    await rpc("create_account", { account, initial_cash: capital, currency, owner_id, settings });
    return true;
  } catch (error) {
    if (!(error instanceof HttpError) || error.code !== "name_taken") throw error;
  }
  const [newest] = await rpc("list_alerts", { account, limit: 1 });
  const request = newest?.request as { idempotency_key?: string } | undefined;
  const isBaseline = newest === undefined
    // Without changes it answers the settings that there are.
    ? (await rpc("update_account_settings", { account, settings: {} }) as { clock?: string }).clock ===
      "alert"
    : request?.idempotency_key?.startsWith(KEY_PREFIX) === true;
  if (isBaseline) return false;
  throw new HttpError(
    422,
    "not_a_baseline",
    `the account ${account} is there already, and holds no backtest`,
    [
      { path: "account", message: "name an account that is not there yet: it is made" },
    ],
  );
}
