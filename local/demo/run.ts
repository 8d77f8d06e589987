import { createDatabase } from "../../supabase/functions/_shared/database/client.ts";
import { runCommand } from "../command.ts";
import { standardError } from "../log.ts";
import { requireAnswer } from "../project.ts";
import { prepareAccount, readFigures } from "./account.ts";
import { readOptions } from "./options.ts";
import { makePrices } from "./prices.ts";
import { createProgress } from "./progress.ts";
import { requireKey, sendAlerts } from "./sending.ts";
import { alertsOf } from "./strategy.ts";
import { performanceTable } from "./table.ts";

const DAY = 86_400_000;

/**
 * `deno task demo`: half a year of two markets and a moving-average strategy on each, sent as alerts through HTTP into
 * an account of their own, and how it did. The same figures every time.
 */
async function main(args: string[]): Promise<void> {
  const options = await readOptions(args);
  await requireAnswer(options.url);
  const client = createDatabase({ supabaseUrl: options.url, serviceKeys: [options.secretKey] });
  await requireKey(options);
  await prepareAccount(client, options);
  // The last bar closes at midnight: what falls into which day, and with it every figure, is the same each time.
  const messages = alertsOf(makePrices(), Math.floor(Date.now() / DAY) * DAY);
  standardError(`${messages.length} alerts of 26 weeks to ${options.url}, account ${options.account}`);
  const progress = createProgress(messages.length);
  const started = performance.now();
  const outcomes = await sendAlerts(options, messages, progress.show);
  progress.end();

  const seconds = (performance.now() - started) / 1000;
  const counts = Object.entries(outcomes).map(([status, count]) => `${count} ${status}`).join(", ");
  const figures = await readFigures(client, options.account);
  const verified = figures.differences === 0 ? "none" : `${figures.differences}, see verify_account`;
  standardError(`${counts} in ${seconds.toFixed(1)} s; differences to the ledger: ${verified}\n`);
  standardError(performanceTable(figures.performance, figures.summary));
  standardError(`\nThe dashboard shows it all: choose the account ${options.account} at its top.`);
}

if (import.meta.main) await runCommand(main);
