import type { DatabaseClient } from "../../supabase/functions/_shared/database/client.ts";
import { StackError } from "../errors.ts";
import type { DemoOptions } from "./options.ts";
import { PLANS } from "./strategy.ts";

/** A row of figures as an RPC answers it: money and ratios as decimal strings, null where one is undefined. */
export type Figures = Readonly<Record<string, unknown>>;

/** Settings of a demo account: what trading costs, and that history happens when it happened. */
const settings = { clock: "alert", fee_bps: 4, slippage_bps: 1, leverage: 2 };

/**
 * A new beginning for the account: it is made, or reset when it holds a demo, so that no run adds to another.
 *
 * @throws StackError when it holds what no demo sent, and when the database refuses
 */
export async function prepareAccount(client: DatabaseClient, { account, owner }: DemoOptions): Promise<void> {
  const made = await client.rpc("create_account", {
    account,
    settings,
    ...owner === null ? {} : { owner_id: owner },
  });
  if (made.error === null) return;
  if (made.error.code !== "23505") throw failed("create_account", made.error);
  await refuseOthers(client, account);
  await answered("reset_account", client.rpc("reset_account", { account }));
  await answered("reset_account", client.rpc("update_account_settings", { account, settings }));
}

/** Those of the demo, and of the demo of before. */
const STRATEGIES = [...Object.values(PLANS).map(({ strategy }) => strategy), "SMA 12/48", "SMA 8/30"];

/** Refuses an account with alerts of other strategies than the demo's. It only reads. */
async function refuseOthers(client: DatabaseClient, account: string): Promise<void> {
  const { alerts, strategies } = await answered<{ alerts: number | null; strategies: string[] }>(
    "portfolio_overview",
    client.rpc("portfolio_overview", { account }),
  );
  const isDemo = strategies.length > 0 && strategies.every((strategy) => STRATEGIES.includes(strategy));
  if (alerts === null || isDemo) return;
  throw new StackError(
    `The account ${account} holds what no demo sent; a demo would empty it.`,
    "Give --account another name.",
  );
}

/** The account's performance and summary, and its differences to the ledger: none when all is right. */
export async function readFigures(client: DatabaseClient, account: string) {
  const [performance, summary, differences] = await Promise.all([
    answered<Figures>("performance", client.rpc("performance", { account })),
    answered<Figures>("performance", client.rpc("portfolio_summary", { account })),
    answered<unknown[]>("performance", client.rpc("verify_account", { account })),
  ]);
  return { performance, summary, differences: differences.length };
}

/** What an RPC answers. Throws a StackError when the database refuses. */
async function answered<T>(
  what: string,
  call: PromiseLike<{ data: unknown; error: Parameters<typeof failed>[1] | null }>,
): Promise<T> {
  const { data, error } = await call;
  if (error !== null) throw failed(what, error);
  return data as T;
}

function failed(what: string, { message, hint }: { message: string; hint?: string }): StackError {
  return new StackError(
    `${what}: ${message}`,
    hint || "Is the project migrated? npx supabase db push does it.",
  );
}
