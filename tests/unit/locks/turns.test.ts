import { equal, rejects } from "node:assert/strict";
import { Deadline } from "../../../supabase/functions/_shared/locks/deadline.ts";
import { Turns } from "../../../supabase/functions/_shared/locks/turns.ts";
import { withFakeTime } from "../../support/fake-time.ts";

const patient = { signal: new AbortController().signal };

Deno.test("turns of different keys do not wait for each other", async () => {
  const turns = new Turns();
  await turns.take("a", patient);
  await turns.take("b", patient);
  equal(turns.tryTake("a"), false);
});

Deno.test("who waits for a turn gives up when the time is up, to the millisecond", async () => {
  await withFakeTime(async (time) => {
    const turns = new Turns();
    await turns.take("a", patient);
    const deadline = new Deadline(100, () => new Error("late"));
    let gaveUp = false;
    const waiting = rejects(turns.take("a", deadline), /late/).then(() => gaveUp = true);
    await time.advance(99);
    equal(gaveUp, false);
    await time.advance(1);
    equal(gaveUp, true);
    await waiting;
  });
});

Deno.test("a key that nobody wants is forgotten", async () => {
  const turns = new Turns();
  await turns.take("a", patient);
  const impatient = new AbortController();
  const waiting = turns.take("a", impatient);
  impatient.abort(new Error("no more time"));
  await rejects(waiting);
  turns.give("a");
  equal(turns.taken, 0);
});
