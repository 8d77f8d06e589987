import { deepEqual, equal } from "node:assert/strict";
import { Reader } from "../../../dashboard/src/store/reader.ts";

/** Lets everything that is due happen. */
const soon = () => new Promise((resolve) => setTimeout(resolve, 15));

Deno.test("a question asked again is read once, another one at once", async () => {
  const seen: (string | null)[] = [];
  const reader = new Reader<string>(({ data }) => seen.push(data));
  let reads = 0;
  const read = (answer: string) => () => (reads++, Promise.resolve(answer));
  reader.ask("a", read("one"));
  reader.ask("a", read("one"));
  await soon();
  reader.ask("b", read("two"));
  await soon();
  deepEqual(seen, ["one", "two"]);
  equal(reads, 2);
  reader.stop();
});

Deno.test("the answer to a question that is no longer asked is dropped", async () => {
  const seen: (string | null)[] = [];
  const reader = new Reader<string>(({ data }) => seen.push(data));
  const slow = Promise.withResolvers<string>();
  reader.ask("a", () => slow.promise);
  await soon();
  reader.ask("b", () => Promise.resolve("two"));
  await soon();
  slow.resolve("one");
  await soon();
  deepEqual(seen, ["two"]);
  reader.stop();
});

Deno.test("changes during a read lead to one more, however many they are, and every answer is shown", async () => {
  const seen: (number | null)[] = [];
  const reader = new Reader<number>(({ data }) => seen.push(data));
  let reads = 0;
  let answer = Promise.withResolvers<number>();
  reader.ask("a", () => (reads++, answer.promise));
  await soon();
  for (let change = 0; change < 10; change++) reader.changed();
  const first = answer;
  answer = Promise.withResolvers();
  first.resolve(1);
  await new Promise((resolve) => setTimeout(resolve, 250));
  answer.resolve(2);
  await soon();
  equal(reads, 2);
  deepEqual(seen, [1, 2]);
  reader.stop();
});

Deno.test("a failure keeps what was there, and tells why", async () => {
  const seen: [string | null, string | undefined][] = [];
  const reader = new Reader<string>(({ data, error }) => seen.push([data, error?.message]));
  let fails = false;
  reader.ask("a", () => fails ? Promise.reject(new Error("away")) : Promise.resolve("one"));
  await soon();
  fails = true;
  reader.changed();
  await new Promise((resolve) => setTimeout(resolve, 60));
  deepEqual(seen, [["one", undefined], ["one", "Error: away"]]);
  reader.stop();
});

Deno.test("a reader that was stopped tells nothing more", async () => {
  let told = 0;
  const reader = new Reader<string>(() => told++);
  const slow = Promise.withResolvers<string>();
  reader.ask("a", () => slow.promise);
  await soon();
  reader.stop();
  slow.resolve("late");
  await soon();
  equal(told, 0);
});
