import { readCommand } from "../command.ts";
import { UsageError } from "../errors.ts";
import { inRepository } from "../paths.ts";

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
