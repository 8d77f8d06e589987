import { equal, rejects, throws } from "node:assert/strict";
import { checkTimeout, Deadline } from "../../../supabase/functions/_shared/locks/deadline.ts";
import { withFakeTime } from "../../support/fake-time.ts";

const late = () => new Error("late");

Deno.test("a deadline ends with its own error when the time is up", async () => {
  await withFakeTime(async (time) => {
    const deadline = new Deadline(20, late);
    const pause = rejects(deadline.pause(5_000), /late/);
    await time.advance(19);
    equal(deadline.signal.aborted, false);
    await time.advance(1);
    await pause;
    equal(deadline.remaining, 1);
  });
});

Deno.test("a deadline ends with the caller's reason when the caller gives up", async () => {
  const caller = new AbortController();
  const deadline = new Deadline(5_000, late, caller.signal);
  const pause = deadline.pause(5_000);
  caller.abort();
  await rejects(pause, { name: "AbortError" });
  deadline.clear();
});

Deno.test("a deadline that is cleared does not pass, and leaves the caller's signal alone", async () => {
  const caller = new AbortController();
  const deadline = new Deadline(5, late, caller.signal);
  deadline.clear();
  await new Promise((resolve) => setTimeout(resolve, 20));
  caller.abort();
  equal(deadline.signal.aborted, false);
});

Deno.test("a pause within the deadline ends in peace", async () => {
  const deadline = new Deadline(5_000, late);
  await deadline.pause(1);
  deadline.clear();
});

for (const timeoutMs of [0, -1, NaN, Infinity, 600_001, "100", null]) {
  Deno.test(`a timeout of ${String(timeoutMs)} (${typeof timeoutMs}) is refused`, () => {
    throws(() => checkTimeout(timeoutMs), { name: "LockUsageError", code: "lock_timeout_invalid" });
  });
}
