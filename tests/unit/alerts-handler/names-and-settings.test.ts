import assert from "node:assert/strict";
import type { DatabaseClient } from "../../../supabase/functions/_shared/database/client.ts";
import {
  createSettingsOf,
  parseKeySettings,
  type SettingsOf,
} from "../../../supabase/functions/_shared/alerts/reading-settings.ts";
import { unavailable } from "../../../supabase/functions/_shared/http/errors.ts";
import { answering, createHarness, keys, message, rejected } from "./harness.ts";

const named = (key: string) => ({ headers: { "idempotency-key": key } });

Deno.test("the header Idempotency-Key names an alert, and each of an array by its place", async () => {
  const harness = createHarness();
  await harness.post(message, named("order-1"));
  await harness.post(message, named('"order-2"'));
  await harness.post([message, { ...message, event_id: "mine" }], named("order-3"));
  const names = harness.booked.flat().map(({ idempotency_key }) => idempotency_key);
  assert.deepEqual(names, ["order-1", "order-2", "order-3:0", "mine"]);
});

Deno.test("an Idempotency-Key that no alert can have is refused by its path", async () => {
  const harness = createHarness();
  for (const key of ["a b", "x".repeat(181)]) {
    const { status, json } = await harness.post(message, named(key));
    assert.deepEqual([status, json.error.details[0].path], [400, "header.idempotency-key"]);
  }
  assert.equal(harness.booked.length, 0);
});

Deno.test("an id is a label: it is booked with the alert and names nothing", async () => {
  const harness = createHarness();
  await harness.post({ ...message, id: "Long" });
  const [alert] = harness.booked.flat();
  assert.deepEqual([alert?.id, alert?.idempotency_key], ["Long", null]);
});

Deno.test("what was not understood is booked with the alert, and told in a dry run", async () => {
  const harness = createHarness();
  await harness.post({ ...message, colour: "red" });
  assert.deepEqual(harness.booked.flat()[0]?.ignored, ["colour"]);
  const { json } = await harness.post({ ...message, colour: "red" }, { path: "/alerts?dry_run=1" });
  assert.deepEqual(json.ignored, ["colour"]);
  await harness.post();
  assert.ok(!("ignored" in (harness.booked.flat().at(-1) ?? {})));
});

/** Settings of every account, and what was asked. */
function settings(changes: object = {}) {
  const asked: string[] = [];
  const settingsOf: SettingsOf = (keyId, accounts) => {
    asked.push(`${keyId}: ${accounts.join()}`);
    const all = {
      unknown_fields: "refuse" as const,
      default_quantity: null,
      default_quantity_type: "units",
      nonpositive_symbols: [],
      ...changes,
    };
    return Promise.resolve(new Map(accounts.map((account) => [account, all])));
  };
  return { asked, settingsOf };
}
const sizeless = { symbol: "A", action: "buy", price: "1" };

Deno.test("settings are asked for where they may mend a message, and not for others", async () => {
  const { asked, settingsOf } = settings({ default_quantity: "3", unknown_fields: "ignore" });
  const harness = createHarness({ settingsOf });
  await harness.post();
  assert.equal((await harness.post({ ...message, symbol: "<b>" })).status, 400);
  assert.deepEqual(asked, []);
  assert.equal((await harness.post(sizeless)).status, 200);
  assert.equal((await harness.post({ ...message, account: "other", my_size: "9" })).status, 200);
  assert.deepEqual(asked, ["trader: default", "trader: other"]);
  const [, sized, accepted] = harness.booked.flat();
  assert.equal(sized?.quantity, "3");
  assert.deepEqual(accepted?.ignored, ["my_size"]);
});

Deno.test("a key of one account makes no question about the settings of another", async () => {
  const { asked, settingsOf } = settings({ default_quantity: "3" });
  const harness = createHarness({ settingsOf });
  const foreign = Array.from({ length: 50 }, (_, nr) => ({ ...sizeless, account: `other-${nr}` }));
  assert.equal((await harness.post(foreign, { key: keys.bound })).status, 400);
  assert.deepEqual(asked, []);
  await harness.post([...foreign, { ...sizeless, account: "mine" }].slice(-2), { key: keys.bound });
  assert.deepEqual(asked, ["bound: mine"]);
  assert.equal(harness.booked.length, 0);
});

Deno.test("without a default size, an order that does not say how much is refused", async () => {
  const harness = createHarness(settings());
  const { status, json } = await harness.post(sizeless, { key: keys.bound });
  assert.deepEqual([status, json.error.details[0].path], [400, "quantity"]);
});

Deno.test("a database that cannot be asked loses no alert: it is to be sent again", async () => {
  const harness = createHarness({ settingsOf: () => Promise.reject(unavailable()) });
  assert.equal((await harness.post(sizeless)).status, 503);
});

Deno.test("a refusal that names a field is a mistake in the message: 400, with the path", async () => {
  const send = answering((alert) => ({ ...rejected(alert), code: "stop_too_far", path: "stop_loss" }));
  const { status, json } = await createHarness({ send }).post();
  assert.deepEqual([status, json.error.code, json.error.details[0].path], [400, "stop_too_far", "stop_loss"]);
  assert.ok(!("path" in json));
});

/** A database with the settings of accounts; remembers what it was asked. */
function database(settings: Record<string, unknown>) {
  const asked: string[][] = [];
  const rpc = (_name: string, { accounts }: { accounts: string[] }) => ({
    abortSignal: () => {
      asked.push(accounts);
      const data = Object.fromEntries(
        accounts.filter((name) => name in settings).map((name) => [name, settings[name]]),
      );
      return Promise.resolve({ data, error: null });
    },
  });
  return { database: { rpc } as unknown as DatabaseClient, asked };
}
const stored = {
  unknown_fields: "refuse",
  default_quantity: "2",
  default_quantity_type: "units",
  nonpositive_symbols: [],
};

/** A question has a deadline, whose timer outlives the answer. */
const asking = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });

asking("a key's settings come before its account's, which are remembered for a moment", async () => {
  const { database: client, asked } = database({ a: stored });
  const settingsOf = createSettingsOf(client, parseKeySettings('{"tv":{"default_quantity":"7"}}'));
  assert.equal((await settingsOf("tv", ["a"])).get("a")?.default_quantity, "7");
  assert.equal((await settingsOf("other", ["a"])).get("a")?.default_quantity, "2");
  assert.equal((await settingsOf("tv", ["a"])).get("a")?.unknown_fields, "refuse");
  assert.deepEqual(asked, [["a"]]);
});

asking(
  "the accounts of a request are asked for in one question, but for those that are remembered",
  async () => {
    const { database: client, asked } = database({ a: stored, b: stored, c: stored });
    const settingsOf = createSettingsOf(client, {});
    assert.equal((await settingsOf("tv", ["a"])).size, 1);
    assert.deepEqual([...(await settingsOf("tv", ["a", "b", "nobody", "c"])).keys()], ["a", "b", "c"]);
    assert.deepEqual(asked, [["a"], ["b", "nobody", "c"]]);
  },
);

asking("an account that there is not has no settings, and that is remembered, too", async () => {
  const { database: client, asked } = database({});
  const settingsOf = createSettingsOf(client, {});
  assert.equal((await settingsOf("tv", ["nobody"])).size, 0);
  assert.equal((await settingsOf("tv", ["nobody"])).size, 0);
  assert.equal(asked.length, 1);
});

Deno.test("KEY_SETTINGS that cannot be read are told by what they should look like", () => {
  for (const text of ["{", "[]", '{"tv":{"default_quantity":"x"}}', '{"tv":{"unknown":"1"}}']) {
    assert.throws(() => parseKeySettings(text), /KEY_SETTINGS is not JSON such as/);
  }
});
