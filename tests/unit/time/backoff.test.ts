import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { doubling, jittered } from "../../../supabase/functions/_shared/time/backoff.ts";
import { orAborted } from "../../../supabase/functions/_shared/time/or-aborted.ts";

Deno.test("pauses between tries double from the first to the longest", () => {
  deepEqual([0, 1, 3, 40, 5_000].map((failures) => doubling(failures, 25, 500)), [25, 50, 200, 500, 500]);
});

Deno.test("a wait loses a random part of at most a half", () => {
  equal(jittered(25, () => 1), 25);
  equal(jittered(25, () => 0), 12.5);
  ok(new Set(Array.from({ length: 20 }, () => jittered(500))).size > 1);
});

Deno.test("work under a signal that is aborted already is not waited for, and what comes of it is handed over", async () => {
  const late: string[] = [];
  const work = Promise.resolve("done");
  await rejects(orAborted(work, AbortSignal.abort(new Error("over")), (value) => late.push(value)), /over/);
  await work;
  deepEqual(late, ["done"]);
});
