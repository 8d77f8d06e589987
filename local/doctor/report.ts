import type { Checks, Finding } from "./check.ts";
import { access } from "./checks/access.ts";
import { database } from "./checks/database.ts";
import { keys } from "./checks/keys.ts";
import { redis } from "./checks/redis.ts";
import { upkeep } from "./checks/upkeep.ts";
import type { Facts } from "./target.ts";

/** The production checklist, in the order in which it is read. */
export const checks: Checks = { ...keys, ...access, ...database, ...redis, ...upkeep };

/** What all checks found of these facts; `ok` when none failed. */
export function examine(facts: Facts) {
  const found = Object.entries(checks).map(([name, judge]) => ({ name, ...judge(facts) }));
  return { ok: found.every(({ status }) => status !== "fail"), checks: found };
}

const MARKS = { pass: "ok  ", fail: "FAIL", skip: "skip" };

/** The report for people: a line a check, what to do below those that failed, and the sum. */
export function inWords({ checks }: Pick<ReturnType<typeof examine>, "checks">): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap((each) => [
    `${MARKS[each.status]}  ${each.name.padEnd(width)}  ${each.said}`,
    ...each.status === "fail" ? [`${" ".repeat(width + 8)}fix: ${each.fix}`] : [],
  ]);
  const count = (status: Finding["status"]) => checks.filter((each) => each.status === status).length;
  const sum = `${count("pass")} pass, ${count("fail")} fail, ${count("skip")} could not be checked here`;
  return [...lines, "", sum].join("\n");
}
