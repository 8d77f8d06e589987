import assert from "node:assert/strict";
import type { AlertToBook, SendBatch } from "../../../supabase/functions/_shared/alerts/booking-rpc.ts";
import { createBookMarks } from "../../../supabase/functions/_shared/marks/book-marks.ts";
import { createLog } from "../../../supabase/functions/_shared/observability/log.ts";

const marks = (account: string, count: number) =>
  Array.from(
    { length: count },
    (_, nr) => ({ account, symbol: "A", time: `${account}${nr}` }) as AlertToBook,
  );
type Answer = "booked" | "busy" | "rejected" | "unavailable";

/** A booking whose database answers each statement so; a statement's worst answer is that of all of it, unless it is busy. */
function world(answerTo: (mark: AlertToBook, statement: number) => Answer) {
  const statements: number[] = [];
  const booked: string[] = [];
  const send: SendBatch = (batch) => {
    const nr = statements.push(batch.length) - 1;
    const answers = batch.map((mark) => answerTo(mark, nr));
    const failure = (["rejected", "unavailable"] as const).find((each) => answers.includes(each));
    if (failure !== undefined) return Promise.resolve({ ok: false, failure, code: "x" });
    for (const [index, mark] of batch.entries()) {
      if (answers[index] === "booked") booked.push(mark.time ?? "");
    }
    return Promise.resolve({
      ok: true,
      answers: answers.map((each) => ({ status: each === "busy" ? "busy" : "ignored", duplicate: false })),
    });
  };
  let ticks = 0;
  const pause = () => Promise.resolve();
  const book = createBookMarks(send, { ticks: () => ticks, pause, log: createLog("silent") });
  return { book, booked, statements, pass: (milliseconds: number) => ticks += milliseconds };
}
const times = (left: AlertToBook[]) => left.map(({ time }) => time);

Deno.test("a hundred marks are one statement", async () => {
  const { book, statements, booked } = world(() => "booked");
  assert.deepEqual(await book(marks("a", 250), 1), []);
  assert.deepEqual(statements, [100, 100, 50]);
  assert.deepEqual(booked, times(marks("a", 250)));
});

Deno.test("one that the database never takes is left out, and the others are booked in order", async () => {
  const { book, booked } = world(({ time }) => time === "a33" ? "rejected" : "booked");
  assert.deepEqual(await book(marks("a", 100), 1), []);
  assert.deepEqual(booked, times(marks("a", 100)).filter((time) => time !== "a33"));
});

Deno.test("behind one that stays busy nothing of its account is booked, and others are", async () => {
  const { book, booked } = world(({ account, time }) => account === "a" && time !== "a0" ? "busy" : "booked");
  const mixed = [...marks("a", 150), ...marks("b", 150)];
  assert.deepEqual(times(await book(mixed, 1)), times(mixed.slice(1, 150)));
  assert.deepEqual(booked, ["a0", ...times(marks("b", 150))]);
});

Deno.test("what is busy for a moment is booked a moment later, in order", async () => {
  const { book, booked } = world((_, statement) => statement < 2 ? "busy" : "booked");
  assert.deepEqual(await book(marks("a", 3), 1), []);
  assert.deepEqual(booked, ["a0", "a1", "a2"]);
});

Deno.test("a database that is away is asked three times, and the rest is left", async () => {
  const { book, statements } = world(() => "unavailable");
  const all = marks("a", 300);
  assert.deepEqual(times(await book(all, 1)), times(all));
  assert.ok(statements.length <= 3, `${statements.length} statements`);
});

Deno.test("when the time is over nothing more is begun", async () => {
  const { book, statements, pass } = world(() => "booked");
  pass(10);
  assert.equal((await book(marks("a", 300), 9)).length, 300);
  assert.deepEqual(statements, []);
});
