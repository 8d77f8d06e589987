import assert from "node:assert/strict";
import { type Command, createSendCommands } from "../../supabase/functions/_shared/cache/redis.ts";
import { CHANGE_AND_FILL, FILL_AND_READ } from "../../supabase/functions/_shared/cache/values.ts";
import { FakeRedis } from "../support/cache/fake-redis.ts";
import { stack, unique } from "../support/stack.ts";

const ignore = stack.redis_url === null;
const { redis_url: url, redis_token: token } = stack;
const send = createSendCommands({ url: url ?? "", token: token ?? "", deadlineMs: 2_000 });

const names = ["", "a:", "a:b"];
const far = Date.now() + 60_000;

/** Commands of one course, over keys that begin with `prefix`. */
class Course {
  readonly commands: Command[] = [];
  constructor(private readonly prefix: string) {}

  set(name: string, value: string, onlyIfAbsent = false): this {
    this.commands.push({ op: "set", key: `${this.prefix}:e:${name}`, value, seconds: 60, onlyIfAbsent });
    return this;
  }
  put(stamp: number, version: string, json: string, rest = `r${stamp}`): this {
    const keys = [this.value, ...this.epochs];
    const args = [String(stamp), rest, version, "60000", String(far), json, "60"];
    this.commands.push({ op: "script", script: CHANGE_AND_FILL, keys, args });
    return this;
  }
  fill(version: string, tokens: string, json: string): this {
    const envelope = `${version}|${far}|${tokens}\n${json}`;
    const keys = [...this.epochs, this.value, ...this.epochs];
    const args = ["3", "1", "3", version, "60000", tokens, envelope];
    this.commands.push({ op: "script", script: FILL_AND_READ, keys, args });
    return this;
  }
  read(): this {
    this.commands.push({ op: "mget", keys: [...this.epochs, this.value] });
    return this;
  }
  get value(): string {
    return `${this.prefix}:v:a:b`;
  }
  get epochs(): string[] {
    return names.map((name) => `${this.prefix}:e:${name}`);
  }
}

/** What may happen to one key; each is played on real Redis and on the one of the unit tests. */
const courses: Record<string, (course: Course) => Course> = {
  "a write into a Redis that has forgotten everything": (course) => course.put(100, "", '"x"').read(),
  "a write under epochs that are there": (course) =>
    course.set("", "1.a").set("a:", "2.b").put(100, "", '"x"').read(),
  "an older version after a newer one": (course) =>
    course.set("", "1.a").put(100, "5", "5").read().put(101, "4", "4").read().put(102, "5", "55").read(),
  "an older version after everything above it changed": (course) =>
    course.set("", "1.a").put(100, "5", "5").set("a:", "101.z").put(102, "4", "4").read(),
  "an older version after its own epoch changed": (course) =>
    course.set("", "1.a").put(100, "5", "5").set("a:b", "101.z").put(102, "4", "4").read(),
  "a write that arrives after a later change above it": (course) =>
    course.set("", "1.a").set("a:", "200.z").put(100, "", '"late"').read(),
  "a write that is sent twice": (course) =>
    course.set("", "1.a").put(100, "1", '"x"', "one").read().put(100, "1", '"x"', "two").read(),
  "a loaded value under the present epochs": (course) =>
    course.set("", "1.a").set("a:", "2.b").fill("", "1.a,2.b,-", '"x"').read(),
  "a loaded value under epochs of before": (course) =>
    course.set("", "1.a").set("a:", "3.c").fill("", "1.a,2.b,-", '"x"').read(),
  "an older loaded version after a newer one": (course) =>
    course.set("", "1.a").fill("7", "1.a,-,-", "7").read().fill("6", "1.a,-,-", "6").read(),
  "a loaded version where a newer one is void": (course) =>
    course.set("", "1.a").fill("7", "1.a,-,-", "7").set("a:", "9.z").fill("6", "1.a,9.z,-", "6").read(),
  "a value with quotes, line breaks and digits": (course) =>
    course.set("", "1.a").put(100, "", '"12\\n\\"é€"').read(),
  "a token only where there is none": (course) => course.set("", "1.a", true).set("", "2.b", true).read(),
};

for (const [name, play] of Object.entries(courses)) {
  Deno.test({
    name: `${name}: real Redis does what the cache counts on`,
    ignore,
    async fn() {
      // Redis must know the scripts: one that it does not is sent again, after what was sent with it.
      await send(new Course(unique("known")).put(1, "", "1").fill("", "-,-,-", "1").commands);
      const { commands } = play(new Course(unique("scripts")));
      const real = await send(commands);
      const imagined = new FakeRedis(Date.now).execute(commands);
      assert.deepEqual(real, imagined);
    },
  });
}

Deno.test({
  name: "text that looks like a number comes back as text",
  ignore,
  async fn() {
    const key = unique("digits");
    const [, read] = await send([
      { op: "set", key, value: "0012", seconds: 5, onlyIfAbsent: false },
      { op: "mget", keys: [key, `${key}-none`] },
    ]);
    assert.deepEqual(read, { ok: true, result: ["0012", null] });
  },
});

Deno.test({
  name: "a Redis that does not know a script is given its text, and the commands beside it happen once",
  ignore,
  async fn() {
    const key = unique("noscript");
    const unknown = { source: `-- ${key}\nreturn redis.call('INCR', KEYS[1])`, sha1: "0".repeat(40) };
    const count = () =>
      send([{ op: "script", script: unknown, keys: [key], args: [] }, { op: "mget", keys: [key] }]);
    // By its text the first time, then by its name, under which this one is never known.
    assert.deepEqual(await count(), [{ ok: true, result: 1 }, { ok: true, result: ["1"] }]);
    assert.deepEqual(await count(), [{ ok: true, result: 2 }, { ok: true, result: ["1"] }]);
  },
});

Deno.test({
  name: "a command that Redis refuses does not fail those beside it",
  ignore,
  async fn() {
    const broken = { source: "return redis.call('GET')", sha1: "1".repeat(40) };
    const replies = await send([
      { op: "script", script: broken, keys: [], args: [] },
      { op: "mget", keys: [unique("none")] },
    ]);
    assert.deepEqual(replies, [{ ok: false }, { ok: true, result: [null] }]);
  },
});
