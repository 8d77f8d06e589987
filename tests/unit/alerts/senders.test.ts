import assert from "node:assert/strict";
import senders from "../../fixtures/senders.json" with { type: "json" };
import { withPlaceholders } from "../../support/placeholders.ts";
import { alertOf, problemsOf } from "./reading.ts";

const KEY = "sk_0123456789abcdef0123456789abcdef";

/** What every alert has, which the page does not repeat. */
const COMMON = { account: "default", strategy: "", quantity_type: "units", order_type: "market" };

/** An alert without what was not sent and what every alert has. */
function told(alert: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(alert).filter(([name, value]) =>
      value !== null && value !== COMMON[name as keyof typeof COMMON]
    )
      .map(([name, value]) => [name, typeof value === "object" ? told(value) : value]),
  );
}

const filledIn = (message: unknown): string =>
  withPlaceholders(Array.isArray(message) ? message.join("\n") : JSON.stringify(message))
    .replaceAll("<your key>", KEY);

for (const { sender, message, becomes } of senders.read) {
  Deno.test(`a message of ${sender} becomes what the page of senders says, and nothing else`, () => {
    const alert = alertOf(filledIn(message), { now: Date.now() });
    assert.deepEqual(told(alert), JSON.parse(filledIn(becomes)));
  });
}

for (const { sender, message } of senders.refused) {
  Deno.test(`a message of ${sender} is refused with one problem, which says what to send`, () => {
    const [problem, ...others] = problemsOf(message);
    assert.deepEqual([problem?.path, problem?.code, others], ["", "invalid_body", []]);
    assert.match(problem?.message ?? "", /send for example/);
  });
}
