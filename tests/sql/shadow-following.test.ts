/** Exactly once each, whatever goes wrong between an account and its shadows; and an account that none of it fails or delays. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { Sql } from "postgres";
import type { Answer } from "../support/alerts.ts";
import { Desk } from "../support/desk.ts";
import { book, canonical, openAccount } from "../support/engine.ts";
import { storedRows } from "../support/ledger.ts";
import { buy, insist, stand } from "../support/line.ts";
import { compact, kept } from "../support/retention.ts";
import {
  asService,
  catchUp,
  countAlerts,
  fillsOf,
  one,
  shadowOf,
  shadowsOf,
  shadowTest,
  whileSomebodyHolds,
} from "../support/shadows.ts";
import { asUserId, newUser } from "../support/signed-in.ts";
import { connect, unique } from "../support/stack.ts";

/** Runs work with a connection beside that of the desk. */
async function beside<T>(work: (sql: Sql) => Promise<T>, connections = 1): Promise<T> {
  const sql = connect(connections);
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** The shadow has what its account has, in every table. */
async function assertAlike(sql: Sql, account: string, shadow: string): Promise<void> {
  deepEqual(await storedRows(sql, shadow), await storedRows(sql, account));
}

/** Whatever is booked into an account fails, while work is done; as an error that nobody thought of would. */
async function whileBroken<T>(sql: Sql, account: string, work: () => Promise<T>): Promise<T> {
  const name = unique("broken").replaceAll("-", "_");
  const [row] = await sql`select id from trading.accounts where name = ${account}`;
  await sql.unsafe(`create function trading.${name}() returns trigger language plpgsql set search_path = '' as
    $$ begin raise exception 'broken for a test'; end; $$`);
  await sql.unsafe(
    `create trigger ${name} before insert on trading.alerts for each row when (new.account_id = ${row?.id})
    execute function trading.${name}()`,
  );
  try {
    return await work();
  } finally {
    await sql.unsafe(`drop trigger ${name} on trading.alerts; drop function trading.${name}()`);
  }
}

const behindOf = async (sql: Sql, account: string) =>
  (await shadowsOf(sql, account)).map(({ behind }) => Number(behind));

// Exactly once ---------------------------------------------------------------------------------------

shadowTest("an alert that is sent again is booked into the shadow once", {}, async (desk, shadow) => {
  const alert = canonical(one({ account: desk.account, symbol: "ACME" }));
  await book(desk.sql, [alert, alert]);
  await book(desk.sql, [alert]);
  deepEqual([await fillsOf(desk.sql, shadow), await countAlerts(desk.sql, shadow)], [["buy 1 @ 100"], 1]);
});

shadowTest("what the account takes for another alert, the shadow does", {
  shadow: { settings: { allow_short: false, dedupe_window: 86400 } },
}, async (desk, shadow) => {
  const hash = "1".repeat(32);
  await desk.send({ ...one({ action: "sell" }), hash });
  await desk.send({ ...one({ action: "buy", quantity: "3" }) });
  // Its own inbox has the same content already, refused; in the account something came between.
  equal((await desk.send({ ...one({ action: "sell" }), hash })).duplicate, false);
  deepEqual(await fillsOf(desk.sql, shadow), ["buy 3 @ 100", "sell 1 @ 100"]);
});

shadowTest("a batch is booked in its order, without waiting as well", {}, async (desk, shadow) => {
  const batch = Array.from({ length: 60 }, (_, nr) =>
    canonical({
      ...one({ account: desk.account, symbol: `S${nr % 3}`, quantity: String(nr + 1) }),
      ...nr % 4 === 3 && { action: "close", quantity: undefined },
    }));
  await asService(
    desk.sql,
    (tx) => tx`select public.process_alerts(${JSON.stringify(batch)}::text::jsonb, wait => false)`,
  );
  equal(await countAlerts(desk.sql, shadow), 60);
  await assertAlike(desk.sql, desk.account, shadow);
});

shadowTest(
  "400 alerts by 16 senders who stand in line are in the shadow once each, in the account's order",
  {},
  async (desk, shadow) => {
    await beside(async (crowd) => {
      await Promise.all(Array.from({ length: 400 }, (_, nr) =>
        insist(
          crowd,
          buy(desk.account, { action: nr % 4 === 0 ? "sell" : "buy", symbol: `S${nr % 3}`, fee: "0.01" }),
        )));
    }, 16);
    deepEqual(await behindOf(desk.sql, desk.account), [0]);
    equal(await countAlerts(desk.sql, shadow), 400);
    await assertAlike(desk.sql, desk.account, shadow);
  },
);

shadowTest(
  "two accounts with shadows in batches of both, in either order, do not lock each other out",
  {},
  async (desk, shadow) => {
    const other = await Desk.open({}, desk.sql);
    const others = await shadowOf(other);
    await beside(async (crowd) => {
      await Promise.all(Array.from({ length: 60 }, async (_, nr) => {
        const accounts = nr % 2 === 0 ? [desk.account, other.account] : [other.account, desk.account];
        const batch = accounts.map((account) => canonical(buy(account)));
        let answers: Answer[] = [];
        do answers = await book(crowd, batch); while (answers.some(({ status }) => status === "busy"));
      }));
    }, 8);
    deepEqual(await behindOf(desk.sql, desk.account), [0]);
    for (const [account, its] of [[desk.account, shadow], [other.account, others]] as const) {
      await assertAlike(desk.sql, account, its);
    }
  },
);

shadowTest("a preview books into neither", {}, async (desk, shadow) => {
  const alerts = JSON.stringify([canonical(one({ account: desk.account, symbol: "ACME" }))]);
  const [row] = await desk.sql`select public.preview_alerts(${alerts}::text::jsonb) as answers`;
  equal(row?.answers[0].status, "filled");
  deepEqual([await countAlerts(desk.sql, desk.account), await countAlerts(desk.sql, shadow)], [0, 0]);
});

shadowTest(
  "a connection that dies before it commits leaves the alert in neither, and a resend books it into both once",
  {},
  async (desk, shadow) => {
    const alert = canonical(one({ account: desk.account, symbol: "ACME" }));
    const doomed = connect(1);
    const session = await doomed.reserve();
    await session`begin`;
    await session`select public.process_alerts(${JSON.stringify([alert])}::text::jsonb)`;
    const [row] = await session`select pg_backend_pid() as pid`;
    await desk.sql`select pg_terminate_backend(${row?.pid})`;
    await doomed.end({ timeout: 0 });
    deepEqual([await countAlerts(desk.sql, desk.account), await countAlerts(desk.sql, shadow)], [0, 0]);
    for (let times = 0; times < 2; times++) await book(desk.sql, [alert]);
    for (const account of [desk.account, shadow]) {
      deepEqual(await fillsOf(desk.sql, account), ["buy 1 @ 100"]);
    }
  },
);

for (const clock of ["arrival", "alert"]) {
  shadowTest(
    `a shadow that was behind is caught up at the account's own times: clock ${clock}`,
    { settings: { leverage: null, clock, price_wait: 600, max_orders_per_minute: 5, max_daily_loss: 500 } },
    async (desk, shadow) => {
      const at = (minute: number) => new Date(Date.UTC(2026, 2, 2, 10, minute)).toISOString();
      const life = [
        one({ price: undefined, time: at(0) }),
        one({ time: at(1), stop_loss: { type: "trailing_stop", trail_amount: "2" } }),
        one({ time: at(2), order_type: "limit", limit_price: "95", time_in_force: "day" }),
        { action: "mark", time: at(3), interval: "1", open: "100", high: "104", low: "94", price: "97" },
        one({ time: at(4), action: "sell", quantity: "9", target: { side: "short", quantity: "9" } }),
        { action: "mark", time: at(5), price: "170" },
        one({ time: at(6) }),
        { action: "resume", time: at(7) },
        one({ time: at(8), price: "120" }),
      ];
      await beside((holder) =>
        whileSomebodyHolds(holder, shadow, async () => {
          for (const alert of life) await desk.send(alert);
        })
      );
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      deepEqual(await catchUp(desk.sql, desk.account, shadow), [life.length, 0]);
      ok((await fillsOf(desk.sql, shadow)).length > 3);
      await assertAlike(desk.sql, desk.account, shadow);
    },
  );
}

// Behind, and caught up ------------------------------------------------------------------------------

shadowTest(
  "a shadow that somebody holds does not hold up its account: it is behind, and the next alert catches it up",
  {},
  async (desk, shadow) => {
    await beside((holder) =>
      whileSomebodyHolds(holder, shadow, async () => {
        const started = performance.now();
        equal((await desk.buy("1", "100")).status, "filled");
        ok(performance.now() - started < 1_000, "nobody waited");
        await desk.buy("2", "100");
      })
    );
    const [listed] = await shadowsOf(desk.sql, desk.account);
    deepEqual([listed?.behind, listed?.failure], ["2", null]);
    const [first] = await desk.sql`select min(l.received_at) as at from trading.alerts l
    join trading.accounts a on a.id = l.account_id where a.name = ${desk.account}`;
    deepEqual(listed?.behind_since, first?.at);
    await desk.buy("3", "100");
    deepEqual(await fillsOf(desk.sql, shadow), ["buy 1 @ 100", "buy 2 @ 100", "buy 3 @ 100"]);
    await assertAlike(desk.sql, desk.account, shadow);
  },
);

shadowTest("so is one of whose symbols somebody holds the lock", {}, async (desk, shadow) => {
  await beside((holder) =>
    holder.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(trading.lock_id(${`trade:${shadow}:ACME`}))`;
      equal((await desk.buy("1", "100")).status, "filled");
      deepEqual(await catchUp(desk.sql, desk.account, shadow), [0, 1]);
    })
  );
  deepEqual(await catchUp(desk.sql, desk.account, shadow), [1, 0]);
});

shadowTest(
  "the next alert catches up a part, so that it takes no longer for it",
  {},
  async (desk, shadow) => {
    await beside((holder) =>
      whileSomebodyHolds(holder, shadow, () => desk.batch(Array.from({ length: 100 }, () => one())))
    );
    await desk.buy("1", "100");
    deepEqual(await behindOf(desk.sql, desk.account), [101 - 33]);
    deepEqual(await catchUp(desk.sql, desk.account, shadow, 8), [8, 60]);
    deepEqual(await catchUp(desk.sql, desk.account, shadow), [60, 0]);
    await assertAlike(desk.sql, desk.account, shadow);
  },
);

shadowTest(
  "what was missed across a reset and commands that name orders is caught up in order",
  {},
  async (desk, shadow) => {
    const { sql, account } = desk;
    await beside((holder) =>
      whileSomebodyHolds(holder, shadow, async () => {
        const first = await desk.send(one({ order_type: "limit", limit_price: "90" }));
        await desk.send({ action: "modify", order_id: first.orders[0]?.id, limit_price: "91" });
        await desk.send({ action: "cancel", order_id: first.orders[0]?.id });
        await desk.buy("1", "100");
        await sql`select public.reset_account(${account})`;
        await desk.buy("2", "100");
      })
    );
    deepEqual(await catchUp(sql, account, shadow), [5, 0]);
    deepEqual(await fillsOf(sql, shadow), ["buy 1 @ 100", "buy 2 @ 100"]);
    const orders = await sql`select o.status, trading.decimal(o.limit_price) as price from trading.orders o
    join trading.accounts a on a.id = o.account_id where a.name = ${shadow} and o.type = 'limit'`;
    deepEqual(orders.map(({ status, price }) => [status, price]), [["canceled", "91"]]);
  },
);

shadowTest("two who catch up at once book each alert once", {}, async (desk, shadow) => {
  await beside((holder) =>
    whileSomebodyHolds(holder, shadow, () => desk.batch(Array.from({ length: 200 }, () => one())))
  );
  const done = await beside(
    (crowd) => Promise.all([0, 1, 2].map(() => catchUp(crowd, desk.account, shadow))),
    3,
  );
  equal(done.reduce((sum, [booked]) => sum + booked, 0), 200);
  await assertAlike(desk.sql, desk.account, shadow);
});

shadowTest(
  "a shadow that fails does not fail its account: it is undone, says why, and is left alone for a minute",
  {},
  async (desk, shadow) => {
    const healthy = await shadowOf(desk);
    await whileBroken(desk.sql, shadow, async () => {
      equal((await desk.buy("1", "100")).status, "filled");
      const [listed] = (await shadowsOf(desk.sql, desk.account)).filter(({ shadow: name }) =>
        name === shadow
      );
      equal(listed?.behind, "1");
      match(String(listed?.failure), /^P0001: broken for a test/);
    });
    await desk.buy("2", "100");
    deepEqual(await fillsOf(desk.sql, shadow), []);
    deepEqual(await fillsOf(desk.sql, healthy), ["buy 1 @ 100", "buy 2 @ 100"]);
    await desk.sql`update trading.shadow_accounts set failed_at = failed_at - interval '1 minute'
    where shadow_id = (select id from trading.accounts where name = ${shadow})`;
    await desk.buy("3", "100");
    await assertAlike(desk.sql, desk.account, shadow);
    deepEqual((await shadowsOf(desk.sql, desk.account)).map(({ failure }) => failure), [null, null]);
  },
);

shadowTest(
  "a booking of a shadow that lasts longer than the database allows is undone alone",
  {},
  async (desk, shadow) => {
    const { sql, account } = desk;
    const [row] = await sql`select id from trading.accounts where name = ${shadow}`;
    const name = unique("slow").replaceAll("-", "_");
    await sql.unsafe(
      `create function trading.${name}() returns trigger language plpgsql set search_path = '' as
    $$ begin perform pg_sleep(5); return new; end; $$;
    create trigger ${name} before insert on trading.alerts for each row when (new.account_id = ${row?.id})
    execute function trading.${name}()`,
    );
    try {
      // As PostgREST has it: the function's own limit, for the whole call.
      const answer = await sql.begin(async (tx) => {
        await tx`set local role service_role`;
        await tx`set local statement_timeout = '400ms'`;
        const alerts = JSON.stringify([canonical(one({ account, symbol: "ACME" }))]);
        const [row] = await tx`select public.process_alerts(${alerts}::text::jsonb) as answers`;
        return row?.answers[0];
      });
      equal(answer.status, "filled");
      match(String((await shadowsOf(sql, account))[0]?.failure), /^57014/);
    } finally {
      await sql.unsafe(`drop trigger ${name} on trading.alerts; drop function trading.${name}()`);
    }
    deepEqual(await catchUp(sql, account, shadow), [1, 0]);
  },
);

shadowTest(
  "a catch-up goes as far as the alert that cannot be booked, and says which failure it was",
  {},
  async (desk, shadow) => {
    const { sql, account } = desk;
    await beside((holder) =>
      whileSomebodyHolds(holder, shadow, () => desk.batch([one(), one(), one({ symbol: "BAD" }), one()]))
    );
    const name = unique("bad").replaceAll("-", "_");
    const [row] = await sql`select id from trading.accounts where name = ${shadow}`;
    await sql.unsafe(
      `create function trading.${name}() returns trigger language plpgsql set search_path = '' as
    $$ begin raise exception 'no such thing'; end; $$;
    create trigger ${name} before insert on trading.alerts for each row when (new.account_id = ${row?.id} and new.symbol = 'BAD')
    execute function trading.${name}()`,
    );
    try {
      deepEqual(await catchUp(sql, account, shadow), [2, 2]);
      match(String((await shadowsOf(sql, account))[0]?.failure), /no such thing/);
    } finally {
      await sql.unsafe(`drop trigger ${name} on trading.alerts; drop function trading.${name}()`);
    }
    deepEqual(await catchUp(sql, account, shadow), [2, 0]);
  },
);

shadowTest("a split waits until no shadow is behind", {}, async (desk, shadow) => {
  const symbol = unique("W").toUpperCase().replaceAll("-", "");
  await desk.buy("3", "100", { symbol });
  await beside((holder) => whileSomebodyHolds(holder, shadow, () => desk.buy("1", "100", { symbol })));
  await rejects(desk.sql`select public.split(${symbol}, 2)`, { code: "PT409" });
  await catchUp(desk.sql, desk.account, shadow);
  await desk.sql`select public.split(${symbol}, 2)`;
  await assertAlike(desk.sql, desk.account, shadow);
});

shadowTest("the marks that a shadow has not seen yet are not archived", {}, async (desk, shadow) => {
  const hours = ["10", "11", "12"].map((hour) => ({ received_at: `2026-03-02T${hour}:00:00Z` }));
  await beside((holder) =>
    whileSomebodyHolds(holder, shadow, async () => {
      for (const at of hours) await desk.mark("100", at);
    })
  );
  await desk.set({ keep_marks_days: 1 });
  await compact(desk.sql, desk.account, "2026-04-02T00:00:00Z");
  deepEqual(await kept(desk.sql, desk.account), { listed: 3, archived: 0 });
  deepEqual(await catchUp(desk.sql, desk.account, shadow), [3, 0]);
  await compact(desk.sql, desk.account, "2026-04-02T00:00:00Z");
  deepEqual(await kept(desk.sql, desk.account), { listed: 1, archived: 2 });
});

shadowTest(
  "a shadow's own history is compacted, and its replay still equals it",
  {},
  async (desk, shadow) => {
    await desk.sql`select public.update_account_settings(${shadow}, '{"keep_marks_days": 1}')`;
    for (const hour of ["10", "11", "12"]) {
      await desk.mark(`1${hour}`, {
        received_at: `2026-03-02T${hour}:00:00Z`,
      });
    }
    await desk.buy("1", "100", { received_at: "2026-03-02T13:00:00Z" });
    await compact(desk.sql, shadow, "2026-04-02T00:00:00Z");
    deepEqual(await kept(desk.sql, shadow), { listed: 1, archived: 3 });
    const copy = unique("replay");
    await asService(desk.sql, (tx) => tx`select public.replay_account(${shadow}, ${copy})`);
    const { marks, accounts, positions } = await storedRows(desk.sql, shadow);
    const copied = await storedRows(desk.sql, copy);
    deepEqual([copied.marks, copied.accounts, copied.positions], [marks, accounts, positions]);
  },
);

// Who may ------------------------------------------------------------------------------------------------

shadowTest(
  "a shadow is its account's owner's, who reads both; another user reads neither",
  {},
  async (desk) => {
    const { sql } = desk;
    const [owner, other] = [await newUser(sql), await newUser(sql)];
    const account = unique("owned");
    await sql`select public.create_account(${account}, owner_id => ${owner})`;
    const shadow = unique("shadow");
    await asService(sql, (tx) => tx`select public.upsert_shadow_account(${account}, ${shadow})`);
    await asUserId(sql, owner, async (tx) => {
      const rows = await tx`select * from public.list_shadow_accounts(${account})`;
      deepEqual(rows.map(({ shadow }) => shadow), [shadow]);
      const names = await tx`select name, role from public.list_accounts()`;
      deepEqual(names.map(({ name, role }) => [name, role]), [[account, "followed"], [shadow, "shadow"]]);
    });
    await asUserId(sql, other, async (tx) => {
      equal((await tx`select from trading.shadow_accounts`).length, 0);
      await rejects(tx.savepoint((point) => point`select * from public.list_shadow_accounts(${account})`), {
        code: "PT404",
      });
    });
  },
);

shadowTest("who is signed in makes, removes and catches up none", {}, async (desk, shadow) => {
  const user = await newUser(desk.sql);
  for (const rpc of ["upsert_shadow_account", "remove_shadow_account", "catch_up_shadow_account"]) {
    await rejects(
      asUserId(desk.sql, user, (tx) => tx.unsafe(`select public.${rpc}($1, $2)`, [desk.account, shadow])),
      /permission denied/,
    );
  }
});

shadowTest(
  "notifications of all accounts are not those of a shadow; a channel that names it has them",
  {},
  async (desk, shadow) => {
    const { sql, account } = desk;
    const told = async (accounts: string[]) => {
      const channel = unique("channel");
      await sql`select public.create_notification_channel(${channel}, 'webhook', 'https://example.com/hook', accounts => ${accounts})`;
      await desk.buy("1", "100");
      const rows = await sql`select o.payload ->> 'account' as account from trading.notification_outbox o
      join trading.notification_channels c on c.id = o.channel_id and c.name = ${channel} where o.account_id in (
        select a.id from trading.accounts a where a.name in (${account}, ${shadow})) order by o.id`;
      await sql`select public.delete_notification_channel(${channel})`;
      return rows.map(({ account }) => account);
    };
    deepEqual(await told([]), [account]);
    deepEqual(await told([shadow]), [shadow]);
  },
);

shadowTest("an alert in line for a shadow is refused as it is without a line", {}, async (desk, shadow) => {
  const [sent] = await stand(desk.sql, [buy(shadow)]);
  equal(sent?.code, "shadow_account");
  equal((await book(desk.sql, [{ ...buy(await openAccount(desk.sql)) }]))[0]?.status, "filled");
});
