import type { Command, Reply } from "../../../supabase/functions/_shared/cache/redis.ts";
import { CHANGE_AND_FILL, FILL_AND_READ } from "../../../supabase/functions/_shared/cache/values.ts";

/** Redis as far as the cache uses it, in memory, in a time that the test moves. Its scripts are tested against real Redis. */
export class FakeRedis {
  #values = new Map<string, { text: string; endsAt: number }>();
  /** Told of each change of an epoch, and of the version of the value that was stored with it; null when none was. */
  onChange: (epoch: string, version: number | null) => void = () => {};

  constructor(private readonly now: () => number) {}

  execute(commands: readonly Command[]): Reply[] {
    return commands.map((command): Reply => {
      if (command.op === "mget") return { ok: true, result: command.keys.map((key) => this.get(key)) };
      if (command.op === "set") {
        const { key, value, seconds, onlyIfAbsent } = command;
        if (onlyIfAbsent && this.get(key) !== null) return { ok: true, result: null };
        this.#set(key, value, seconds === null ? Infinity : seconds * 1_000);
        this.onChange(nameOf(key), null);
        return { ok: true, result: "OK" };
      }
      const { script, keys, args } = command;
      if (script === FILL_AND_READ) return { ok: true, result: this.#exchange(keys, args) };
      return script === CHANGE_AND_FILL ? { ok: true, result: this.#put(keys, args) } : { ok: false };
    });
  }

  get(key: string): string | null {
    const found = this.#values.get(key);
    return found === undefined || found.endsAt <= this.now() ? null : found.text;
  }

  /** Forgets everything, as a restart does. */
  clear(): void {
    this.#values.clear();
  }

  #set(key: string, text: string, milliseconds: number): void {
    this.#values.set(key, { text, endsAt: this.now() + milliseconds });
  }

  #exchange(keys: string[], args: string[]): (string | null)[] {
    const [reads = 0, fills = 0] = args.map(Number);
    let key = reads;
    for (let fill = 0; fill < fills; fill++) {
      const [epochs = "", version = "", ttl = "", tokens = "", envelope = ""] = args.slice(2 + fill * 5);
      const [valueKey = "", ...names] = keys.slice(key, key + 1 + Number(epochs));
      const [oldVersion = "", , oldTokens] = (this.get(valueKey) ?? "").split("\n")[0]?.split("|") ?? [];
      const newer = version !== "" && oldVersion !== "" && Number(oldVersion) > Number(version) &&
        oldTokens === tokens;
      if (names.map((name) => this.get(name) ?? "-").join(",") === tokens && !newer) {
        this.#set(valueKey, envelope, Number(ttl));
      }
      key += 1 + names.length;
    }
    return keys.slice(0, reads).map((name) => this.get(name));
  }

  #put([valueKey = "", ...names]: string[], args: string[]): number {
    const [stamp = "", rest = "", version = "", ttl = "", endsAt = "", json = ""] = args;
    const tokens = names.map((name) => this.get(name) ?? "-");
    const latest = Math.max(Number(stamp), ...tokens.map((token) => Number(/^\d+/.exec(token)?.[0] ?? 0)));
    const token = `${latest}.${rest}`;
    if (tokens[0] === "-") {
      tokens[0] = token;
      this.#set(names[0] ?? "", token, Infinity);
    }
    const above = tokens.slice(0, -1).join(",");
    const [oldVersion = "", , oldTokens = ""] = (this.get(valueKey) ?? "").split("\n")[0]?.split("|") ?? [];
    const oldAbove = oldTokens.slice(0, oldTokens.lastIndexOf(","));
    if (version !== "" && oldVersion !== "" && Number(oldVersion) > Number(version) && oldAbove === above) {
      return 0;
    }
    this.#set(names.at(-1) ?? "", token, 86_400_000);
    const late = latest > Number(stamp);
    this.onChange(nameOf(names.at(-1) ?? ""), late || version === "" ? null : Number(version));
    if (late) return 0;
    this.#set(valueKey, `${version}|${endsAt}|${above},${token}\n${json}`, Number(ttl));
    return 1;
  }
}

/** The name of an epoch by its key in Redis. */
const nameOf = (key: string) => key.slice(key.indexOf(":e:") + 3);
