import assert from "node:assert/strict";
import { repositoryRoot } from "../../local/paths.ts";
import { freePort } from "../../local/ports.ts";
import { post } from "../support/alerts.ts";
import { asService, newAccount, stack, unique } from "../support/stack.ts";

/** `deno task demo`, run as a person runs it. */
async function demo(args: string[]): Promise<{ code: number; said: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "demo", ...args],
    cwd: repositoryRoot,
    env: { NO_COLOR: "1" },
  }).output();
  const lines = new TextDecoder().decode(stderr).split("\n").filter((line) => !line.startsWith("Task "));
  return { code, said: lines.join("\n") };
}

const keys = ["--key", stack.api_key, "--secret-key", stack.secret_key];
/** What follows the counts: the table. */
const tableOf = (said: string) => said.slice(said.indexOf("\n\n"));

Deno.test("the demo fills an account with half a year of trades, and a second run does not double them", async () => {
  const account = unique("demo");
  const args = ["--url", stack.api_url, ...keys, "--account", account, "--speed", "0"];
  const first = await demo(args);
  assert.equal(first.code, 0, first.said);
  assert.match(first.said, /100 %/);
  assert.match(first.said, /\d+ filled.* differences to the ledger: none/);
  assert.match(first.said, /Net profit +[\d,.-]+ USD/);

  const { data: trades } = await asService().rpc("list_trades", { account, limit: 1000 });
  const { data: curve } = await asService().rpc("equity_curve", { account, bucket: "day" });
  assert.ok((trades?.length ?? 0) > 40, `${trades?.length} trades`);
  assert.equal(curve?.length, 26 * 7 + 1, "every day of 26 weeks has its point");
  const opened = new Set(trades?.map(({ closed_at }) => String(closed_at).slice(0, 7)));
  assert.ok(opened.size >= 6, "the trades lie in the months in which they happened");

  const second = await demo(args);
  assert.equal(second.code, 0, second.said);
  assert.equal(tableOf(second.said), tableOf(first.said));
  const { data: again } = await asService().rpc("list_trades", { account, limit: 1000 });
  assert.equal(again?.length, trades?.length);
});

Deno.test("without a stack the demo says which command to run, in two lines", async () => {
  const { code, said } = await demo(["--url", `http://127.0.0.1:${freePort()}`, ...keys]);
  assert.equal(code, 1);
  assert.match(said.trim(), /^error: Nothing answers at .*\n {2}Run npx -y deno task start /);
});

const epochOf = async (account: string): Promise<number> => {
  const { data } = await asService().rpc("portfolio_summary", { account });
  return (data as unknown as { epoch: number }).epoch;
};

for (
  const [what, alert] of [
    ["a position", { action: "buy", quantity: "1", price: "1" }],
    ["an order that rests", {
      action: "buy",
      quantity: "1",
      price: "2",
      order_type: "limit",
      limit_price: "1",
    }],
    ["an alert that was refused", { action: "buy", quantity: "1" }],
    ["a strategy beside the demo's", { action: "mark", price: "1", strategy: "mine" }],
  ] as const
) {
  Deno.test(`an account that holds ${what} is not emptied, even when it is set as the demo's`, async () => {
    const account = await newAccount({
      settings: { clock: "alert", fee_bps: 4, slippage_bps: 1, leverage: 2 },
    });
    await post({ symbol: "AAPL", ...alert }, { query: `?account=${account}` });
    const { code, said } = await demo(["--url", stack.api_url, ...keys, "--account", account]);
    assert.equal(code, 1);
    assert.match(said, /holds what no demo sent[^]*another name/);
    assert.equal(await epochOf(account), 1);
  });
}

Deno.test("a wrong key leaves the account as it was", async () => {
  const account = await newAccount();
  const { code } = await demo([
    ...["--url", stack.api_url, "--key", "sa_wrong", "--secret-key", stack.secret_key],
    ...["--account", account],
  ]);
  assert.equal(code, 1);
  assert.equal(await epochOf(account), 1);
});

Deno.test("a wrong key is told, not counted", async () => {
  const args = ["--url", stack.api_url, "--key", "sa_wrong", "--secret-key", stack.secret_key];
  const { code, said } = await demo([...args, "--account", unique("demo")]);
  assert.equal(code, 1);
  assert.match(said, /answered 401[^]*Give --key an alert key/);
});
