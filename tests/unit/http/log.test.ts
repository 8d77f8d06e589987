import assert from "node:assert/strict";
import { createLog } from "../../../supabase/functions/_shared/observability/log.ts";

function capture(level: Parameters<typeof createLog>[0], bound = {}) {
  const lines: string[] = [];
  return { lines, log: createLog(level, bound, (line) => lines.push(line)) };
}

Deno.test("a line is one JSON object: time, level, message, the function's fields and its own", () => {
  const { lines, log } = capture("info", { function: "alerts" });
  log("warn", "hello\nthere", { count: 1, gone: undefined });
  const { time, ...rest } = JSON.parse(lines[0] ?? "");
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 5_000);
  assert.deepEqual(rest, { level: "warn", message: "hello\nthere", function: "alerts", count: 1 });
  assert.ok(!lines[0]?.includes("\n"));
});

Deno.test("lines below the level are dropped, all of them when silent", () => {
  for (
    const [level, kept] of [["debug", 4], ["info", 3], ["warn", 2], ["error", 1], ["silent", 0]] as const
  ) {
    const { lines, log } = capture(level);
    for (const each of ["debug", "info", "warn", "error"] as const) log(each, "x");
    assert.equal(lines.length, kept, level);
  }
});

Deno.test("should a key come into a line after all, it is masked", () => {
  const { lines, log } = capture("info");
  const secrets = [`sa_tv.1_${"0123456789abcdef".repeat(4)}01234567`, "sb_secret_abcdef-hijkl_mn-op"];
  for (const secret of secrets) log("info", `key ${secret}`, { field: secret, [secret]: 1 });
  for (const secret of secrets) assert.ok(!lines.join().includes(secret));
  assert.equal(JSON.parse(lines[0] ?? "").field, "[key]");
});

Deno.test("lines of one turn are written together, each on a line of its own, in order", async () => {
  const { log } = globalThis.console;
  const written: string[] = [];
  globalThis.console.log = (text: string) => void written.push(text);
  try {
    const write = createLog("info");
    for (const message of ["first", "second"]) write("info", message);
    await Promise.resolve();
    write("info", "third");
    await Promise.resolve();
  } finally {
    globalThis.console.log = log;
  }
  const messages = written.map((text) => text.split("\n").map((line) => JSON.parse(line).message));
  assert.deepEqual(messages, [["first", "second"], ["third"]]);
});
