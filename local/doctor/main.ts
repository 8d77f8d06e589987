import { readCommand, runCommand } from "../command.ts";
import { UsageError } from "../errors.ts";
import { defaultOptions } from "../options.ts";
import { examine, inWords } from "./report.ts";
import { gather, localTarget, remoteTarget } from "./target.ts";

const usage = `deno task doctor [options]

Checks the stack of deno task start (give the same flags), or with --remote a deployed project, against the production
checklist. Exit code 1 when a check fails.

  --remote            a deployed project, by the environment: SUPABASE_URL, API_KEY_SECRET, API_KEYS, and where set
                      UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN and SUPABASE_DB_URL (the connection string)
  --url <url>         the project's URL, instead of SUPABASE_URL
  --json              one line of JSON: { "ok", "checks": [{ "name", "status", "said", "fix"? }] }
  --port --db-port --redis-port --data-dir --no-redis
                      as for deno task start`;

/** `deno task doctor`: judges a stack or a project by the production checklist. Returns the exit code. */
async function main(args: string[]): Promise<number> {
  const { remote, url, json, noRedis, ...flags } = readCommand(usage, args, {
    ...{ remote: "switch", url: "url", json: "switch" },
    ...{ port: "port", dbPort: "port", redisPort: "port", dataDir: "text", noRedis: "switch" },
  }).flags;
  if (url !== undefined && !remote) throw new UsageError("--url is for --remote only.", usage);
  const target = remote
    ? remoteTarget(url ?? null, Deno.env.toObject())
    : await localTarget({ ...defaultOptions, ...flags, redis: !noRedis });
  const report = examine(await gather(target));
  const text = json ? JSON.stringify(report) : inWords(report);
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
  return report.ok ? 0 : 1;
}

if (import.meta.main) await runCommand(main);
