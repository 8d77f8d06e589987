import assert from "node:assert/strict";
import fc from "fast-check";
import { createGroupCommit } from "../../../supabase/functions/_shared/alerts/group-commit.ts";
import type { Outcome } from "../../../supabase/functions/_shared/alerts/entry.ts";
import { withFakeTime } from "../../support/fake-time.ts";
import { alertOf, createDatabase } from "./database.ts";

const treatment = fc.oneof(
  { weight: 6, arbitrary: fc.record({ latency: fc.integer({ min: 0, max: 40 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      latency: fc.integer({ min: 0, max: 3_000 }),
      lost: fc.constantFrom("before" as const, "after" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ latency: fc.integer({ min: 0, max: 3_000 }) }) },
);
const request = fc.record({
  after: fc.integer({ min: 0, max: 60 }),
  deadline: fc.integer({ min: 0, max: 2_500 }),
  symbols: fc.array(fc.constantFrom("A", "B", "C", "HELD", "POISON"), { minLength: 1, maxLength: 8 }),
});
const scene = fc.record({
  maxBatch: fc.integer({ min: 1, max: 20 }),
  heldFor: fc.integer({ min: 0, max: 3_000 }),
  treatments: fc.array(treatment, { minLength: 1, maxLength: 40 }),
  requests: fc.array(request, { minLength: 1, maxLength: 25 }),
});

/** A course that was found: an alert in line was asked for in the millisecond of its deadline. */
const askedAtItsDeadline = {
  maxBatch: 3,
  heldFor: 7,
  treatments: [{ latency: 1 }],
  requests: [
    { after: 0, deadline: 15, symbols: ["A", "POISON", "A", "HELD"] },
    { after: 14, deadline: 42, symbols: ["A"] },
    { after: 0, deadline: 0, symbols: ["A"] },
  ] satisfies (typeof request extends fc.Arbitrary<infer Request> ? Request[] : never),
};

Deno.test("whatever the database does, every alert gets one true outcome in time, and none is lost", async () => {
  await fc.assert(
    fc.asyncProperty(scene, ({ maxBatch, heldFor, treatments, requests }) =>
      withFakeTime(async (time) => {
        const heldUntil = Date.now() + heldFor;
        const { send, bookWaiting, calls, booked } = createDatabase({
          treat: (call) => treatments[call % treatments.length] ?? {},
          heldUntil: (symbol) => symbol === "HELD" ? heldUntil : 0,
        });
        const book = createGroupCommit({ send, bookWaiting, maxBatch });
        const deadlines = new Map<string, number>();
        const seen: { outcomes: Outcome[]; at: number; ids: string[]; deadline: number }[] = [];
        for (const [number, { after, deadline: within, symbols }] of requests.entries()) {
          await time.advance(after);
          const deadline = Date.now() + within;
          const alerts = symbols.map((symbol, index) => alertOf(symbol, `${number}.${index}.${symbol}`));
          const ids = alerts.map(({ id }) => id ?? "");
          for (const id of ids) deadlines.set(id, deadline);
          book(alerts, deadline).then((outcomes) => seen.push({ outcomes, at: Date.now(), ids, deadline }));
        }
        await time.advance(10_000);

        assert.equal(seen.length, requests.length, "every request was answered");
        for (const { outcomes, at, ids, deadline } of seen) {
          assert.ok(at <= deadline, `answered ${at - deadline} ms after the deadline`);
          assert.equal(outcomes.length, ids.length);
          ids.forEach((id, index) => {
            const outcome = outcomes[index];
            const isPoison = id.endsWith("POISON");
            if (outcome?.kind === "answered") {
              assert.equal(outcome.answer.alert_id, id, "the answer is its own");
              assert.ok(booked.has(id), "what is answered is booked");
            } else {
              assert.equal(
                outcome?.kind === "rejected" ? isPoison : true,
                true,
                "only the guilty is refused",
              );
            }
          });
        }
        for (const { at, alerts } of calls) {
          assert.ok(alerts.length >= 1 && alerts.length <= maxBatch, `${alerts.length} in a batch`);
          for (const { id } of alerts) {
            assert.ok(at < (deadlines.get(id ?? "") ?? 0), "nothing is sent after its deadline");
          }
        }
        const made = calls.length;
        await time.advance(10_000);
        assert.equal(calls.length, made, "nothing goes on afterwards");
        assert.equal(time.pending, 0, "no timer is left");
      })),
    { numRuns: 150, examples: [[askedAtItsDeadline]] },
  );
});
