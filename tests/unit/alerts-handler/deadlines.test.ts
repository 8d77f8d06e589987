import assert from "node:assert/strict";
import { createDeadlines } from "../../../supabase/functions/_shared/alerts/deadlines.ts";
import { withFakeTime } from "../../support/fake-time.ts";

Deno.test("each deadline is told once, at its time, whatever the order in which they came", () =>
  withFakeTime(async (time) => {
    const atDeadline = createDeadlines(Date.now);
    const started = Date.now();
    const passed: [string, number][] = [];
    const add = (name: string, within: number) =>
      atDeadline(started + within, () => passed.push([name, Date.now() - started]));
    add("later", 300);
    add("first", 100);
    add("also first", 100);
    add("between", 200);
    await time.advance(1_000);
    assert.deepEqual(passed, [["first", 100], ["also first", 100], ["between", 200], ["later", 300]]);
  }));

Deno.test("what is called off is not told, and the others are", () =>
  withFakeTime(async (time) => {
    const atDeadline = createDeadlines(Date.now);
    const passed: string[] = [];
    const callOff = atDeadline(Date.now() + 100, () => passed.push("called off"));
    atDeadline(Date.now() + 200, () => passed.push("kept"));
    callOff();
    callOff();
    await time.advance(1_000);
    assert.deepEqual(passed, ["kept"]);
  }));

Deno.test("a deadline that has passed is told in a moment; one added then is told too", () =>
  withFakeTime(async (time) => {
    const atDeadline = createDeadlines(Date.now);
    const passed: string[] = [];
    atDeadline(Date.now() - 1, () => {
      passed.push("passed");
      atDeadline(Date.now() + 50, () => passed.push("added"));
    });
    await time.advance(10);
    assert.deepEqual(passed, ["passed"]);
    await time.advance(100);
    assert.deepEqual(passed, ["passed", "added"]);
  }));

Deno.test("there is one timer for all, and none once all are called off", () =>
  withFakeTime((time) => {
    const atDeadline = createDeadlines(Date.now);
    const callOffs = [1_000, 2_000].map((within) => atDeadline(Date.now() + within, () => {}));
    assert.equal(time.pending, 1);
    for (const callOff of callOffs) callOff();
    assert.equal(time.pending, 0);
    return Promise.resolve();
  }));
