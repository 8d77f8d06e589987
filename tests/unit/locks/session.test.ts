import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Sql } from "postgres";
import type { Connection } from "../../../supabase/functions/_shared/locks/connection.ts";
import { Deadline } from "../../../supabase/functions/_shared/locks/deadline.ts";
import { beginLocked, runLocked } from "../../../supabase/functions/_shared/locks/session.ts";
import { withFakeTime } from "../../support/fake-time.ts";

/** A connection that answers what it is told to, and counts who listens for its end. */
function fake(answer: (statements: string) => Record<string, unknown>[] = () => []) {
  const gone = new AbortController();
  const sent: string[] = [];
  let listeners = 0;
  const { signal } = gone;
  const add = signal.addEventListener.bind(signal) as (...args: unknown[]) => void;
  const remove = signal.removeEventListener.bind(signal) as (...args: unknown[]) => void;
  Object.assign(signal, {
    addEventListener: (...args: unknown[]) => (listeners += 1, add(...args)),
    removeEventListener: (...args: unknown[]) => (listeners -= 1, remove(...args)),
  });
  const connection: Connection = {
    sql: (() => {}) as unknown as Sql,
    admitted: true,
    lost: signal,
    answer: async (statement) => await statement,
    run(statements) {
      sent.push(statements);
      return Promise.resolve({ command: statements.toUpperCase(), rows: answer(statements) });
    },
    destroy: () => gone.abort(new Error("gone")),
    close: () => Promise.resolve(),
  };
  return { connection, sent, listeners: () => listeners };
}

function request(overrides: Partial<Parameters<typeof beginLocked>[1]> = {}) {
  const deadline = new Deadline(60_000, () => new Error("late"));
  return { key: "k", id: 42n, asking: "wait" as const, named: true, deadline, ...overrides };
}

Deno.test("a lock is taken in one message, in a transaction, with the time that is left", async () => {
  const { connection, sent } = fake(() => [{ granted: "free" }]);
  const asked = request();
  equal(await beginLocked(connection, asked), "free");
  asked.deadline.clear();
  equal(sent.length, 1);
  const [statements = ""] = sent;
  equal(statements.startsWith("begin isolation level read committed"), true);
  const limit = Number(/set local lock_timeout = (\d+)/.exec(statements)?.[1]);
  equal(limit > 50_000 && limit <= 60_000, true, statements);
  // How soon a waiter or a holder that died is noticed.
  equal(statements.includes("set local client_connection_check_interval = 250;"), true, statements);
});

/** Where Postgres says nothing: what a wait ends with, and after how many milliseconds it does. */
async function endOfSilence(
  timeoutMs: number,
  abortAfter?: number,
): Promise<{ after: number; error: unknown }> {
  const end = { after: -1, error: undefined as unknown };
  await withFakeTime(async (time) => {
    const { connection } = fake();
    const { lost } = connection;
    const silent = () =>
      new Promise<never>((_, reject) => lost.addEventListener("abort", () => reject(lost.reason)));
    const caller = new AbortController();
    const deadline = new Deadline(timeoutMs, () => new Error("late"), caller.signal);
    const begun = performance.now();
    const waiting = beginLocked({ ...connection, run: silent }, request({ deadline }))
      .catch((error) => Object.assign(end, { after: performance.now() - begun, error }));
    if (abortAfter !== undefined) setTimeout(() => caller.abort(new Error("enough")), abortAfter);
    await time.advance(timeoutMs + 1_000);
    await waiting;
    deadline.clear();
  });
  return end;
}

Deno.test("a wait that Postgres does not end is ended 35 ms after its time", async () => {
  deepEqual(await endOfSilence(100), { after: 135, error: new Error("late") });
});

Deno.test("a signal ends the wait at once, with its reason", async () => {
  deepEqual(await endOfSilence(60_000, 40), { after: 40, error: new Error("enough") });
});

Deno.test("a key is quoted so that nothing in it is SQL", async () => {
  const { connection, sent } = fake(() => [{ granted: "free" }]);
  const asked = request({ key: "'; drop table x; --\\", named: false });
  await beginLocked(connection, asked);
  asked.deadline.clear();
  equal(sent[0]?.includes("drop"), false);
  equal(sent[0]?.includes("\\x273b2064726f70"), true);
});

Deno.test("a lock that is only tried for and held is rolled back at once", async () => {
  const { connection, sent } = fake((statements) => statements === "rollback" ? [] : [{ granted: "held" }]);
  const asked = request({ asking: "try" });
  equal(await beginLocked(connection, asked), "held");
  asked.deadline.clear();
  equal(sent[1], "rollback");
});

Deno.test("work that returns is committed, work that throws is rolled back", async () => {
  const { connection, sent } = fake();
  equal(await runLocked(connection, "k", () => "done"), "done");
  await rejects(
    runLocked(connection, "k", () => Promise.reject(new Error("the work failed"))),
    /the work failed/,
  );
  deepEqual(sent, ["commit", "rollback"]);
});

Deno.test("a connection that carries many locks gathers no listeners", async () => {
  const { connection, listeners } = fake();
  for (let nr = 0; nr < 10; nr++) await runLocked(connection, "k", () => nr);
  equal(listeners(), 0);
});

Deno.test("a connection lost at the commit says that nobody knows the outcome", async () => {
  const { connection } = fake(() => {
    connection.destroy();
    throw new Error("closed");
  });
  await rejects(runLocked(connection, "k", () => 1), { code: "lock_lost", message: /outcome is unknown/ });
});
