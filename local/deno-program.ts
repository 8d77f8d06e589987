import { StackError } from "./errors.ts";

/**
 * Has every Deno that this process starts trust the machine's certificates too, unless its owner chose: behind a
 * company's proxy an older Deno, such as the hosted one, could download nothing.
 */
export function trustSystemCertificates(): void {
  if (Deno.env.has("DENO_TLS_CA_STORE")) return;
  Deno.env.set("DENO_TLS_CA_STORE", "mozilla,system");
}

/**
 * Path of the Deno program behind a path or a command line such as `npx -y deno@2.1.4`; the running one when there is none.
 * Launchers are resolved once, so that each isolate is one process.
 *
 * @throws StackError when the command does not run
 */
export async function resolveDeno(command?: string): Promise<string> {
  if (command === undefined) return Deno.execPath();
  const [program = "", ...args] = command.trim().split(/\s+/);
  try {
    const { success, stdout } = await new Deno.Command(program, {
      args: [...args, "eval", "console.log(Deno.execPath())"],
      // Away from this checkout, whose lock file an older Deno cannot read.
      cwd: "/",
      stdin: "null",
      stderr: "null",
    }).output();
    if (success) return new TextDecoder().decode(stdout).trim();
  } catch {
    // Answered below, like a program that runs and fails.
  }
  throw new StackError(
    `"${command}" does not run Deno.`,
    'Give --deno a path or a command such as "npx -y deno".',
  );
}
