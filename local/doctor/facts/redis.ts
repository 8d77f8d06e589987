import { errorText } from "../../errors.ts";

const DEADLINE = 5_000;

/** What Redis says of itself, over Upstash's REST interface. */
export async function readRedisFacts({ url, token }: { url: string; token: string }) {
  /** The result of one command; undefined when it is refused. Throws when nothing of Redis's answers. */
  const run = async (...command: string[]): Promise<unknown> => {
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(command),
      signal: AbortSignal.timeout(DEADLINE),
    });
    const answer = await response.json().catch(() => null) as { result?: unknown } | null;
    if (answer === null) throw new Error(`status ${response.status}, and no answer of Redis's`);
    if (response.status === 401) throw new Error("the token is not accepted");
    return answer.result;
  };
  const setting = async (name: string): Promise<string | null> => {
    const result = await run("CONFIG", "GET", name);
    return Array.isArray(result) && typeof result[1] === "string" ? result[1] : null;
  };
  try {
    const started = performance.now();
    if (await run("PING") !== "PONG") throw new Error("PING is not answered by PONG");
    const milliseconds = Math.round(performance.now() - started);
    const maxMemory = await setting("maxmemory");
    return {
      ok: true as const,
      milliseconds,
      /** Null when Redis does not tell, as Upstash's does not. */
      policy: await setting("maxmemory-policy"),
      /** In bytes, 0 for no limit; null when Redis does not tell. */
      maxMemory: maxMemory === null ? null : Number(maxMemory),
    };
  } catch (error) {
    return { ok: false as const, reason: errorText(error) };
  }
}
