import { readCommand, runCommand } from "../command.ts";
import { UsageError } from "../errors.ts";
import { standardError } from "../log.ts";
import { inRepository, repositoryRoot } from "../paths.ts";
import { supabase } from "../supabase-cli.ts";
import { deploy, type RunStep } from "./deploy.ts";

/** What is deployed, and where to. */
export type DeployOptions = ReturnType<typeof readOptions>;

const usage = `deno task deploy [options]

  --project-ref <ref>  the Supabase project (or SUPABASE_PROJECT_ID)
  --settings <path>    settings of its functions; written at the first deploy (supabase/functions/.env.production)
  --dry-run            print every command, run none

Signed in by npx supabase login, or by SUPABASE_ACCESS_TOKEN. Every step may be repeated.`;

/**
 * Reads the command line.
 *
 * @throws UsageError for an unknown flag or a reference that is none
 */
export function readOptions(args: string[], environment: Record<string, string>) {
  // Not --env-file: that one Deno takes for itself.
  const {
    projectRef = environment.SUPABASE_PROJECT_ID ?? "",
    settings = inRepository("supabase", "functions", ".env.production"),
    dryRun = false,
  } = readCommand(usage, args, { projectRef: "text", settings: "text", dryRun: "switch" }).flags;
  if (!/^[a-z]{20}$/.test(projectRef)) {
    const problem = projectRef === "" ? "Which project?" : `${projectRef} is no project reference.`;
    throw new UsageError(
      `${problem} Give --project-ref the twenty letters before .supabase.co in its address; ` +
        "npx supabase projects list shows them.",
      usage,
    );
  }
  return { projectRef, settings, dryRun };
}

/** `deno task deploy`: links, migrates, sets secrets, deploys the functions, and checks. */
async function main(args: string[]): Promise<void> {
  const environment = Deno.env.toObject();
  const options = readOptions(args, environment);
  /** All that the CLI said. */
  const logFile = await Deno.makeTempFile({ prefix: "deploy-", suffix: ".log" });
  const run: RunStep = async ({ program, args, env }) => {
    if (program === "deno") {
      const command = new Deno.Command(Deno.execPath(), { args, env, cwd: repositoryRoot });
      return { ok: (await command.spawn().status).success, output: "", messages: "" };
    }
    // What goes to standard output may be a secret.
    const { success, stdout, messages } = await supabase(args, show);
    await Deno.writeTextFile(logFile, [...messages, ""].join("\n"), { append: true });
    if (!success) standardError(`  All that was said is in ${logFile}.`);
    return { ok: success, output: stdout, messages: messages.join("\n") };
  };
  await deploy(options, { environment, run, say: standardError });
}

/** Shows a line of the CLI, but for those of which there is one a file. */
function show(line: string): void {
  if (!line.startsWith("Uploading asset")) standardError(`  ${line}`);
}

if (import.meta.main) await runCommand(main);
