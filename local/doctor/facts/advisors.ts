import * as z from "zod";
import { errorText } from "../../errors.ts";
import { isLoopback } from "../../ports.ts";
import { supabase } from "../../supabase-cli.ts";

const answerSchema = z.object({
  results: z.array(z.object({ name: z.string(), level: z.string(), detail: z.string() })),
});

/** What the Supabase CLI's advisors warn of, beyond mere information. */
export async function readAdvisors(url: string) {
  const remote = new URL(url);
  if (isLoopback(remote)) remote.searchParams.set("sslmode", "disable");
  try {
    const { success, stdout, messages } = await supabase([
      ...["db", "advisors", `--remote=${remote.href}`],
      ...["--level", "info", "--fail-on", "none", "--output-format", "json"],
    ]);
    if (!success) throw new Error(messages.at(-1) ?? "the Supabase CLI failed");
    const { results } = answerSchema.parse(JSON.parse(stdout));
    const warnings = results.filter(({ level }) => level !== "INFO");
    return { ok: true as const, warnings: warnings.map(({ name, detail }) => `${name}: ${detail}`) };
  } catch (error) {
    return { ok: false as const, reason: errorText(error) };
  }
}
