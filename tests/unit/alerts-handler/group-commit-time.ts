import type { Outcome } from "../../../supabase/functions/_shared/alerts/entry.ts";
import { type FakeTime, withFakeTime } from "../../support/fake-time.ts";

/** A test in which time passes when it says so. */
export const inTime = (name: string, body: (time: FakeTime) => Promise<void>) =>
  Deno.test(name, () => withFakeTime(body));

/** What a promise came to, and when, as milliseconds from now. */
export function watch(promise: Promise<Outcome[]>) {
  const started = Date.now();
  const seen: { outcomes: Outcome[] | null; after: number; words(): string } = {
    outcomes: null,
    after: NaN,
    words: () => (seen.outcomes ?? []).map(word).join(" "),
  };
  promise.then((outcomes) => Object.assign(seen, { outcomes, after: Date.now() - started }));
  return seen;
}
const word = (outcome: Outcome) => outcome.kind === "answered" ? outcome.answer.status : outcome.code;

export const soon = (milliseconds = 2_200) => Date.now() + milliseconds;
