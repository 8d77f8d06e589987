import { createDatabase } from "../../supabase/functions/_shared/database/client.ts";
import { readCommand, runCommand } from "../command.ts";
import { UsageError } from "../errors.ts";
import { standardError } from "../log.ts";
import { findProject, keysAreMissing, localUrl, PROJECT_FLAGS, requireAnswer } from "../project.ts";
import { performanceTable, prepareAccount, readFigures } from "./account.ts";
import { alertsOf, makePrices } from "./alerts.ts";
import { requireKey, sendAlerts } from "./sending.ts";

const DAY = 86_400_000;
/** Characters of the bar that shows how far it is. */
const WIDTH = 40;

/** What a demo plays against, and how. */
export type DemoOptions = Awaited<ReturnType<typeof readOptions>>;

const usage = `deno task demo [options]

  --speed <n>         alerts a second; 0: as fast as they are answered (100)
  --account <name>    a new one, or that of an earlier run, which begins anew (demo)
  --url <url>         the project (${localUrl})
  --key <key>         an alert key of scope trade        } of the local stack,
  --secret-key <key>  the project's sb_secret_… key      } unless --url names another
  --owner <uuid>      the user of Supabase Auth who is to see the account
  --data-dir <path>   where the local stack keeps its keys (.local)`;

/**
 * Reads the command line, and for the local stack its keys.
 *
 * @throws UsageError for an unknown flag or a bad value, StackError for a missing key
 */
async function readOptions(args: string[]) {
  const { speed = "100", account = "demo", ...flags } =
    readCommand(usage, args, { speed: "text", account: "text", ...PROJECT_FLAGS }).flags;
  const pace = speedOf(speed);
  const { url, key, secretKey, owner } = await findProject(flags, flags.key);
  if (key === undefined || secretKey === undefined) {
    throw keysAreMissing("--url, --key and --secret-key");
  }
  return { url, key, secretKey, account, owner, speed: pace };
}

/** 0: as fast as they are answered. */
function speedOf(text: string): number {
  const speed = Number(text);
  if (text.trim() === "" || !(speed >= 0 && speed <= 100_000)) {
    throw new UsageError(`--speed ${text} is not a number of alerts a second, from 0 to 100000.`, usage);
  }
  return speed;
}

/** A bar on standard error, of `total` steps, that is drawn over itself; without a terminal a line at every tenth. */
function createProgress(total: number) {
  const write = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(text));
  const terminal = Deno.stderr.isTerminal();
  const steps = terminal ? 200 : 10;
  let drawn = 0;
  return {
    show(done: number) {
      const step = Math.floor(steps * done / total);
      if (step === drawn) return;
      drawn = step;
      const filled = Math.round(WIDTH * done / total);
      const bar = `[${"█".repeat(filled)}${"·".repeat(WIDTH - filled)}] ${Math.floor(100 * done / total)} %`;
      write(terminal ? `\r${bar} ` : `${bar}\n`);
    },
    end() {
      if (terminal) write("\n");
    },
  };
}

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
