import assert from "node:assert/strict";
import { inRepository, repositoryRoot } from "../../local/paths.ts";
import type { Answer } from "./alerts.ts";
import type { Block } from "./docs.ts";
import { withPlaceholders } from "./placeholders.ts";
import { asService, stack } from "./stack.ts";

/** A message as it is sent: its placeholders filled in, its key real. */
export const filledIn = (message: string): string =>
  withPlaceholders(message.replaceAll("<your key>", stack.api_key), new Date());

/** A shell line as this stack needs it: its address, its key, and the commands of this Deno. */
export function localized(line: string): string {
  const deno = Deno.execPath();
  return line
    .replaceAll("http://127.0.0.1:54321", stack.api_url)
    .replaceAll("<your key>", stack.api_key)
    .replaceAll("<ref>", "abcdefghijklmnopqrst")
    .replaceAll(/\bnpx (-y )?deno /g, `'${deno}' `)
    .replace(" list-of-trades.csv ", " tests/fixtures/list-of-trades.csv ")
    .replace(/(task backtest.*)$/, `$1 --url ${stack.api_url} --secret-key ${stack.secret_key}`)
    .replace(
      /(task demo.*)$/,
      `$1 --speed 0 --url ${stack.api_url} --key ${stack.api_key} --secret-key ${stack.secret_key}`,
    );
}

/** Runs shell lines as if they were pasted; answers what they print on standard output. */
export async function shell(script: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-ec", script],
    cwd: repositoryRoot,
    env: { NO_COLOR: "1", API_KEY_SECRET: "0123456789abcdef0123456789abcdef" },
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `${script}\n${out}${error}`);
  return out ?? "";
}

/** Asserts that JSON is what a page shows; "…" there stands for anything. */
export function matches(actual: unknown, shown: unknown, path = ""): void {
  if (shown === "…") return;
  if (shown === null || typeof shown !== "object") return assert.deepEqual(actual, shown, path);
  assert.ok(actual !== null && typeof actual === "object", path);
  const [there, wanted] = [actual, shown] as Record<string, unknown>[];
  assert.deepEqual(Object.keys(there ?? {}).toSorted(), Object.keys(wanted ?? {}).toSorted(), path);
  for (const [name, value] of Object.entries(wanted ?? {})) matches(there?.[name], value, `${path}.${name}`);
}

const PRELUDE = `import { createClient } from "@supabase/supabase-js";
// deno-lint-ignore-file
const supabase = createClient<any>(Deno.env.get("DOCS_URL") ?? "", Deno.env.get("DOCS_KEY") ?? "", {
  auth: { persistSession: false, autoRefreshToken: false },
  // What a page shows must work: an error is none that one may pass over.
  global: { fetch: async (...call: Parameters<typeof fetch>) => {
    const response = await fetch(...call);
    if (!response.ok) throw new Error(await response.text());
    return response;
  } },
});
`;

/** Ends what a block of the functions' own code opened. */
const CLOSE = `
(await import("../_shared/services.ts")).advisoryLockService.close();
export {};
`;

/**
 * Checks the types of TypeScript blocks, and runs them one after the other. A block of the functions' own code gets their
 * environment; any other that makes no client gets one as the service role, `supabase`.
 */
export async function typescript(blocks: readonly Block[]): Promise<void> {
  const directory = await Deno.makeTempDir({ dir: inRepository("supabase", "functions"), prefix: "_docs-" });
  try {
    const files = await Promise.all(blocks.map(async ({ text, info }, index) => {
      const file = `${directory}/block-${index}.ts`;
      const end = info === "functions" ? CLOSE : "\nexport {};\n";
      const isWhole = info === "functions" || text.includes("createClient(");
      const own = text.replace("http://127.0.0.1:54321", stack.api_url).replace(
        "<secret key>",
        stack.secret_key,
      );
      await Deno.writeTextFile(file, `${isWhole ? "" : PRELUDE}${own}${end}`);
      return file;
    }));
    await deno(["check", ...files], blocks);
    for (const [index, file] of files.entries()) await deno(["run", "-A", file], [blocks[index]]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function deno(args: string[], blocks: readonly (Block | undefined)[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: repositoryRoot,
    env: {
      NO_COLOR: "1",
      DOCS_URL: stack.api_url,
      DOCS_KEY: stack.secret_key,
      SUPABASE_URL: stack.api_url,
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secret_key }),
      SUPABASE_DB_URL: stack.db_url,
      API_KEY_SECRET: "0123456789abcdef0123456789abcdef",
    },
  }).output();
  const text = blocks.length === 1 ? `${blocks[0]?.page}:\n${blocks[0]?.text}\n` : "";
  assert.equal(code, 0, text + new TextDecoder().decode(stderr));
}

/** What came of an alert, in the words of the tables. */
export function happened({ status, fills, repaired, error }: Answer): string {
  if (status === "rejected") return `refused: ${error?.code}`;
  const said = fills.map(({ side, quantity, price }) => `${side} ${quantity} @ ${price}`).join(", ");
  if (said !== "") return repaired === undefined ? said : `${said} (repaired)`;
  return { ignored: "nothing", canceled: "canceled" }[status] ?? status;
}

/** The name of an account's shadow in a story. */
export const shadowName = (account: string) => `${account}-shadow`;

/** Applies a line of a table that is no alert: settings of the account, its shadow, terms of the instrument. */
export async function apply(what: string, given: Record<string, unknown>, account: string, symbol: string) {
  const service = asService();
  const { error } = what === "settings"
    ? await service.rpc("update_account_settings", { account, settings: given as never })
    : what === "shadow"
    ? await service.rpc("upsert_shadow_account", { account, shadow: shadowName(account), ...given })
    : await service.rpc("upsert_instrument", { symbol, ...given });
  assert.equal(error, null, JSON.stringify(error));
}
