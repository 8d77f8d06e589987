import assert from "node:assert/strict";
import { basename } from "node:path";
import { freePort } from "../../local/ports.ts";
import { post } from "../support/alerts.ts";
import { csvOf, HEADERS, makeTrades, rowsOf } from "../support/backtests.ts";
import { useTool } from "../support/functions.ts";
import { backtest, exportOf, exportsBeside, withExport } from "../support/imports.ts";
import { asService, newAccount, stack, unique } from "../support/stack.ts";
import { workbookOf } from "../support/workbooks.ts";

async function differences(account: string): Promise<unknown> {
  const { data, error } = await asService().rpc("verify_account", { account });
  assert.equal(error, null);
  return data;
}

async function trades(account: string) {
  const { data, error } = await asService().rpc("list_trades", { account, limit: 1000 });
  assert.equal(error, null);
  return data ?? [];
}

const parity = exportsBeside();
Deno.test({
  name: "TradingView's own exports are imported with the file's profit at every flat point",
  ignore: parity.length === 0,
  async fn(test) {
    for (const path of parity) {
      await test.step(basename(path, ".csv"), async () => {
        const account = unique("parity");
        const commission = path.includes("-commission-") ? ["--commission", "0.05 per contract"] : [];
        const { code, said } = await backtest([
          ...["import", path, "--account", account, "--symbol", "BINANCE:ETHUSDT.P"],
          ...commission,
        ]);
        assert.equal(code, 0, said);
        assert.match(said, /Profit equals the file's at all \d+ flat points?:/);
        assert.deepEqual(await differences(account), []);
      });
    }
  },
});

Deno.test("a year of 15-minute trades, 9,000 rows, is imported in under 30 s", async () => {
  const account = unique("year");
  await withExport(exportOf(1, 4_500), async (path) => {
    const started = performance.now();
    const { code, said } = await backtest(["import", path, "--account", account]);
    const seconds = (performance.now() - started) / 1000;
    assert.equal(code, 0, said);
    assert.ok(seconds < 30, `${seconds.toFixed(1)} s`);
  });
  assert.deepEqual(await differences(account), []);
});

Deno.test("orders are booked by their own times, and a second import changes nothing and says so", async () => {
  const account = unique("again");
  await withExport(exportOf(2, 50), async (path) => {
    const args = ["import", path, "--account", account, "--symbol", "ACME", "--strategy", "crossing"];
    const first = await backtest(args);
    assert.equal(first.code, 0, first.said);
    const before = await trades(account);
    assert.ok(
      before.every(({ closed_at, symbol, strategy }) =>
        closed_at.startsWith("2025-") && symbol === "ACME" && strategy === "crossing"
      ),
    );
    const second = await backtest(args);
    assert.equal(second.code, 0, second.said);
    assert.match(second.said, /^0 orders of ACME booked in .*, \d+ were there already$/m);
    assert.match(second.said, /Profit equals the file's/);
    assert.deepEqual(await trades(account), before);
  });
});

Deno.test("a later export of the same backtest adds what is new", async () => {
  const account = unique("later");
  const all = makeTrades(3, 60);
  // Up to where nothing is held: there the shorter file ends.
  const held = (count: number) =>
    all.slice(count).some(({ entry }) => entry.time <= (all[count - 1]?.exit.time ?? ""));
  const count = Array.from({ length: 30 }, (_, index) => index + 20).find((each) => !held(each)) ?? 0;
  assert.ok(count > 0);
  const call = async (some: typeof all) =>
    await useTool("import_backtest", { account, file: csvOf(rowsOf(some)) });
  const [first, second] = [await call(all.slice(0, count)), await call(all)];
  assert.equal(first.body.result.check.equal, true, first.text);
  assert.equal(second.body.result.booked, second.body.result.orders - first.body.result.orders);
  assert.equal(second.body.result.check.equal, true, second.text);
});

Deno.test("another backtest does not get into an account that has one", async () => {
  const account = unique("other");
  const first = await useTool("import_backtest", { account, file: exportOf(4, 20) });
  assert.equal(first.status, 200, first.text);
  const before = await trades(account);
  const { status, body } = await useTool("import_backtest", { account, file: exportOf(5, 20) });
  assert.deepEqual([status, body.error.code], [422, "another_backtest"]);
  assert.deepEqual(await trades(account), before);
});

Deno.test("a backtest never gets into a live account, not even an empty one", async () => {
  for (const alerts of [0, 1]) {
    const account = await newAccount();
    if (alerts > 0) {
      await useTool("place_order", { account, symbol: "ACME", side: "buy", quantity: "1", price: "10" });
    }
    const { status, body } = await useTool("import_backtest", { account, file: exportOf(6, 5) });
    assert.deepEqual([status, body.error.code], [422, "not_a_baseline"]);
    assert.deepEqual(await trades(account), []);
  }
});

Deno.test("an account that was reset takes a backtest again", async () => {
  const account = unique("reset");
  await useTool("import_backtest", { account, file: exportOf(7, 10) });
  await useTool("reset_account", { account, confirm: account });
  const { status, text, body } = await useTool("import_backtest", { account, file: exportOf(8, 10) });
  assert.equal(status, 200, text);
  assert.equal(body.result.check.equal, true);
});

Deno.test("a profit that is not the file's is reported, with where it begins to differ", async () => {
  await withExport(exportOf(9, 20), async (path) => {
    const { code, said } = await backtest([
      "import",
      path,
      "--account",
      unique("fees"),
      "--commission",
      "0.5%",
    ]);
    assert.equal(code, 1);
    assert.match(said, /Profit differs from the file's at \d+ of \d+ flat points: .*\n {2}First at 2025-/);
  });
});

Deno.test("what had not ended when the file was made is held, and valued as the file does", async () => {
  const account = unique("open");
  const rows = [
    ["1", "Exit long", "2025-04-01 10:00", "Open", "12", "2", "20", "4", "", "4"],
    ["1", "Entry long", "2025-04-01 09:00", "in", "10", "2", "20", "4", "", "4"],
  ];
  const file = csvOf([HEADERS, ...rows]);
  const { body, text } = await useTool("import_backtest", { account, symbol: "ACME", file });
  assert.deepEqual([body.result.orders, body.result.open_trades], [1, 1], text);
  const { data } = await asService().rpc("list_positions", { account });
  assert.deepEqual(data?.map(({ quantity, unrealized_pnl }) => [quantity, unrealized_pnl]), [["2", "4"]]);
  // Marks that come later do not make it another account.
  await post({ symbol: "ACME", action: "mark", price: "13" }, { query: `?account=${account}` });
  const again = await useTool("import_backtest", { account, symbol: "ACME", file });
  assert.deepEqual([again.status, again.body.result?.booked], [200, 0], again.text);
});

Deno.test("the tool takes a workbook, in base64", async () => {
  const bytes = workbookOf({ "List of trades": rowsOf(makeTrades(10, 20)) });
  const file = btoa(String.fromCharCode(...bytes));
  const { status, text, body } = await useTool("import_backtest", { account: unique("xlsx"), file });
  assert.equal(status, 200, text);
  assert.equal(body.result.check.equal, true);
});

Deno.test("what begins like a workbook and is none is refused in words", async () => {
  for (const file of ["UEsDB", "UEsDB***", btoa("PK\x03\x04 and nothing more")]) {
    const { status, body } = await useTool("import_backtest", { account: unique("broken"), file });
    assert.deepEqual([status, body.error.code], [400, "unreadable_file"]);
  }
});

Deno.test("an import goes on where the last call ended, and leaves no order out, wherever it is told to go on", async () => {
  const account = unique("next");
  const file = exportOf(11, 60);
  const symbol = "NASDAQ:ACME";
  const first = await useTool("import_backtest", { account, symbol, file, from: 30 });
  assert.equal(first.body.result.booked, first.body.result.orders, first.text);
  assert.equal(first.body.result.check.equal, true);
  const whole = await useTool("import_backtest", {
    account,
    symbol,
    file,
    from: first.body.result.orders + 1,
  });
  assert.deepEqual([whole.body.result.booked, whole.body.result.next], [0, null]);
  assert.equal(whole.body.result.check.equal, true);
});

Deno.test("a file that cannot be read is refused in words, by the tool and the command, and makes no account", async () => {
  const account = unique("unread");
  const { status, body } = await useTool("import_backtest", {
    account,
    file: "Nº de trade;Tipo\n1;Salida\n",
  });
  assert.deepEqual([status, body.error.code], [400, "unreadable_file"]);
  assert.match(body.error.message, /it has "Nº de trade", "Tipo"/);
  await withExport("a,b\n", async (path) => {
    const { code, said } = await backtest(["import", path, "--account", account]);
    assert.equal(code, 1);
    assert.match(said, /^error: the file has no column "Trade #"/m);
  });
  const { data } = await asService().rpc("list_accounts");
  assert.ok(!data?.some(({ name }) => name === account));
});

Deno.test("the command says which argument is wrong, in two lines", async () => {
  for (
    const [args, expected, message] of [
      [[], 2, /Say what to import.*\n {2}Usage: .*backtest import <file> --account <name>/],
      [["import", "x.csv"], 2, /--account is missing: name the baseline account\./],
      [["import", "x.csv", "--account", "a", "--commission", "1"], 2, /--commission must be like "0\.05%"/],
      [["import", "/nowhere/x.csv", "--account", "a"], 1, /\/nowhere\/x\.csv cannot be read/],
      [["import", "x.csv", "--acount", "a"], 2, /There is no flag --acount/],
    ] as const
  ) {
    const { code, said } = await backtest([...args]);
    assert.equal(code, expected);
    assert.match(said, message);
    assert.equal(said.trim().split("\n").length, 2, said);
  }
});

Deno.test("without a stack the command says which one to run, in two lines", async () => {
  await withExport(exportOf(12, 5), async (path) => {
    const url = `http://127.0.0.1:${freePort()}`;
    const { code, said } = await backtest(["import", path, "--account", unique("away"), "--url", url]);
    assert.equal(code, 1);
    assert.match(said.trim(), /^error: Nothing answers at .*\n {2}Run npx -y deno task start [^\n]*$/);
  });
});

Deno.test("a page of any origin may send a file, with a key; no other tool is for pages", async () => {
  const preflight = async (tool: string) => {
    const response = await fetch(`${stack.api_url}/functions/v1/tools/${tool}`, {
      method: "OPTIONS",
      headers: { origin: "https://example.com", "access-control-request-method": "POST" },
    });
    await response.body?.cancel();
    return response.headers.get("access-control-allow-origin");
  };
  assert.equal(await preflight("import_backtest"), "*");
  assert.equal(await preflight("place_order"), null);
  const { status } = await useTool(
    "import_backtest",
    { account: unique("page"), file: exportOf(1, 2) },
    "sa_wrong",
  );
  assert.equal(status, 401);
});
