import { StackError } from "./errors.ts";
import { inRepository } from "./paths.ts";

/** A text as `deno fmt` lays it out here. */
export async function formatted(text: string, extension: "md" | "ts"): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", extension, "--config", inRepository("deno.json"), "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new StackError(new TextDecoder().decode(stderr), "Correct what was made.");
  return new TextDecoder().decode(stdout);
}
