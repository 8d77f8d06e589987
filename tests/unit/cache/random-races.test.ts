import assert from "node:assert/strict";
import { epochNames } from "../../../supabase/functions/_shared/cache/epochs.ts";
import type { Cache } from "../../../supabase/functions/_shared/cache/cache.ts";
import { type Passage, World } from "../../support/cache/world.ts";

const BOUND = 1_000;
const TRUST = 850;
const TTL = 8;
const ISOLATES = 3;
/** Keys that are invalidated, by themselves or by pattern, and keys that are written through with their version. */
const KEYS = ["position:a:1", "position:a:2", "position:b:1", "written:1", "written:2"];

interface Commit {
  version: number;
  answeredAt: number;
  /** When Redis executed a change above the key after the commit; Infinity until it has. */
  toldAt: number;
}
interface Row {
  version: number;
}

/** A course of events from one seed: rows change, isolates read, and Redis takes its time. */
class Course {
  readonly world: World;
  readonly caches: Cache[];
  readonly commits = new Map<string, Commit[]>(KEYS.map((key) => [key, []]));
  /** How old the worst read was: against answers, and against what Redis had been told. */
  worst = { answered: 0, told: 0 };
  reads = 0;

  constructor(seed: number, passage: (world: World) => Passage) {
    this.world = new World(seed);
    this.world.passage = () => passage(this.world);
    this.caches = Array.from({ length: ISOLATES }, () => this.world.cache());
    this.world.redis.onChange = (name, stored) => {
      for (const [key, commits] of this.commits) {
        if (!epochNames(key).includes(name)) continue;
        for (const commit of commits) {
          // A value that is stored with the change tells nothing of the commits after it.
          if (stored === null || commit.version <= stored) {
            commit.toldAt = Math.min(commit.toldAt, this.world.now);
          }
        }
      }
    };
  }

  async run(milliseconds: number): Promise<void> {
    const until = this.world.now + milliseconds;
    const actors = [
      ...KEYS.map((key) => this.#write(key, until)),
      ...Array.from({ length: 12 }, () => this.#read(until)),
    ];
    await this.world.finish(Promise.all(actors));
  }

  async #write(key: string, until: number): Promise<void> {
    const { world } = this;
    const commits = this.commits.get(key) ?? [];
    while (world.now < until) {
      await world.sleep(world.random() ** 3 * 3_000);
      const version = commits.length + 1;
      commits.push({ version, answeredAt: world.now, toldAt: Infinity });
      const cache = this.#anyCache();
      if (key.startsWith("written")) void cache.set(key, { version }, TTL, { version });
      else if (world.random() < 0.5) void cache.delete(key);
      else void cache.invalidatePattern(key.replace(/\d$/, "*"));
    }
  }

  async #read(until: number): Promise<void> {
    const { world } = this;
    while (world.now < until) {
      await world.sleep(world.random() * 40);
      const key = KEYS[Math.floor(world.random() * KEYS.length)] ?? "";
      const begun = world.now;
      const row = await this.#anyCache().wrap<Row>(key, () => this.#load(key), {
        ttl: TTL,
        version: versionOf(key),
      });
      this.#judge(key, row, begun);
    }
  }

  /** The row as it was at some moment of the load. */
  async #load(key: string): Promise<Row> {
    const { world } = this;
    await world.sleep(world.random() * 20);
    const version = this.commits.get(key)?.length ?? 0;
    await world.sleep(world.random() ** 4 * 1_500);
    return { version };
  }

  #judge(key: string, { version }: Row, begun: number): void {
    this.reads++;
    const missed = (this.commits.get(key) ?? []).slice(version);
    for (const { answeredAt, toldAt } of missed) {
      this.worst.answered = Math.max(this.worst.answered, begun - answeredAt);
      this.worst.told = Math.max(this.worst.told, begun - toldAt);
    }
  }

  #anyCache(): Cache {
    const cache = this.caches[Math.floor(this.world.random() * ISOLATES)];
    assert.ok(cache);
    return cache;
  }
}

const versionOf = (key: string) => key.startsWith("written") ? ({ version }: Row) => version : undefined;

async function play(
  seeds: number,
  passage: (world: World) => Passage,
  judge: (course: Course, seed: number) => void,
) {
  const worst = { answered: 0, told: 0 };
  let reads = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const course = new Course(seed * 7_919, passage);
    await course.run(20_000);
    judge(course, seed);
    reads += course.reads;
    for (const kind of ["answered", "told"] as const) worst[kind] = Math.max(worst[kind], course.worst[kind]);
  }
  say(
    `    ${seeds} courses, ${reads} reads: ${worst.answered.toFixed(0)} ms after an answer, ` +
      `${worst.told.toFixed(0)} ms after Redis was told`,
  );
}

Deno.test("in any course of events no read is older than the bound after the answer", async () => {
  const passage = ({ random }: World) => ({ there: 1 + random() ** 3 * 90, back: 1 + random() ** 3 * 50 });
  await play(25, passage, ({ worst }, seed) => {
    assert.ok(worst.answered <= BOUND, `seed ${seed}: ${worst.answered} ms`);
  });
});

Deno.test("with messages lost and late, no read is older than the bound after Redis was told, nor than the time to live", async () => {
  const passage = ({ random }: World): Passage => {
    const chance = random();
    const lost = chance < 0.1 ? "request" : chance < 0.2 ? "answer" : undefined;
    return { there: 1 + random() ** 4 * 400, back: 1 + random() ** 3 * 60, lost };
  };
  await play(25, passage, ({ worst }, seed) => {
    assert.ok(worst.told <= TRUST, `seed ${seed}: ${worst.told} ms after Redis was told`);
    assert.ok(worst.answered <= TTL * 1_000 + 2_000, `seed ${seed}: ${worst.answered} ms`);
  });
});

Deno.test("with Redis away for seconds at a time, the same holds", async () => {
  const passage = (world: World): Passage => {
    const away = world.now % 9_000 > 5_000;
    return { there: 1 + world.random() * 5, back: 1, lost: away ? "request" : undefined };
  };
  await play(15, passage, ({ worst }, seed) => {
    assert.ok(worst.told <= TRUST, `seed ${seed}: ${worst.told} ms after Redis was told`);
    assert.ok(worst.answered <= TTL * 1_000 + 2_000, `seed ${seed}: ${worst.answered} ms`);
  });
});

Deno.test("without Redis no read is older than the bound after the answer", async () => {
  await play(10, () => ({ lost: "request" }), ({ worst }, seed) => {
    assert.ok(worst.answered <= BOUND, `seed ${seed}: ${worst.answered} ms`);
  });
});

/** A measured figure, for the reader of the test's output. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
