import assert from "node:assert/strict";
import { alertOf, buy, pathsOf, problemsOf, read } from "./reading.ts";

/** What is listed beside what a message was read as. */
function ignoredOf(message: unknown): string[] {
  const result = read(message);
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problems));
  return result.alerts.flatMap(({ ignored }) => ignored);
}

Deno.test("a command of CrossTrade that does more than the order beside it is refused", () => {
  const order = "instrument=A;action=SELL;qty=1;price=9;";
  const commands = ["FLATTENEVERYTHING", "CLOSESTRATEGY", "CANCELANDBRACKET", "CANCELPLACE", "CANCELREPLACE"];
  for (const command of [...commands, "CHANGE", "WHATEVER"]) {
    assert.ok(pathsOf(`command=${command};${order}`).includes("command"), command);
  }
  assert.equal(alertOf(`command=PLACE;${order}`).action, "sell");
  assert.equal(alertOf(`command=ClosePosition;${order}`).action, "close");
  assert.equal(alertOf(`command=CANCELORDERS;${order}`).action, "cancel");
});

Deno.test("a word that changes an order is no order, under whatever name", () => {
  const changes = [
    { command: "update_stop" },
    { operation: "modify" },
    { event: "MODIFY_ORDER" },
    { what: "amend" },
  ];
  for (const change of changes) {
    const [problem] = problemsOf(buy(change));
    assert.equal(problem?.path, Object.keys(change)[0]);
    assert.match(problem?.message ?? "", /an order is not changed: send a cancel/);
  }
  assert.deepEqual(ignoredOf(buy({ event: "order_fill", command: "place" })), ["event", "command"]);
});
