import { runCommand } from "../command.ts";
import { standardError } from "../log.ts";
import { repositoryRoot } from "../paths.ts";
import { supabase } from "../supabase-cli.ts";
import { deploy, type RunStep } from "./deploy.ts";
import { readOptions } from "./options.ts";

/** `deno task deploy`: links, migrates, sets secrets, deploys the functions, and checks. */
async function main(args: string[]): Promise<void> {
  const environment = Deno.env.toObject();
  await deploy(readOptions(args, environment), { environment, run: runStep, say: standardError });
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

if (import.meta.main) await runCommand(main);
