import { deepEqual, equal, rejects } from "node:assert/strict";
import { createTurns } from "../../../dashboard/src/api/turns.ts";

/** Calls that end when the test says so, and the names of those that have begun. */
function createCalls() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const call = (name: string) => () => {
    begun.push(name);
    const end = Promise.withResolvers<string>();
    ends.set(name, end);
    return end.promise;
  };
  return { begun, call, end: (name: string) => ends.get(name) };
}

/** Until what follows from a promise has happened. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("as many calls as there are places begin at once, the others in the order in which they came", async () => {
  const inTurn = createTurns(2);
  const { begun, call, end } = createCalls();
  const answers = ["a", "b", "c", "d"].map((name) => inTurn(call(name)));
  deepEqual(begun, ["a", "b"]);
  end("b")?.resolve("B");
  equal(await answers[1], "B");
  await settled();
  deepEqual(begun, ["a", "b", "c"]);
  for (const name of ["a", "c"]) end(name)?.resolve(name);
  await settled();
  deepEqual(begun, ["a", "b", "c", "d"]);
  end("d")?.resolve("D");
  equal(await answers[3], "D");
});

Deno.test("a call that fails gives its place back", async () => {
  const inTurn = createTurns(1);
  await rejects(inTurn(() => Promise.reject(new Error("busy"))), /busy/);
  await rejects(
    inTurn(() => {
      throw new Error("before it began");
    }),
    /before it began/,
  );
  equal(await inTurn(() => Promise.resolve(1)), 1);
});

Deno.test("a call that comes in the moment when a place is handed on waits behind those before it", async () => {
  const inTurn = createTurns(1);
  const { begun, call, end } = createCalls();
  const first = inTurn(call("first"));
  void inTurn(call("second"));
  void first.then(() => inTurn(call("third")));
  end("first")?.resolve("");
  await settled();
  deepEqual(begun, ["first", "second"]);
  end("second")?.resolve("");
  await settled();
  deepEqual(begun, ["first", "second", "third"]);
  end("third")?.resolve("");
});
