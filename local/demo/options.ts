import { StackError } from "../errors.ts";
import { readFlags } from "../flags.ts";
import { defaultOptions } from "../options.ts";
import { localKeys } from "../secrets.ts";

/** What a demo plays against, and how. */
export interface DemoOptions {
  /** The project: functions and REST. */
  url: string;
  /** An alert key of scope trade. */
  key: string;
  /** Key of the service role: makes the account, reads the figures. */
  secretKey: string;
  account: string;
  /** Id of the user of Supabase Auth who is to see the account; null: nobody. */
  owner: string | null;
  /** Alerts a second; null: as fast as they are answered. */
  speed: number | null;
}

const localUrl = `http://127.0.0.1:${defaultOptions.port}`;

/** The text of `--help`. */
export const usage = `deno task demo [options]

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
 * @returns null when it asks for help
 * @throws StackError for an unknown flag, a bad value or a missing key
 */
export async function readOptions(args: string[]): Promise<DemoOptions | null> {
  const { flags } = readFlags("demo", args, {
    texts: ["speed", "account", "url", "key", "secret-key", "owner", "data-dir"],
  });
  if (flags.help) return null;
  const remote = flags.url !== undefined && flags.key !== undefined;
  const local = remote ? null : await localKeys(flags["data-dir"]);
  const key = flags.key ?? local?.key;
  const secretKey = flags["secret-key"] ?? local?.secretKey;
  if (key === undefined || secretKey === undefined) {
    throw new StackError(
      "No keys: the local stack was never started here.",
      "Run npx -y deno task start in another terminal, or give --url, --key and --secret-key of another project.",
    );
  }
  return {
    url: (flags.url ?? localUrl).replace(/\/$/, ""),
    key,
    secretKey,
    account: flags.account ?? "demo",
    owner: flags.owner ?? local?.owner ?? null,
    speed: speedOf(flags.speed ?? "100"),
  };
}

function speedOf(text: string): number | null {
  const speed = Number(text);
  if (text.trim() === "" || !(speed >= 0 && speed <= 100_000)) {
    throw new StackError(`--speed ${text} is no number of alerts a second.`, "Give 0 to 100000.");
  }
  return speed === 0 ? null : speed;
}
