import { equal } from "node:assert/strict";
import { inRepository } from "../../local/paths.ts";

/** Another process that holds the lock, in the middle of a statement (`busy`) or between two; to be killed. */
export async function startHolder(
  url: string,
  key: string,
  how: "idle" | "busy",
): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", inRepository("tests", "support", "lock-holder.ts"), url, key, how],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  equal(new TextDecoder().decode(value), "held\n");
  return child;
}
