/** The project that a command works with: the local stack, unless its flags name another. */
import { StackError } from "./errors.ts";
import { defaultOptions } from "./options.ts";
import { loopback } from "./ports.ts";

export const localUrl = `http://${loopback}:${defaultOptions.port}`;

const START = "Run npx -y deno task start in another terminal";

/** There is no local stack whose keys could be taken, and `flags`, which have those of another project, were not given. */
export const keysAreMissing = (flags: string): StackError =>
  new StackError(
    "No keys: the local stack was never started here.",
    `${START}, or give ${flags} of another project.`,
  );

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
    `${START}, or give the --url of a project whose functions are deployed.`,
  );
}
