import { createHash } from "node:crypto";

/** Upstash's own flag for scripts, which lets them lock only their keys; Redis knows no such flag and refuses it. */
const FOREIGN_FLAG = /^#!lua flags=allow-key-locking[ \t]*(?=\r?\n)/;

const sha1 = (source: string) => createHash("sha1").update(source).digest("hex");

/**
 * Makes commands with scripts fit for a Redis that is not Upstash's: drops the flag that only Upstash knows, and knows
 * such a script again by the SHA-1 under which its sender does.
 */
export function createScriptTranslator(): (command: string[]) => string[] {
  /** Sender's SHA-1 to Redis's; as many as there are scripts with the flag, which are few. */
  const known = new Map<string, string>();
  return (command) => {
    const [name = "", script = "", ...rest] = command;
    const verb = name.toUpperCase();
    const translated = verb === "EVALSHA" ? known.get(script.toLowerCase()) : undefined;
    if (translated !== undefined) return [name, translated, ...rest];
    if (verb !== "EVAL" || !FOREIGN_FLAG.test(script)) return command;
    const plain = script.replace(FOREIGN_FLAG, "");
    known.set(sha1(script), sha1(plain));
    return [name, plain, ...rest];
  };
}
