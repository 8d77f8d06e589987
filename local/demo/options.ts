import { readCommand } from "../command.ts";
import { UsageError } from "../errors.ts";
import { findProject, keysAreMissing, localUrl, PROJECT_FLAGS } from "../project.ts";

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
export async function readOptions(args: string[]) {
  const { speed = "100", account = "demo", ...flags } =
    readCommand(usage, args, { speed: "text", account: "text", ...PROJECT_FLAGS }).flags;
  const pace = speedOf(speed);
  const { url, key, secretKey, owner = null } = await findProject(flags, flags.key);
  if (key === undefined || secretKey === undefined) {
    throw keysAreMissing("--url, --key and --secret-key");
  }
  return { url, key, secretKey, account, owner, speed: pace };
}

/** Null: as fast as they are answered. */
function speedOf(text: string): number | null {
  const speed = Number(text);
  if (text.trim() === "" || !(speed >= 0 && speed <= 100_000)) {
    throw new UsageError(`--speed ${text} is not a number of alerts a second, from 0 to 100000.`, usage);
  }
  return speed === 0 ? null : speed;
}
