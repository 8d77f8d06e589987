import { StackError } from "./errors.ts";

/** Says what to do when no functions of a project answer at this URL. */
export async function requireAnswer(url: string): Promise<void> {
  const answered = await fetch(`${url}/functions/v1/health`, { signal: AbortSignal.timeout(10_000) })
    .then(async (response) => {
      await response.body?.cancel();
      return response.ok;
    })
    .catch(() => false);
  if (answered) return;
  throw new StackError(
    `Nothing answers at ${url}/functions/v1/health.`,
    "Run npx -y deno task start in another terminal, or give the --url of a project whose functions are deployed.",
  );
}
