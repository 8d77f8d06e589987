import assert from "node:assert/strict";
import messages from "../../fixtures/messages.json" with { type: "json" };
import { read } from "./reading.ts";

const KEY = "sk_0123456789abcdef0123456789abcdef";
/** The day on which the messages were sent. */
const NOW = Date.parse("2026-11-28T00:00:00Z");

interface Case {
  id: string;
  body: string;
  expect: { read?: Record<string, unknown>; refuse?: { status: number; path?: string; code?: string } };
}

/** What the database decides, which knows the last price. */
const IN_THE_DATABASE = ["points-where-prices-are-read", "amount-and-stop-in-percent"];

/** Whether all of `wanted` stands in `actual`; null and absent are one. */
function assertHolds(actual: unknown, wanted: unknown, path: string): void {
  if (typeof wanted !== "object" || wanted === null) return assert.deepEqual(actual ?? null, wanted, path);
  for (const [name, value] of Object.entries(wanted)) {
    assertHolds((actual as Record<string, unknown> | null)?.[name], value, `${path}.${name}`);
  }
}

for (const { id, body, expect } of messages.cases as Case[]) {
  const result = () => read(body.replaceAll("$KEY", KEY).replaceAll("$ACCOUNT", "default"), { now: NOW });
  if (expect.read !== undefined) {
    Deno.test(`the message ${id} is read as its sender meant it`, () => {
      const read = result();
      assert.ok(read.ok, read.ok ? "" : JSON.stringify(read.problems));
      assertHolds(read.alerts[0]?.alert, expect.read, id);
    });
  } else if (!IN_THE_DATABASE.includes(id)) {
    Deno.test(`the message ${id} is refused where it cannot be understood`, () => {
      const read = result();
      assert.ok(!read.ok, JSON.stringify(read.ok && read.alerts));
      const { path } = expect.refuse ?? {};
      const paths = read.problems.flatMap(({ path, source }) => [path, source]);
      assert.ok(paths.includes(path), JSON.stringify(read.problems));
      for (const { message } of read.problems) assert.ok(message.length > 10, message);
    });
  }
}
