import { errorText, StackError } from "./errors.ts";
import { forEachLine } from "./log.ts";
import { repositoryRoot } from "./paths.ts";

// Run through npx, which installs the program of this platform only; Deno would want every platform's.
export const cliPackage = "supabase@3.1.0";

/**
 * Runs the Supabase CLI unattended.
 *
 * @param onLine receives its messages as they come
 * @param checkout the directory that has the `supabase/` to work on
 * @throws StackError when npx is missing
 */
export async function supabase(
  args: string[],
  onLine: (line: string) => void = () => {},
  checkout = repositoryRoot,
) {
  const child = spawnCli([...args, "--workdir", checkout, "--yes"]);
  /** Lines of standard error, without npm's own notices. */
  const messages: string[] = [];
  const note = (line: string) => {
    if (line.trim() === "" || line.startsWith("npm warn") || line.startsWith("npm notice")) return;
    messages.push(line);
    onLine(line);
  };
  const [stdout, { success }] = await Promise.all([
    new Response(child.stdout).text(),
    child.status,
    forEachLine(child.stderr, note),
  ]);
  return { success, stdout, messages };
}

function spawnCli(args: string[]): Deno.ChildProcess {
  try {
    return new Deno.Command("npx", {
      args: ["-y", cliPackage, ...args],
      env: { SUPABASE_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    throw new StackError(
      `The Supabase CLI cannot be run through npx: ${errorText(error)}`,
      "Install Node.js 20 or newer with npm, so that npx is on PATH.",
    );
  }
}
