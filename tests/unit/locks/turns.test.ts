import { equal, rejects } from "node:assert/strict";
import { Turns } from "../../../supabase/functions/_shared/locks/turns.ts";

const patient = { signal: new AbortController().signal };

Deno.test("turns of different keys do not wait for each other", async () => {
  const turns = new Turns();
  await turns.take("a", patient);
  await turns.take("b", patient);
  equal(turns.tryTake("a"), false);
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
