import { createSendBatch } from "../../supabase/functions/_shared/alerts/booking-rpc.ts";
import { createGroupCommit } from "../../supabase/functions/_shared/alerts/group-commit.ts";
import { importBacktest } from "../../supabase/functions/_shared/tools/import-backtest.ts";
import { readImport } from "../../supabase/functions/_shared/tools/read-import.ts";
import { createDatabase } from "../../supabase/functions/_shared/database/client.ts";
import { HttpError } from "../../supabase/functions/_shared/http/errors.ts";
import { createCallRpc } from "../../supabase/functions/_shared/tools/call-rpc.ts";
import type { Call } from "../../supabase/functions/_shared/tools/tool.ts";
import { runCommand } from "../command.ts";
import { errorText, StackError } from "../errors.ts";
import { standardError } from "../log.ts";
import { requireAnswer } from "../project.ts";
import { readOptions } from "./options.ts";
import { reportOf } from "./report.ts";

/** Milliseconds that an import may take. */
const DEADLINE = 15 * 60_000;

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
