import type { DatabaseClient } from "../../supabase/functions/_shared/database/client.ts";
import { StackError } from "../errors.ts";
import type { DemoOptions } from "./options.ts";

/** A row of figures as an RPC answers it: money and ratios as decimal strings, null where one is undefined. */
export type Figures = Readonly<Record<string, unknown>>;

/** Settings of a demo account: what trading costs, and that history happens when it happened. */
const settings = { clock: "alert", fee_bps: 4, slippage_bps: 1, leverage: 2 };

/**
 * A new beginning for the account: it is made, or reset when an earlier demo made it, so that no run adds to another.
 *
 * @throws StackError when the account is somebody's own, and when the database refuses
 */
export async function prepareAccount(client: DatabaseClient, { account, owner }: DemoOptions): Promise<void> {
  const made = await client.rpc("create_account", {
    account,
    settings,
    ...owner === null ? {} : { owner_id: owner },
  });
  if (made.error === null) return;
  if (made.error.code !== "23505") throw failed("create_account", made.error);
  // Changes nothing, and says how the account is set.
  const { data, error } = await client.rpc("update_account_settings", { account, settings: {} });
  if (error !== null) throw failed("update_account_settings", error);
  if (!isDemo(data as Figures)) {
    throw new StackError(
      `The account ${account} was not made by a demo, which would empty it.`,
      "Give --account another name.",
    );
  }
  const reset = await client.rpc("reset_account", { account });
  if (reset.error !== null) throw failed("reset_account", reset.error);
}

const isDemo = (found: Figures): boolean =>
  Object.entries(settings).every(([name, value]) => String(found[name]) === String(value));

/** The account's performance and summary, and its differences to the ledger: none when all is right. */
export async function readFigures(
  client: DatabaseClient,
  account: string,
): Promise<{ performance: Figures; summary: Figures; differences: number }> {
  const [performance, summary, differences] = await Promise.all([
    client.rpc("performance", { account }),
    client.rpc("portfolio_summary", { account }),
    client.rpc("verify_account", { account }),
  ]);
  for (const { error } of [performance, summary, differences]) {
    if (error !== null) throw failed("performance", error);
  }
  return {
    performance: performance.data as unknown as Figures,
    summary: summary.data as unknown as Figures,
    differences: (differences.data as unknown as unknown[]).length,
  };
}

function failed(what: string, { message, hint }: { message: string; hint?: string }): StackError {
  return new StackError(
    `${what}: ${message}`,
    hint || "Is the project migrated? npx supabase db push does it.",
  );
}
