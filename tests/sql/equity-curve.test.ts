import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Sql } from "postgres";
import { deskTest } from "../support/desk.ts";
import { openAccount } from "../support/engine.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

interface Options {
  bucket?: string | null;
  from_time?: string | null;
  to_time?: string | null;
  in_epoch?: number | null;
}
type Point = Record<string, string | null>;

async function curve(
  sql: Sql,
  account: string,
  { bucket = null, from_time = null, to_time = null, in_epoch = null }: Options = {},
) {
  return [
    ...await sql<Point[]>`
    select c.*, to_char("time" at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as "time"
    from public.equity_curve(${account}, ${bucket}, ${from_time}, ${to_time}, ${in_epoch}) c`,
  ];
}

async function marks(sql: Sql, account: string, symbol: string | null = null, bucket: string | null = null) {
  return [
    ...await sql<Point[]>`
    select m.*, to_char("time" at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as "time"
    from public.list_marks(${account}, ${symbol}, ${bucket}) m`,
  ];
}

/** A bar of equity: open, high, low, close. */
async function bar(sql: Sql, account: string, minute: string, prices: string, exposure = "0"): Promise<void> {
  const [open = "", high = open, low = open, close = open] = prices.split(" ");
  await sql`
    insert into trading.equity_bars
    select a.id, a.epoch, ${minute}::text::timestamptz, ${open}::text::numeric, ${high}::text::numeric,
      ${low}::text::numeric, ${close}::text::numeric, ${exposure}::text::numeric
    from trading.accounts a where a.name = ${account}`;
}

function curveTest(name: string, body: (sql: Sql, account: string) => Promise<void>, settings = {}): void {
  Deno.test(
    name,
    () => onSharedConnection(async (sql) => body(sql, await openAccount(sql, settings, "1000"))),
  );
}

const pick = (points: Point[], ...columns: string[]) =>
  points.map((point) => columns.map((column) => point[column]).join(" "));

// Points ----------------------------------------------------------------------------------------

curveTest(
  "a point has the first open, the highest high, the lowest low and the last close of its bucket",
  async (sql, account) => {
    await bar(sql, account, "2025-03-01 10:01Z", "1001 1004 999 1002");
    await bar(sql, account, "2025-03-01 10:07Z", "1003 1009 1000 1005", "77");
    await bar(sql, account, "2025-03-01 10:15Z", "1005");
    deepEqual(
      pick(
        await curve(sql, account, { bucket: "15 minutes" }),
        "time",
        "open",
        "high",
        "low",
        "close",
        "exposure",
      ),
      [
        "2025-03-01 10:00 1001 1009 999 1005 77",
        "2025-03-01 10:15 1005 1005 1005 1005 0",
      ],
    );
  },
);

curveTest("days, weeks and months begin in the account's time zone", async (sql, account) => {
  // 11:30 p.m. of Friday, February 28, and half past midnight of Saturday, March 1, in New York.
  await bar(sql, account, "2025-03-01 04:30Z", "1001");
  await bar(sql, account, "2025-03-01 05:30Z", "1002");
  const starts = async (bucket: string) => pick(await curve(sql, account, { bucket }), "time");
  deepEqual(await starts("day"), ["2025-02-28 05:00", "2025-03-01 05:00"]);
  deepEqual(await starts("week"), ["2025-02-24 05:00"]);
  deepEqual(await starts("month"), ["2025-02-01 05:00", "2025-03-01 05:00"]);
}, { time_zone: "America/New_York" });

curveTest("without a bucket the finest is taken that makes at most 1000 points", async (sql, account) => {
  await sql`
    insert into trading.equity_bars
    select a.id, 1, timestamptz '2025-01-01 00:00Z' + n * interval '1 minute', 1000, 1000, 1000, 1000, 0
    from trading.accounts a, generate_series(0, 4319) n where a.name = ${account}`;
  const points = async (to_time: string) => (await curve(sql, account, { to_time })).length;
  equal(await points("2025-01-01 16:39Z"), 999);
  equal(await points("2025-01-01 17:00Z"), 204);
  equal(await points("2025-01-04 00:00Z"), 864);
});

curveTest(
  "a bucket that makes more than 1000 points is refused rather than cut off",
  async (sql, account) => {
    await sql`
    insert into trading.equity_bars
    select a.id, 1, timestamptz '2025-01-01 00:00Z' + n * interval '1 minute', 1000, 1000, 1000, 1000, 0
    from trading.accounts a, generate_series(0, 1000) n where a.name = ${account}`;
    await rejects(curve(sql, account, { bucket: "minute" }), /that would be more than 1000 points/);
    equal((await curve(sql, account, { bucket: "minute", to_time: "2025-01-01 16:40Z" })).length, 1000);
  },
);

curveTest("an account without alerts has no points", async (sql, account) => {
  deepEqual(await curve(sql, account), []);
});

// Drawdown --------------------------------------------------------------------------------------

curveTest("drawdown is measured from the best profit so far, which begins at 0", async (sql, account) => {
  for (const [minute, equity] of ["990", "1100", "1045", "1200", "1080"].entries()) {
    await bar(sql, account, `2025-03-01 10:0${minute}Z`, equity);
  }
  deepEqual(
    pick(await curve(sql, account, { bucket: "minute" }), "net_pnl", "drawdown", "drawdown_percent"),
    [
      "-10 10 1",
      "100 0 0",
      "45 55 5",
      "200 0 0",
      "80 120 10",
    ],
  );
});

curveTest(
  "a bar is taken as adverse first: its low falls from the peak before, its close from its own high",
  async (sql, account) => {
    await bar(sql, account, "2025-03-01 10:00Z", "1000 1050 990 1040");
    await bar(sql, account, "2025-03-01 10:01Z", "1040 1100 1030 1070");
    deepEqual(pick(await curve(sql, account, { bucket: "minute" }), "drawdown"), ["10", "30"]);
  },
);

curveTest(
  "the deepest drawdown of the minutes is that of the bucket, whatever its size",
  async (sql, account) => {
    for (const [minute, equity] of ["1100", "1045", "1200", "1080"].entries()) {
      await bar(sql, account, `2025-03-01 10:0${minute}Z`, equity);
    }
    for (const bucket of ["5 minutes", "day", "month"]) {
      deepEqual(
        pick(await curve(sql, account, { bucket }), "drawdown", "drawdown_percent"),
        ["120 10"],
        bucket,
      );
    }
  },
);

curveTest("a range begins at the profit of the last bar before it", async (sql, account) => {
  await bar(sql, account, "2025-03-01 10:00Z", "1500");
  await bar(sql, account, "2025-03-01 10:01Z", "1250");
  await bar(sql, account, "2025-03-01 10:02Z", "1200");
  deepEqual(
    pick(
      await curve(sql, account, { bucket: "minute", from_time: "2025-03-01 10:02Z" }),
      "net_pnl",
      "gain",
      "drawdown",
      "drawdown_percent",
    ),
    [
      "200 -50 50 4",
    ],
  );
});

curveTest("drawdown in percent is null when there is nothing to lose", async (sql, account) => {
  await bar(sql, account, "2025-03-01 10:00Z", "1000");
  await sql`insert into trading.cash_entries (account_id, epoch, kind, amount, created_at)
    select id, 1, 'withdrawal', -1000, '2025-03-01 10:01Z' from trading.accounts where name = ${account}`;
  await bar(sql, account, "2025-03-01 10:01Z", "-5");
  deepEqual(pick(await curve(sql, account, { bucket: "minute" }), "drawdown", "drawdown_percent"), [
    "0 0",
    "5 ",
  ]);
});

// Deposits --------------------------------------------------------------------------------------

deskTest("a deposit lifts equity and deposits, not profit, even within the minute of an alert", {
  cash: "1000",
}, async (desk) => {
  await desk.buy("1", "100");
  await desk.mark("90");
  await desk.sql`select public.deposit(${desk.account}, 5000)`;
  await desk.mark("80");
  await desk.sql`select public.withdraw(${desk.account}, 2000)`;
  const points = await curve(desk.sql, desk.account, { bucket: "month" });
  const last = points.at(-1) ?? {};
  deepEqual([last.close, last.deposits, last.net_pnl, last.drawdown], ["3980", "4000", "-20", "20"]);
});

curveTest(
  "a withdrawal after the peak is no drawdown, and the percent is of what is left",
  async (sql, account) => {
    await bar(sql, account, "2025-03-01 10:00Z", "2000");
    await sql`insert into trading.cash_entries (account_id, epoch, kind, amount, created_at)
    select id, 1, 'withdrawal', -1500, '2025-03-01 10:00:30Z'::timestamptz + interval '1 minute' from trading.accounts where name = ${account}`;
    await bar(sql, account, "2025-03-01 10:01Z", "450");
    deepEqual(
      pick(await curve(sql, account, { bucket: "minute" }), "net_pnl", "drawdown", "drawdown_percent"),
      ["1000 0 0", "950 50 10"],
    );
  },
);

deskTest(
  "an account that began with nothing counts its first deposit when it was made",
  { cash: "0" },
  async (desk) => {
    await bar(desk.sql, desk.account, "2025-03-01 10:00Z", "-3");
    await desk.sql`select public.deposit(${desk.account}, 100)`;
    deepEqual(pick(await curve(desk.sql, desk.account), "deposits", "net_pnl"), ["0 -3"]);
  },
);

deskTest(
  "a replay has the equity curve of the original, deposits and all",
  { cash: "1000" },
  async (desk) => {
    await desk.buy("1", "100", { received_at: "2025-03-01T10:00:00Z" });
    await desk.sql`select trading.move_cash(${desk.account}, 'deposit', 500, 'test')`;
    await desk.mark("120");
    const into = `${desk.account}-r`;
    await desk.sql`select public.replay_account(${desk.account}, ${into})`;
    deepEqual(
      await curve(desk.sql, into, { bucket: "month" }),
      await curve(desk.sql, desk.account, { bucket: "month" }),
    );
  },
);

deskTest("the curve of an earlier epoch stays readable after a reset", {}, async (desk) => {
  await desk.buy("1", "100");
  await desk.mark("150");
  await desk.sql`select public.reset_account(${desk.account}, 50)`;
  deepEqual(await curve(desk.sql, desk.account), []);
  deepEqual(pick(await curve(desk.sql, desk.account, { in_epoch: 1, bucket: "month" }), "close", "net_pnl"), [
    "100050 50",
  ]);
});

// Marks -----------------------------------------------------------------------------------------

deskTest("list_marks answers the bars of a symbol, oldest first", {}, async (desk) => {
  await desk.mark("100 110 90 105", { received_at: "2025-03-01T10:00:10Z" });
  await desk.mark("120", { received_at: "2025-03-01T10:01:10Z" });
  await desk.mark("80", { received_at: "2025-03-01T10:20:10Z" });
  deepEqual(
    pick(
      await marks(desk.sql, desk.account, desk.symbol, "15 minutes"),
      "marked_symbol",
      "time",
      "open",
      "high",
      "low",
      "close",
    ),
    [
      "ACME 2025-03-01 10:00 100 120 90 120",
      "ACME 2025-03-01 10:15 80 80 80 80",
    ],
  );
});

deskTest("list_marks without a symbol answers the one that was marked last", {}, async (desk) => {
  await desk.mark("1", { symbol: "FIRST" });
  await desk.mark("2", { symbol: "SECOND" });
  deepEqual(pick(await marks(desk.sql, desk.account, null, "month"), "marked_symbol", "close"), ["SECOND 2"]);
});

// Bad input -------------------------------------------------------------------------------------

const badInput: [what: string, options: Options, error: RegExp][] = [
  ["a bucket that is none", { bucket: "7 minutes" }, /no bucket 7 minutes/],
  ["an empty range", { from_time: "2025-01-01", to_time: "2025-01-01" }, /from_time must be before to_time/],
  ["an epoch that was not", { in_epoch: 0 }, /has no epoch 0/],
];
for (const [what, options, error] of badInput) {
  deskTest(`equity_curve refuses ${what}`, {}, async (desk) => {
    await rejects(curve(desk.sql, desk.account, options), error);
  });
}
