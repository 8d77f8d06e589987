import { errorText, StackError } from "../errors.ts";
import { standardError } from "../log.ts";
import { repositoryRoot } from "../paths.ts";
import { supabase } from "../supabase-cli.ts";
import { deploy, type RunStep } from "./deploy.ts";
import { readOptions, usage } from "./options.ts";

/** `deno task deploy`: links, migrates, sets secrets, deploys the functions, and checks. Returns the exit code. */
async function main(args: string[]): Promise<number> {
  try {
    const environment = Deno.env.toObject();
    const options = readOptions(args, environment);
    if (options === null) standardError(usage);
    else await deploy(options, { environment, run: runStep, say: standardError });
    return 0;
  } catch (error) {
    standardError(`\nerror: ${errorText(error)}`);
    if (error instanceof StackError) standardError(`  ${error.advice}`);
    return 1;
  }
}

/** All that the CLI said. */
const logFile = await Deno.makeTempFile({ prefix: "deploy-", suffix: ".log" });

const runStep: RunStep = async ({ program, args, env }) => {
  if (program === "supabase") {
    // What goes to standard output may be a secret.
    const { success, stdout, messages } = await supabase(args, show);
    await Deno.writeTextFile(logFile, [...messages, ""].join("\n"), { append: true });
    if (!success) standardError(`  All that was said is in ${logFile}.`);
    return { ok: success, output: stdout, messages: messages.join("\n") };
  }
  const { success } = await new Deno.Command(Deno.execPath(), { args, env, cwd: repositoryRoot }).spawn()
    .status;
  return { ok: success, output: "", messages: "" };
};

/** Shows a line of the CLI, but for those of which there is one a file. */
function show(line: string): void {
  if (!line.startsWith("Uploading asset")) standardError(`  ${line}`);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
