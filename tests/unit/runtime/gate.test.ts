import { deepEqual, equal, rejects } from "node:assert/strict";
import { Gate } from "../../../supabase/functions/_shared/runtime/gate.ts";

const patient = { signal: new AbortController().signal };

/** Lets everything run that is ready to. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("a gate lets its number in, and the others in the order of their arrival", async () => {
  const gate = new Gate(2);
  const entered: number[] = [];
  for (let nr = 1; nr <= 5; nr++) void gate.enter(patient.signal).then(() => entered.push(nr));
  await settle();
  deepEqual(entered, [1, 2]);
  for (let nr = 0; nr < 3; nr++) {
    gate.leave();
    await settle();
  }
  deepEqual(entered, [1, 2, 3, 4, 5]);
});

Deno.test("who gives up leaves the queue, and nobody behind waits for them", async () => {
  const gate = new Gate(1);
  await gate.enter(patient.signal);
  const impatient = new AbortController();
  const givenUp = gate.enter(impatient.signal);
  const next = gate.enter(patient.signal);
  impatient.abort(new Error("no more time"));
  await rejects(givenUp, /no more time/);
  equal(gate.queued, 1);
  gate.leave();
  await next;
  gate.leave();
  equal(gate.empty, true);
});

Deno.test("who comes with the time already up does not enter a free gate", async () => {
  const gate = new Gate(1);
  await rejects(gate.enter(AbortSignal.abort(new Error("too late"))), /too late/);
  equal(gate.empty, true);
});

Deno.test("somebody new does not overtake those who wait", async () => {
  const gate = new Gate(1);
  gate.tryEnter();
  const waiting = gate.enter(patient.signal);
  gate.leave();
  equal(gate.tryEnter(), false);
  await waiting;
});

Deno.test("work that fails gives its place back, also where it fails before it begins", async () => {
  const gate = new Gate(1);
  await rejects(gate.pass(() => Promise.reject(new Error("busy"))), /busy/);
  await rejects(
    gate.pass(() => {
      throw new Error("before it began");
    }),
    /before it began/,
  );
  equal(await gate.pass(() => Promise.resolve(1)), 1);
  equal(gate.empty, true);
});

Deno.test("work that comes in the moment when a place is handed on waits behind that before it", async () => {
  const gate = new Gate(1);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => ends.set(name, resolve));
  };
  const first = gate.pass(work("first"));
  void gate.pass(work("second"));
  void first.then(() => gate.pass(work("third")));
  await settle();
  ends.get("first")?.();
  await settle();
  deepEqual(begun, ["first", "second"]);
  ends.get("second")?.();
  await settle();
  deepEqual(begun, ["first", "second", "third"]);
});
