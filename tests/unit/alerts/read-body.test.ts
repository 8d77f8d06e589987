import assert from "node:assert/strict";
import { alertOf, buy, pathsOf, problemsOf, read, readBytes } from "./reading.ts";
import { cpuOf } from "../../support/noise.ts";

const expected = alertOf({ symbol: "BTC/USD", action: "buy", quantity: "0.01", price: "64000" });

const forms: [name: string, body: string][] = [
  ["JSON with a byte order mark", '\uFEFF{"symbol":"BTC/USD","action":"buy","quantity":0.01,"price":64000}'],
  [
    "JSON as a JSON text",
    JSON.stringify('{"symbol":"BTC/USD","action":"buy","quantity":0.01,"price":64000}'),
  ],
  ["key=value lines", "symbol=BTC/USD\naction=buy\nquantity=0.01\nprice=64000\n"],
  ["key=value lines of Windows", "symbol=BTC/USD\r\naction=buy\r\nquantity=0.01\r\nprice=64000"],
  ["key: value lines", "symbol: BTC/USD\naction: buy\nquantity: 0.01\nprice: 64000"],
  ["pairs between semicolons", "symbol=BTC/USD; action=buy; quantity=0.01; price=64000;"],
  ["pairs between commas", 'symbol="BTC/USD", action=buy, quantity=0.01, price=64000'],
  ["a form", "symbol=BTC%2FUSD&action=buy&quantity=0.01&price=64000"],
  ["pairs as a JSON text", '"symbol=BTC/USD;action=buy;quantity=0.01;price=64000"'],
];
for (const [name, body] of forms) {
  Deno.test(`${name} reads like JSON`, () => {
    assert.deepEqual(alertOf(body), expected);
  });
}

Deno.test("percent signs are decoded in forms only", () => {
  assert.equal(alertOf("symbol=A\naction=buy\nquantity=1\ncomment=100%25 sure").comment, "100%25 sure");
  assert.equal(alertOf("symbol=A&action=buy&quantity=1&comment=100%25+sure").comment, "100% sure");
  assert.equal(problemsOf("symbol=A&action=buy&quantity=1&comment=%E0%A4%A")[0]?.code, "invalid_pairs");
});

const refusals: [name: string, body: string, code: string][] = [
  ["an empty body", "", "empty_body"],
  ["blank space", " \n\t ", "empty_body"],
  ["an empty array", "[]", "empty_body"],
  ["prose", "AAPL Crossing 187.5", "invalid_body"],
  ["a number", "42", "invalid_body"],
  ["an empty JSON text", '"  "', "invalid_body"],
  ["an array of numbers", "[1]", "invalid_body"],
  ["a part that is no pair", "symbol=A\nbuy", "invalid_pairs"],
  ["a pair that comes twice", "quantity=1\nquantity=2", "duplicate_field"],
  ["more than 100 alerts", JSON.stringify(Array(101).fill(buy())), "too_many_alerts"],
];
for (const [name, body, code] of refusals) {
  Deno.test(`${name} is refused as ${code}`, () => {
    assert.equal(problemsOf(body)[0]?.code, code);
  });
}

Deno.test("broken UTF-8 is refused as invalid_encoding", () => {
  for (const bytes of [[0xff, 0xfe, 0x7b], [0x7b, 0x22, 0xc3, 0x28], [0xed, 0xa0, 0x80]]) {
    const result = readBytes(new Uint8Array(bytes));
    assert.ok(!result.ok && result.problems[0]?.code === "invalid_encoding");
  }
});

Deno.test("an array is read in order, and says that it was one", () => {
  const result = read([buy({ symbol: "A" }), buy({ symbol: "B" })]);
  assert.ok(result.ok && result.isArray);
  assert.deepEqual(result.alerts.map(({ alert }) => alert.symbol), ["A", "B"]);
});

Deno.test("a request is read whole or not at all, and each problem says whose it is", () => {
  assert.deepEqual(pathsOf([buy(), buy({ symbol: "<b>" }), buy({ quantity: 0 })]), [
    "[1].symbol",
    "[2].quantity",
  ]);
  assert.deepEqual(pathsOf([buy(), 1]), ["[1]"]);
  assert.deepEqual(pathsOf('[{"symbol":"A","action":"buy","quantity":1},{"ticker":NaN}]'), ["[1].symbol"]);
});

Deno.test("long runs of spaces and long lists of mistakes cost little", () => {
  const readAll = () => {
    assert.equal(read(`symbol=A${" ".repeat(60_000)}B`).ok, false);
    assert.equal(problemsOf("x\n".repeat(30_000) + "a=b").length, 1);
    assert.equal(problemsOf(`{"symbol":"A","x":[${"NaN,".repeat(15_000)}1]}`).length, 50);
  };
  const cost = cpuOf(readAll);
  assert.ok(cost < 1_000, `${cost} ms of CPU`);
});
