import assert from "node:assert/strict";
import recipes from "../../fixtures/slow-bodies.json" with { type: "json" };
import { dialectOf } from "../../../supabase/functions/_shared/alerts/dialects/index.ts";
import { collectFields } from "../../../supabase/functions/_shared/alerts/fields.ts";
import { readAlerts } from "../../../supabase/functions/_shared/alerts/read-alerts.ts";
import { readBody } from "../../../supabase/functions/_shared/alerts/read-body.ts";
import { takeKeys } from "../../../supabase/functions/_shared/alerts/secret.ts";
import { MAX_PROBLEMS } from "../../../supabase/functions/_shared/http/errors.ts";
import { BODY_BYTES, bodyOf, KEY, slowFunction } from "../../support/slow-bodies.ts";

// Found by `deno task bench slowest-body keep`. Work is counted, not timed: what an isolate keeps of a body, and what it answers.
const LONGEST_PATH = 256;
const LONGEST_MESSAGE = 300;

Deno.test("32 of the slowest bodies are kept", () => {
  assert.equal(recipes.length, 32);
  for (const recipe of recipes) assert.ok(bodyOf(recipe).length <= BODY_BYTES);
});

Deno.test("reading the slowest bodies finds a bounded number of problems, each of a bounded length", () => {
  for (const recipe of recipes) {
    const { problems, messages, secrets } = takeKeys(readBody(bodyOf(recipe)));
    // One more: what ends the reading is always told.
    assert.ok(problems.length <= MAX_PROBLEMS + 1 + messages.length, JSON.stringify(recipe));
    for (const { path, message } of problems) {
      assert.ok(path.length <= LONGEST_PATH && message.length <= LONGEST_MESSAGE, JSON.stringify(recipe));
    }
    assert.ok(messages.length <= 100 && secrets.length <= 16, JSON.stringify(recipe));
  }
});

Deno.test("an unauthenticated sender is told nothing of what is wrong with a body, however much it is", async () => {
  const send = slowFunction();
  const decoder = new TextDecoder();
  const strangers = recipes.map(bodyOf).filter((body) => !decoder.decode(body).includes(KEY));
  assert.ok(strangers.length > 0);
  for (const body of strangers) {
    const { status, text } = await send(body, false);
    assert.equal(status, 401);
    assert.equal(JSON.parse(text).error.details.length, 1);
  }
});

Deno.test("with a key, the answer to the slowest bodies lists at most 50 problems", async () => {
  const send = slowFunction();
  for (const recipe of recipes) {
    const { status, text } = await send(bodyOf(recipe), true);
    assert.ok(status === 200 || status === 400, `${status} ${text.slice(0, 99)}`);
    const { error } = JSON.parse(text);
    assert.ok((error?.details ?? []).length <= MAX_PROBLEMS);
    assert.ok(status === 200 || text.length <= MAX_PROBLEMS * (LONGEST_PATH + LONGEST_MESSAGE + 100));
  }
});

const long = "n".repeat(32_000);
const attacks: [name: string, body: string][] = [
  ["a long name before thousands of mistakes", `{"${long}":[${"na,".repeat(10_000)}na]}`],
  [
    "a long name at every level",
    `{"${long.slice(0, 7_000)}":`.repeat(8) + `[${"na,".repeat(1_000)}na]` + "}".repeat(8),
  ],
  ["thousands of long names, all forbidden", `{${'"__proto__":na,'.repeat(4_000)}"a":na}`],
  ["thousands of fields that come twice", `{${'"a":na,'.repeat(8_000)}"a":na}`],
];
for (const [name, body] of attacks) {
  Deno.test(`${name} make a bounded list of problems`, () => {
    const { problems } = readBody(new TextEncoder().encode(body));
    assert.ok(problems.length > 0 && problems.length <= MAX_PROBLEMS + 1);
    const characters = problems.reduce((sum, { path, message }) => sum + path.length + message.length, 0);
    assert.ok(characters <= MAX_PROBLEMS * (LONGEST_PATH + LONGEST_MESSAGE), String(characters));
  });
}

Deno.test("a name of 257 characters is refused, one of 256 is read", () => {
  const read = (length: number) => readBody(new TextEncoder().encode(`{"${"n".repeat(length)}":1}`)).problems;
  assert.deepEqual(read(257).map(({ code }) => code), ["name_too_long"]);
  assert.deepEqual(read(256), []);
});

/** Work of looking names up, counted: the characters that were asked for in the tables of names. */
function countedNames() {
  const { names } = dialectOf(new Map());
  let characters = 0;
  class Counted<Value> extends Map<string, Value> {
    override has(key: string): boolean {
      characters += key.length;
      return super.has(key);
    }
  }
  const places = new Counted(names.places);
  const index = { ...names, places, parents: new Set<string>(), seen: new Map() };
  return { index, counted: () => characters };
}

const OF_NAMES = ["wrapper", "wrappers", "brackets", "digits"];
const UNITS = ['"n#":{}', '"n#":[]', '"n#":0', '"s_y_m-b_o_l#":1', '"tp#":1', '"[1][1]#x":1'];
Deno.test("names are looked up in time with their length, and no more than 1,000 fields and objects are looked at", () => {
  for (const shell of OF_NAMES) {
    for (const unit of UNITS) {
      const { index, counted } = countedNames();
      const [message] = readBody(bodyOf({ shell, unit })).messages;
      assert.ok(message !== undefined, shell + unit);
      const { fields, unknown, problems } = collectFields(message, index);
      assert.ok(fields.size + unknown.length <= 1_000, shell + unit);
      assert.match(
        problems.map(({ message }) => message).join(),
        /^has more than (500|1000) fields/,
        shell + unit,
      );
      assert.ok(counted() < 2 * BODY_BYTES, `${shell} ${unit}: ${counted()}`);
    }
  }
});

const readText = (text: string) =>
  readAlerts(takeKeys(readBody(new TextEncoder().encode(text))), { now: Date.now(), strike: (each) => each });

Deno.test("an order of hundreds of fields is read, whatever objects they stand in", () => {
  const fields = Array.from({ length: 480 }, (_, nr) => `"n${nr}":"x"`).join();
  const order = `"symbol":"A","action":"buy","quantity":1,"price":1`;
  for (const text of [`{${order},"tv":{${fields}}}`, `{"data":{${order},"bar":{${fields}}}}`]) {
    assert.ok(readText(text).ok);
  }
});

Deno.test("at most 50 names are listed as ignored, each of at most 64 characters, whatever they are", () => {
  const padding = (nr: number) => nr.toString(2).padStart(70, "0").replaceAll("0", "-").replaceAll("1", "_");
  const names = [(nr: number) => `tp${padding(nr)}1`, (nr: number) => `seen${nr}`];
  for (const nameOf of names) {
    const many = Object.fromEntries(Array.from({ length: 450 }, (_, nr) => [nameOf(nr), "100"]));
    const read = readText(JSON.stringify({ ...many, symbol: "A", position_size: "1", price: "40" }));
    assert.ok(read.ok);
    const ignored = read.alerts[0]?.ignored ?? [];
    assert.equal(ignored.length, 50);
    for (const name of ignored) assert.ok(name.length <= 64);
  }
});
