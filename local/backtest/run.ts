import { createSendBatch } from "../../supabase/functions/_shared/alerts/booking-rpc.ts";
import { createGroupCommit } from "../../supabase/functions/_shared/alerts/group-commit.ts";
import { type ImportOptions, importOptions } from "../../supabase/functions/_shared/backtest/options.ts";
import { createDatabase } from "../../supabase/functions/_shared/database/client.ts";
import { HttpError } from "../../supabase/functions/_shared/http/errors.ts";
import { createCallRpc } from "../../supabase/functions/_shared/tools/call-rpc.ts";
import { importBacktest } from "../../supabase/functions/_shared/tools/import-backtest.ts";
import { readImport } from "../../supabase/functions/_shared/tools/read-import.ts";
import type { Call } from "../../supabase/functions/_shared/tools/tool.ts";
import { readCommand, runCommand } from "../command.ts";
import { errorText, StackError, UsageError } from "../errors.ts";
import { standardError } from "../log.ts";
import { findProject, keysAreMissing, localUrl, PROJECT_FLAGS, requireAnswer } from "../project.ts";
import { reportOf } from "./report.ts";

/** Milliseconds that an import may take. */
const DEADLINE = 15 * 60_000;

const usage = `deno task backtest import <file> --account <name> [options]

  <file>              TradingView's List of trades, CSV or XLSX, exported in English
  --account <name>    the baseline account; created if it does not exist
  --symbol <symbol>   the symbol, as the account to compare with names it (BACKTEST)
  --strategy <name>   the strategy's name (no name)
  --time-zone <zone>  of the chart, an IANA name like America/New_York (UTC)
  --commission <c>    "0.05%", "0.02 per contract" or "1 per order" (none)
  --capital <money>   the opening deposit (1000000)
  --currency <code>   of the account (that of the file's profits, else USD)
  --owner <uuid>      the user of Supabase Auth who is to see the account
  --url <url>         the project (${localUrl})
  --secret-key <key>  the project's sb_secret_… key (that of the local stack, unless --url names another)
  --data-dir <path>   where the local stack keeps its keys (.local)`;

const { key: _, ...OF_PROJECT } = PROJECT_FLAGS;
const read = (args: string[]) =>
  readCommand(usage, args, {
    ...{ account: "text", symbol: "text", strategy: "text", timeZone: "text" },
    ...{ commission: "text", capital: "text", currency: "text", ...OF_PROJECT },
  }, { takesArguments: true });

/**
 * Reads the command line, and for the local stack its keys.
 *
 * @throws UsageError for an unknown flag or a bad value, StackError for a missing key
 */
async function readOptions(args: string[]) {
  const { flags, positionals } = read(args);
  const [command, path, ...more] = positionals;
  if (command !== "import" || path === undefined || more.length > 0) {
    throw new UsageError("Say what to import: the word import, and one file.", usage);
  }
  const { url, secretKey, owner } = await findProject(flags, flags.secretKey);
  if (secretKey === undefined) throw keysAreMissing("--url and --secret-key");
  return { path, url, secretKey, what: readWhat({ ...flags, owner }) };
}

/** The flags as the tool import_backtest takes them. */
function readWhat(flags: ReturnType<typeof read>["flags"]): ImportOptions {
  const { account, symbol, strategy, commission, capital, currency, timeZone, owner } = flags;
  const found = importOptions.safeParse({
    ...{ account, symbol, strategy, commission, capital, currency },
    ...{ time_zone: timeZone, owner_id: owner },
  });
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  const flag = { time_zone: "time-zone", owner_id: "owner" }[String(issue?.path[0])] ?? issue?.path[0];
  throw new UsageError(`--${String(flag)} ${issue?.message}.`, usage);
}

/**
 * `deno task backtest`: the work of the tool import_backtest, without its deadline. Returns the exit code: 1 also when
 * the account's profit is not the file's.
 */
async function main(args: string[]): Promise<number> {
  const { path, url, secretKey, what } = await readOptions(args);
  const work = await readImport(await readFile(path), what);
  await requireAnswer(url);
  const total = work.plan.orders.length;
  standardError(`${work.file.trades.length} trades, ${total} orders, to ${url}, account ${work.account}`);
  const started = performance.now();
  const result = await importBacktest(work, callTo(url, secretKey, work.account));
  for (const line of reportOf(result, (performance.now() - started) / 1000)) standardError(line);
  return result.check?.equal === true ? 0 : 1;
}

async function readFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "there is no such file" : errorText(error);
    throw new StackError(`${path} cannot be read: ${why}.`, "Give the path of the export.");
  }
}

/** The project as a tool is given it. */
function callTo(url: string, secretKey: string, account: string): Call {
  const database = createDatabase({ supabaseUrl: url, serviceKeys: [secretKey] });
  return {
    account,
    rpc: createCallRpc(database),
    book: createGroupCommit({ send: createSendBatch(database, "process_alerts") }),
    sendTest: null,
    readImport,
    keyId: "backtest",
    requestId: crypto.randomUUID(),
    deadline: Date.now() + DEADLINE,
  };
}

const detailsOf = (error: unknown): string =>
  error instanceof HttpError ? (error.details ?? []).map(({ message }) => message).join("\n  ") : "";

if (import.meta.main) await runCommand(main, detailsOf);
