import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { functionsOn } from "../support/functions-on.ts";
import { asService, newAccount } from "../support/stack.ts";

const secret = `whsec_${btoa("x".repeat(32))}`;
const isolate = () => functionsOn(asService(), { webhookSecrets: `desk:${secret}:trade+admin` }).app;

/** A message as its sender signs it, `seconds` from now. */
function signed(id: string, message: unknown, seconds = 0): RequestInit {
  const body = JSON.stringify(message);
  const time = new Date(Date.now() + seconds * 1000);
  return {
    method: "POST",
    body,
    headers: {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(time.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, time, body),
    },
  };
}
const answerOf = async (response: Response | Promise<Response>) => await (await response).json();

Deno.test("a message that is caught and sent to every isolate, at once and later, is booked once", async () => {
  const account = await newAccount();
  const message = { account, symbol: "SIGNED", action: "buy", quantity: "1", price: "10" };
  const caught = signed("msg_1", message, -200);
  const isolates = [isolate(), isolate(), isolate()];
  const first = await Promise.all(isolates.map((app) => answerOf(app.request("/alerts", caught))));
  // Later than any window in which equal messages without an id are one.
  await asService().rpc("update_account_settings", { account, settings: { dedupe_window: 0 } });
  const later = await Promise.all(isolates.map((app) => answerOf(app.request("/alerts", caught))));
  const answers = [...first, ...later];
  assert.equal(answers.filter(({ duplicate }) => duplicate === false).length, 1);
  for (const { status, alert_id, position } of answers) {
    assert.deepEqual([status, alert_id, position.quantity], ["filled", answers[0].alert_id, "1"]);
  }
});

Deno.test("a sender that heard no answer signs the message anew and gets its stored answer", async () => {
  const account = await newAccount();
  const message = { account, symbol: "SIGNED", action: "buy", quantity: "2", price: "10" };
  const booked = await answerOf(isolate().request("/alerts", signed("msg_2", message, -100)));
  const again = await answerOf(isolate().request("/alerts", signed("msg_2", message)));
  assert.deepEqual([booked.duplicate, again.duplicate], [false, true]);
  assert.deepEqual(again.fills, booked.fills);
});

Deno.test("two messages that say the same are two", async () => {
  const account = await newAccount();
  const message = { account, symbol: "SIGNED", action: "buy", quantity: "3", price: "10" };
  await answerOf(isolate().request("/alerts", signed("msg_3", message)));
  const { position } = await answerOf(isolate().request("/alerts", signed("msg_4", message)));
  assert.equal(position.quantity, "6");
});

Deno.test("a resume that is caught does not undo a later halt", async () => {
  const account = await newAccount();
  const resume = signed("msg_6", { account, action: "resume" });
  for (const request of [signed("msg_5", { account, action: "halt" }), resume]) {
    assert.equal((await isolate().request("/alerts", request)).status, 200);
  }
  await isolate().request("/alerts", signed("msg_7", { account, action: "halt" }));
  assert.equal((await answerOf(isolate().request("/alerts", resume))).duplicate, true);
  const trade = { account, symbol: "SIGNED", action: "buy", quantity: "1", price: "10" };
  const { error } = await answerOf(isolate().request("/alerts", signed("msg_8", trade)));
  assert.equal(error.code, "account_halted");
});
