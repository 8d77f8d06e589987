import assert from "node:assert/strict";
import { createApiKeyAuthService } from "../../supabase/functions/_shared/auth/api-keys.ts";
import { post } from "../support/alerts.ts";
import { newSymbol } from "../support/desk.ts";
import { rowCounts } from "../support/rows.ts";
import { connect, newAccount, stack } from "../support/stack.ts";

const good = { symbol: "BAD", action: "buy", quantity: "1", price: "10" };
const json = (changes: Record<string, unknown>) => JSON.stringify({ ...good, ...changes });
/** The message with one field's value written as given, which JSON.stringify could not. */
const raw = (field: string, value: string) => json({ [field]: "@" }).replace('"@"', value);
const bytes = (...parts: (string | number)[]) =>
  new Uint8Array(
    parts.flatMap((part) => typeof part === "number" ? [part] : [...new TextEncoder().encode(part)]),
  );
const nested = (depth: number) => raw("comment", "[".repeat(depth) + "]".repeat(depth));

/** What is sent; the status it deserves, and a path that the details must name. */
type Case = [what: string, body: string | Uint8Array<ArrayBuffer>, status: number, path: string];

const cases: Case[] = [
  ["an empty body", "", 400, ""],
  ["a body of spaces", " \n\t ", 400, ""],
  ["a body of 1 MB", json({ comment: "x".repeat(1_048_576) }), 413, ""],
  ["broken UTF-8", bytes('{"symbol":"', 0xff, 0xfe, '"}'), 415, ""],
  ["UTF-16", bytes(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00), 415, ""],
  ["JSON that is cut off", json({}).slice(0, -10), 400, ""],
  ["a deeply nested value", nested(20), 400, "comment[0][0][0][0][0][0][0]"],
  ["a very deeply nested value", nested(30_000), 400, "comment[0][0][0][0][0][0][0]"],
  ["NaN", raw("quantity", "NaN"), 400, "quantity"],
  ["NaN as text", json({ quantity: "NaN" }), 400, "quantity"],
  ["Infinity", raw("price", "Infinity"), 400, "price"],
  ["__proto__", raw("comment", '"x","__proto__":{"isAdmin":true}'), 400, "__proto__"],
  ["constructor", raw("comment", '"x","constructor":{"prototype":1}'), 400, "constructor"],
  ["a ticker that was left unreplaced", json({ symbol: "{{ticker}}" }), 400, "symbol"],
  [
    "a quantity that was left unreplaced",
    json({ quantity: "{{strategy.order.contracts}}" }),
    400,
    "quantity",
  ],
  ["a negative quantity", json({ quantity: "-1" }), 400, "quantity"],
  ["a quantity of zero", json({ quantity: "0" }), 400, "quantity"],
  ["a quantity of 1e308", json({ quantity: "1e308" }), 400, "quantity"],
  ["a quantity of 1e999999999", raw("quantity", "1e999999999"), 400, "quantity"],
  ["a quantity of 19 digits", json({ quantity: "1234567890123456789" }), 400, "quantity"],
  ["a quantity of 19 decimals", json({ quantity: `0.${"0".repeat(18)}1` }), 400, "quantity"],
  ["a number of 10,000 digits", raw("quantity", "9".repeat(10_000)), 400, "quantity"],
  ["a quantity in words", json({ quantity: "ten" }), 400, "quantity"],
  ["a quantity with a comma", json({ quantity: "1,5" }), 400, "quantity"],
  ["a quantity that is an object", json({ quantity: {} }), 400, "quantity"],
  ["a quantity that is true", json({ quantity: true }), 400, "quantity"],
  ["a price of zero", json({ price: "0" }), 400, "price"],
  ["a null byte in the symbol", raw("symbol", '"A\\u0000B"'), 400, "symbol"],
  ["a null byte in the id", raw("id", '"a\\u0000b"'), 400, "id"],
  ["a null byte in the strategy", raw("strategy", '"a\\u0000b"'), 400, "strategy"],
  ["a null byte in the account", raw("account", '"a\\u0000b"'), 400, "account"],
  ["a lone surrogate in the id", raw("id", '"a\\ud800"'), 400, "id"],
  ["a lone surrogate in the symbol", raw("symbol", '"A\\udc00"'), 400, "symbol"],
  ["markup in the symbol", json({ symbol: "<script>" }), 400, "symbol"],
  ["SQL in the symbol", json({ symbol: "'; drop table trading.fills; --" }), 400, "symbol"],
  ["markup in the strategy", json({ strategy: "<img src=x>" }), 400, "strategy"],
  ["a symbol of 65 characters", json({ symbol: "A".repeat(65) }), 400, "symbol"],
  ["an id of 201 characters", json({ id: "x".repeat(201) }), 400, "id"],
  ["a field that appears twice", `${json({}).slice(0, -1)},"quantity":"2"}`, 400, "quantity"],
  ["a field in two spellings", json({ limit_price: "1", limitPrice: "2" }), 400, "limit_price"],
  ["an unknown action", json({ action: "hodl" }), 400, "action"],
  ["no symbol", json({ symbol: null }), 400, "symbol"],
  ["a time that is none", json({ time: "yesterday" }), 400, "time"],
  ["a time far ahead", json({ time: "2099-01-01T00:00:00Z" }), 400, "time"],
  ["an order type that is none", json({ order_type: "iceberg" }), 400, "order_type"],
  ["an empty array", "[]", 400, ""],
  ["an array of 101 alerts", JSON.stringify(Array(101).fill(good)), 400, ""],
  ["an array in an array", JSON.stringify([[good]]), 400, "[0]"],
  ["a bad alert behind a good one", `[${json({})},${json({ quantity: "-1" })}]`, 400, "[1].quantity"],
  ["a number alone", "42", 400, ""],
  ["null alone", "null", 400, ""],
  ["a sentence", "please buy some Apple", 400, ""],
];

for (const [what, body, status, path] of cases) {
  Deno.test(`${what} answers ${status} with a path, and writes nothing`, async () => {
    const sql = connect(1);
    try {
      const before = await rowCounts(sql);
      const answer = await post(body);
      const said = JSON.stringify(answer.body);
      assert.equal(answer.status, status, said);
      const { error, request_id } = answer.body;
      assert.match(error?.code ?? "", /^[a-z_]+$/);
      assert.ok(error?.details?.some((detail) => detail.path === path), said);
      assert.equal(request_id, answer.headers.get("x-request-id"));
      assert.ok(said.length < 20_000, "an answer does not grow with the nonsense it was sent");
      assert.deepEqual(await rowCounts(sql), before);
    } finally {
      await sql.end();
    }
  });
}

/** Well made, by somebody else. */
const stranger = createApiKeyAuthService({ secret: "another secret than the stack's", apiKeys: "" })
  .generateApiKey({ id: "nobody" });

for (
  const [what, key, code] of [
    ["no key", null, "missing_key"],
    ["a wrong key", "a-wrong-key", "unknown_key"],
    [
      "a key with a typo",
      stack.api_key.slice(0, -1) + (stack.api_key.endsWith("0") ? "1" : "0"),
      "malformed_key",
    ],
    ["a key of an unknown id", stranger.key, "unknown_key"],
  ] as const
) {
  Deno.test(`${what} answers 401 with a path, and writes nothing`, async () => {
    const sql = connect(1);
    try {
      const before = await rowCounts(sql);
      const answer = await post(good, { key });
      assert.equal(answer.status, 401);
      assert.equal(answer.body.error?.code, code);
      assert.deepEqual(answer.body.error?.details?.map(({ path }) => path), ["key"]);
      assert.deepEqual(await rowCounts(sql), before);
    } finally {
      await sql.end();
    }
  });
}

Deno.test("a comment may hold what only people read: null bytes, surrogates and markup do no harm", async () => {
  const account = await newAccount();
  const body = JSON.stringify({ ...good, account, comment: "@" })
    .replace('"@"', '"\\u0000 \\ud800 <b>it\'s \\u2028 fine</b>"');
  const answer = await post(body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.equal(answer.body.status, "filled");
});

Deno.test("the largest and the smallest numbers that are read can be booked", async () => {
  const account = await newAccount({ initial_cash: "1" });
  const largest = `${"9".repeat(18)}.${"9".repeat(18)}`;
  const smallest = `0.${"0".repeat(17)}1`;
  for (const [quantity, price] of [[largest, largest], [smallest, smallest], [largest, smallest]]) {
    const answer = await post({ account, symbol: newSymbol(), action: "buy", quantity, price });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(answer.body.fills[0]?.quantity, quantity);
    assert.equal(answer.body.fills[0]?.price, price);
  }
});
