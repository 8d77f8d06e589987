import assert from "node:assert/strict";
import fc from "fast-check";
import { VOCABULARY } from "../../../supabase/functions/_shared/alerts/vocabulary.ts";
import { WRAPPERS } from "../../../supabase/functions/_shared/alerts/name-index.ts";
import { alertOf, buy, problemsOf, read } from "./reading.ts";

/** Where senders put texts for people, and messages as well. */
const TEXTS = [
  "comment",
  "order_comment",
  "alert_message",
  "alertMessage",
  "message",
  "note",
  "text",
  "content",
];
const EXITS = { sl: 9, tp: 12 };

Deno.test("an object or a JSON text under a comment's name is part of the message", () => {
  for (const name of TEXTS) {
    for (const value of [EXITS, JSON.stringify(EXITS), [EXITS], ` ${JSON.stringify([EXITS])}`]) {
      const alert = alertOf(buy({ [name]: value }));
      assert.deepEqual(alert.stop_loss, { type: "stop", stop_price: "9" }, name);
      assert.deepEqual(alert.take_profit, { limit_price: "12" }, name);
    }
  }
});

Deno.test("a JSON text is read wherever it stands: alone, in an object, in a text, or among pairs", () => {
  const order = JSON.stringify(buy(EXITS));
  for (
    const message of [
      { text: order },
      { strategy: { order: { alert_message: order } } },
      { data: JSON.stringify({ comment: order }) },
      `message=${order}\nnote=of pairs`,
    ]
  ) assert.equal(alertOf(message).stop_loss?.stop_price, "9", JSON.stringify(message));
});

Deno.test("a text that contradicts the fields beside it is refused, be it a message or an exit", () => {
  for (const text of [{ action: "close" }, { action: "close", reduce_only: true }, { quantity: 7 }]) {
    for (const name of TEXTS) {
      const [problem] = problemsOf(buy({ action: "sell", [name]: JSON.stringify(text) }));
      assert.match(problem?.message ?? "", /two values|not understood/);
    }
  }
});

Deno.test("two pairs or more in a text are read, and the text stays the comment", () => {
  for (const name of TEXTS) {
    for (const text of ["sl=9;tp=12", "sl = 9; tp = 12;", "sys=RATE;side=long;sl=9;tp1=12", "sl=9\ntp=12"]) {
      const alert = alertOf(buy({ [name]: text }));
      assert.equal(alert.stop_loss?.stop_price, "9", text);
      assert.equal(alert.take_profit?.limit_price, "12", text);
      assert.equal(alert.comment, text.replace("\n", " "));
    }
  }
  assert.match(problemsOf(buy({ note: "tp1=11;tp2=12" }))[0]?.message ?? "", /sent several times/);
});

Deno.test("a text for people stays a comment", () => {
  for (
    const text of ["RSI=70", "sl=9", "SL: 9 TP: 12", "{not json", "{{plot_0}}", "[Long]", "a; b=c; d", "[1]"]
  ) {
    const result = read(buy({ alert_message: text }));
    assert.ok(result.ok);
    assert.deepEqual([result.alerts[0]?.alert.comment, result.alerts[0]?.ignored], [text, []]);
    assert.equal(result.alerts[0]?.alert.stop_loss, null);
  }
});

Deno.test("no object of a message vanishes: what is in it is read, listed or refused", () => {
  const names = [
    ...VOCABULARY.flatMap(({ names }) => names),
    ...WRAPPERS,
    "prev_position",
    "plot_0",
    "extra",
  ];
  const name = fc.constantFrom(...names);
  const held = fc.constantFrom<(value: object) => unknown>(
    (value) => value,
    JSON.stringify,
    (value) => [value],
    (value) => ["a", value],
    (value) => JSON.stringify([value]),
    (value) => ({ deeper: value }),
    (value) => ({ comment: JSON.stringify(value) }),
  );
  fc.assert(
    fc.property(name, held, fc.boolean(), (name, held, isBeside) => {
      const message = { ...buy(), ...isBeside ? { comment: "of its own", ticker: "AAPL" } : {} };
      const result = read({ ...message, [name]: held({ marker: 7 }) });
      if (!result.ok) return;
      const ignored = result.alerts.flatMap(({ ignored }) => ignored);
      assert.ok(ignored.some((path) => /marker$|^comment$/.test(path)), `${name}: ${ignored}`);
    }),
    { numRuns: 20_000 },
  );
});
