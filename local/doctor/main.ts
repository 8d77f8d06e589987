import { runCommand } from "../command.ts";
import { checks } from "./checks.ts";
import { parseOptions } from "./options.ts";
import { examine, inWords } from "./report.ts";
import { gather, localTarget, remoteTarget } from "./target.ts";

/** `deno task doctor`: judges a stack or a project by the production checklist. Returns the exit code. */
async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  const target = options.remote ? remoteTarget(options.url, Deno.env.toObject()) : await localTarget(options);
  const report = examine(checks, await gather(target));
  const text = options.json ? JSON.stringify(report) : inWords(report);
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
  return report.ok ? 0 : 1;
}

if (import.meta.main) await runCommand(main);
