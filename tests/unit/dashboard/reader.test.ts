import { deepEqual, equal } from "node:assert/strict";
import { ApiError } from "../../../dashboard/src/api/client.ts";
import { Reader } from "../../../dashboard/src/store/reader.ts";
import { type FakeTime, withFakeTime } from "../../support/fake-time.ts";

const inTime = (name: string, body: (time: FakeTime) => Promise<void>) =>
  Deno.test(name, () => withFakeTime(body));

inTime("a question asked again is read once, another one at once", async (time) => {
  const seen: (string | null)[] = [];
  const reader = new Reader<string>(({ data }) => seen.push(data));
  let reads = 0;
  const read = (answer: string) => () => (reads++, Promise.resolve(answer));
  reader.ask("a", read("one"));
  reader.ask("a", read("one"));
  await time.advance(15);
  reader.ask("b", read("two"));
  await time.advance(15);
  deepEqual(seen, ["one", "two"]);
  equal(reads, 2);
  reader.stop();
});

inTime("the answer to a question that is no longer asked is dropped", async (time) => {
  const seen: (string | null)[] = [];
  const reader = new Reader<string>(({ data }) => seen.push(data));
  const slow = Promise.withResolvers<string>();
  reader.ask("a", () => slow.promise);
  await time.advance(15);
  reader.ask("b", () => Promise.resolve("two"));
  await time.advance(15);
  slow.resolve("one");
  await time.advance(15);
  deepEqual(seen, ["two"]);
  reader.stop();
});

inTime(
  "changes during a read lead to one more, however many they are, and every answer is shown",
  async (time) => {
    const seen: (number | null)[] = [];
    const reader = new Reader<number>(({ data }) => seen.push(data));
    let reads = 0;
    let answer = Promise.withResolvers<number>();
    reader.ask("a", () => (reads++, answer.promise));
    await time.advance(15);
    for (let change = 0; change < 10; change++) reader.changed();
    const first = answer;
    answer = Promise.withResolvers();
    first.resolve(1);
    await time.advance(250);
    answer.resolve(2);
    await time.advance(15);
    equal(reads, 2);
    deepEqual(seen, [1, 2]);
    reader.stop();
  },
);

inTime("a failure keeps what was there, and tells why", async (time) => {
  const seen: [string | null, string | undefined][] = [];
  const reader = new Reader<string>(({ data, error }) => seen.push([data, error?.message]));
  let fails = false;
  reader.ask("a", () => fails ? Promise.reject(new Error("away")) : Promise.resolve("one"));
  await time.advance(15);
  fails = true;
  reader.changed();
  await time.advance(60);
  deepEqual(seen, [["one", undefined], ["one", "Error: away"]]);
  reader.stop();
});

inTime("what the database is too busy for is asked again soon, and told when that goes on", async (time) => {
  const seen: (string | undefined)[] = [];
  const reader = new Reader<string>(({ data, error }) => seen.push(data ?? error?.message));
  const busy = new ApiError("busy", "Ask again in a second.", 429);
  let reads = 0;
  reader.ask("a", () => ++reads % 3 === 0 ? Promise.resolve("one") : Promise.reject(busy));
  await time.advance(1_500);
  deepEqual([seen, reads], [["one"], 3]);
  reader.ask("b", () => Promise.reject(busy));
  await time.advance(3_500);
  deepEqual(seen, ["one", "busy"]);
  reader.stop();
});

inTime("a reader that was stopped tells nothing more", async (time) => {
  let told = 0;
  const reader = new Reader<string>(() => told++);
  const slow = Promise.withResolvers<string>();
  reader.ask("a", () => slow.promise);
  await time.advance(15);
  reader.stop();
  slow.resolve("late");
  await time.advance(15);
  equal(told, 0);
});

inTime("an answer that is on its way already is shown, and soon asked for again", async (time) => {
  const seen: (string | null)[] = [];
  const reader = new Reader<string>(({ data }) => seen.push(data), Promise.resolve("ahead"));
  let reads = 0;
  reader.ask("a", () => Promise.resolve(`read ${++reads}`));
  await time.advance(15);
  deepEqual(seen, ["ahead"]);
  await time.advance(1_000);
  deepEqual(seen, ["ahead", "read 1"]);
  await time.advance(60_000);
  equal(reads, 1);
  reader.stop();
});

inTime("one that comes to nothing is asked for at once, as if it had never been on its way", async (time) => {
  const seen: (string | null)[] = [];
  const first = Promise.reject(new Error("another account"));
  first.catch(() => {});
  const reader = new Reader<string>(({ data }) => seen.push(data), first);
  reader.ask("a", () => Promise.resolve("one"));
  await time.advance(15);
  deepEqual(seen, ["one"]);
  reader.stop();
});
