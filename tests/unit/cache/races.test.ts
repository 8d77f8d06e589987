import assert from "node:assert/strict";
import { inTimeOf, Stage } from "../../support/cache/stage.ts";
import { bento, ours, type Subject } from "../../support/cache/subjects.ts";

const BOUND = 1_000;
const TTL = 60;

interface Schedule {
  play(stage: Stage): Promise<void>;
  isolates: number;
  ttl?: number;
  /** Whether bentocache serves what is older than the bound, in this schedule. */
  bentoIsStale: boolean;
}

/** Each is played against a row that changes, with every isolate reading for ten seconds after. */
const schedules: Record<string, Schedule> = {
  "a delete during a load": {
    isolates: 2,
    bentoIsStale: true,
    async play(stage) {
      const load = stage.read(0, 50);
      await stage.world.advance(20);
      await stage.world.finish(stage.change(0));
      await stage.world.finish(load);
    },
  },
  "a write during a load": {
    isolates: 2,
    bentoIsStale: true,
    async play(stage) {
      const load = stage.read(0, 50);
      await stage.world.advance(20);
      await stage.world.finish(stage.write(0));
      await stage.world.finish(load);
    },
  },
  "an older write that comes after a newer one": {
    isolates: 2,
    bentoIsStale: true,
    async play(stage) {
      await stage.watch(100);
      await stage.world.finish(stage.write(0));
      await stage.world.finish(stage.write(0));
      await stage.world.finish(stage.writeLate(1, 2));
    },
  },
  "a value that ends, and a change while it is loaded again": {
    isolates: 2,
    ttl: 2,
    bentoIsStale: true,
    async play(stage) {
      await stage.world.finish(stage.read(0));
      await stage.world.advance(2_001);
      const refresh = stage.read(0, 300);
      await stage.world.advance(100);
      await stage.world.finish(stage.change(1));
      await stage.world.finish(refresh);
    },
  },
  "a delete that Redis does not get at first": {
    isolates: 2,
    bentoIsStale: true,
    async play(stage) {
      await stage.watch(100);
      stage.world.passage = () => {
        stage.world.passage = () => ({});
        return { lost: "request" };
      };
      await stage.world.finish(stage.change(0));
    },
  },
  "a change in one isolate, read in another": {
    isolates: 2,
    bentoIsStale: false,
    async play(stage) {
      await stage.watch(3_000);
      for (let turn = 0; turn < 20; turn++) {
        await stage.world.finish(stage.change(turn % 2));
        await stage.watch(330);
      }
    },
  },
  "a load of three seconds that a late reader meets": {
    isolates: 2,
    bentoIsStale: true,
    async play(stage) {
      const slow = stage.read(0, 3_000);
      await stage.world.advance(200);
      await stage.world.finish(stage.change(1));
      await stage.world.advance(2_000);
      await stage.world.finish(stage.read(0));
      await stage.world.finish(slow);
    },
  },
};

async function play(name: string, subject: Subject): Promise<number> {
  const schedule = schedules[name];
  assert.ok(schedule);
  const stage = new Stage(subject, schedule.isolates, schedule.ttl ?? TTL);
  return await inTimeOf(stage.world, async () => {
    await schedule.play(stage);
    await stage.watch(10_000);
    return stage.worst;
  });
}

for (const [name, { bentoIsStale }] of Object.entries(schedules)) {
  Deno.test(`${name}: nothing is served that is older than the bound`, async () => {
    const worst = await play(name, ours);
    say(`    ${name}: ours ${worst} ms old`);
    assert.ok(worst <= BOUND, `${worst} ms`);
  });

  Deno.test({
    name: `${name}: bentocache ${bentoIsStale ? "serves what is older" : "keeps within the bound"}`,
    // Its memory driver keeps an interval that it never ends.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const worst = await play(name, bento);
      say(`    ${name}: bentocache ${worst} ms old`);
      assert.equal(worst > BOUND, bentoIsStale, `${worst} ms`);
    },
  });
}

/** A measured figure, for the reader of the test's output. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
