import assert from "node:assert/strict";
import messages from "../fixtures/messages.json" with { type: "json" };
import { post } from "../support/alerts.ts";
import { asService, newAccount, stack } from "../support/stack.ts";

interface Case {
  id: string;
  body: string;
  before?: string[];
  expect: {
    read?: Record<string, unknown>;
    booked?: { position: string };
    refuse?: { status: number; path?: string; code?: string };
  };
}

/** The quantity that an account holds, whatever the symbol. */
async function held(account: string): Promise<string> {
  const { data, error } = await asService().rpc("list_positions", { account });
  assert.equal(error, null);
  return data?.find(({ quantity }) => quantity !== "0")?.quantity ?? "0";
}

for (const { id, body, before = [], expect } of messages.cases as Case[]) {
  Deno.test(`the message ${id}, sent as its sender sends it, books what it means and nothing else`, async () => {
    const account = await newAccount({
      initial_cash: "1000000",
      settings: { leverage: 10, price_wait: 3600 },
    });
    const send = (text: string) =>
      post(text.replaceAll("$KEY", stack.api_key).replaceAll("$ACCOUNT", account), {
        query: `?account=${account}`,
        headers: { "content-type": "text/plain; charset=utf-8" },
      });
    for (const each of before) assert.equal((await send(each)).status, 200, each);
    const position = await held(account);
    const { status, body: answer } = await send(body);
    const told = JSON.stringify(answer);
    if (expect.refuse !== undefined) {
      assert.equal(status, expect.refuse.status, told);
      const places = answer.error?.details?.flatMap((problem) => Object.values(problem)) ?? [];
      const { path, code } = expect.refuse;
      assert.ok(path === undefined || places.includes(path), told);
      assert.ok(code === undefined || answer.error?.code === code, told);
      assert.equal(await held(account), position, "a refusal moves nothing");
    } else {
      assert.equal(status, 200, told);
      if (expect.booked !== undefined) assert.equal(await held(account), expect.booked.position, told);
    }
  });
}
