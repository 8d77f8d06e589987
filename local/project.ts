/** The project that a command works with: the local stack, unless its flags name another. */
import { StackError } from "./errors.ts";
import type { Flags } from "./command.ts";
import { defaultOptions } from "./options.ts";
import { loopback } from "./ports.ts";
import { localKeys } from "./secrets.ts";

export const localUrl = `http://${loopback}:${defaultOptions.port}`;

/** Flags that name a project, its keys, and whose an account is to be. */
export const PROJECT_FLAGS = {
  url: "url",
  key: "text",
  secretKey: "text",
  owner: "text",
  dataDir: "text",
} as const;

const START = "Run npx -y deno task start in another terminal";

/** There is no local stack whose keys could be taken, and `flags`, which have those of another project, were not given. */
export const keysAreMissing = (flags: string): StackError =>
  new StackError(
    "No keys: the local stack was never started here.",
    `${START}, or give ${flags} of another project.`,
  );

/** The project that these flags name, with what the local stack has of the rest, unless `own`, a key, is given with a URL. */
export async function findProject(
  { url, key, secretKey, owner, dataDir }: Flags<typeof PROJECT_FLAGS>,
  own: string | undefined,
) {
  const local = url !== undefined && own !== undefined ? null : await localKeys(dataDir);
  return {
    url: url ?? localUrl,
    key: key ?? local?.key,
    secretKey: secretKey ?? local?.secretKey,
    owner: owner ?? local?.owner,
  };
}

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
