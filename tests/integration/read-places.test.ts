import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Sql } from "postgres";
import { post } from "../support/alerts.ts";
import { asUser, connect, newAccount, stack } from "../support/stack.ts";

const [user] = JSON.parse(`[${atob(stack.user_jwt.split(".")[1] ?? "")}]`);

/** An account of the local user that bought and sold: something to prove. */
async function tradedAccount(): Promise<string> {
  const account = await newAccount({ owner_id: user.sub });
  for (const action of ["buy", "sell"]) {
    equal((await post({ account, symbol: "ACME", action, quantity: "1", price: "100" })).status, 200);
  }
  return account;
}

/** Runs `body` while nobody can read cash entries, which figures need and bookings do not: as if the history were endless. */
async function withEndlessHistory(body: (sql: Sql) => Promise<void>): Promise<void> {
  const [sql, watcher] = [connect(1), connect(1)];
  try {
    await sql.begin(async (tx) => {
      await tx`lock table trading.cash_entries in access exclusive mode`;
      await body(watcher);
    });
  } finally {
    await Promise.all([sql.end(), watcher.end()]);
  }
}

/** Calls a function of the database as the signed-in user. */
const ask = (name: string, args: Record<string, unknown>) =>
  fetch(`${stack.api_url}/rest/v1/rpc/${name}`, {
    method: "POST",
    headers: {
      apikey: stack.publishable_key,
      authorization: `Bearer ${stack.user_jwt}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(args),
  });

Deno.test("reads of long histories, 40 at once, leave the connections that another account's alerts need", async () => {
  const [account, other] = [await tradedAccount(), await newAccount()];
  const reads: Promise<Response>[] = [];
  let answered = 0;
  const refusals = Promise.withResolvers<void>();
  await withEndlessHistory(async () => {
    for (const name of ["verify_account", "performance"]) {
      for (let nr = 0; nr < 20; nr++) reads.push(ask(name, { account }));
    }
    // Four have places, and go on.
    for (const read of reads) void read.then(() => ++answered === 36 && refusals.resolve());
    const alerts = Array.from(
      { length: 25 },
      (_, nr) =>
        post({ id: String(nr), account: other, symbol: "ACME", action: "buy", quantity: "1", price: "100" }),
    );
    deepEqual(new Set((await Promise.all(alerts)).map(({ status }) => status)), new Set([200]));
    await refusals.promise;
  });
  const answers = await Promise.all(reads);
  const bodies = await Promise.all(answers.map((answer) => answer.json()));
  const refused = bodies.filter((_, nr) => answers[nr]?.status === 429);
  equal(refused.length, 36);
  deepEqual(new Set(refused.map(({ code }) => code)), new Set(["PT429"]));
  match(refused[0].message, /busy/);
  ok(refused[0].hint);
  equal(answers.find(({ status }) => status === 429)?.headers.get("retry-after"), "1");
});

Deno.test("heads of pages, 40 at once, leave the connections that another account's alerts need", async () => {
  const [account, other] = [await tradedAccount(), await newAccount()];
  const reads: Promise<Response>[] = [];
  await withEndlessHistory(async () => {
    for (let nr = 0; nr < 40; nr++) reads.push(ask("portfolio_overview", { account }));
    const alerts = Array.from(
      { length: 25 },
      (_, nr) =>
        post({ id: String(nr), account: other, symbol: "ACME", action: "buy", quantity: "1", price: "100" }),
    );
    deepEqual(new Set((await Promise.all(alerts)).map(({ status }) => status)), new Set([200]));
  });
  const statuses = (await Promise.all(reads)).map(({ status }) => status);
  ok(statuses.filter((status) => status === 429).length >= 34);
});

Deno.test("a read ends after the time that its function says, not only after that of its role", async () => {
  const account = await tradedAccount();
  await withEndlessHistory(async (watcher) => {
    const started = performance.now();
    const { error } = await asUser().rpc("portfolio_overview", { account });
    const seconds = (performance.now() - started) / 1000;
    equal(error?.code, "57014");
    const [role] = await watcher`
      select s.setting[1] from pg_roles r, unnest(r.rolconfig) c, regexp_matches(c, '^statement_timeout=(\\d+)s$') s (setting)
      where r.rolname = 'authenticated'`;
    ok(seconds < Number(role?.setting), `${seconds} s`);
  });
});

Deno.test("the proof of an account waits for no other: the tool says that it is busy", async () => {
  const account = await tradedAccount();
  const sql = connect(1);
  const prove = async () => {
    const response = await fetch(`${stack.api_url}/functions/v1/tools/verify_account`, {
      method: "POST",
      headers: { "x-api-key": stack.api_key },
      body: JSON.stringify({ account }),
    });
    return {
      status: response.status,
      after: response.headers.get("retry-after"),
      body: await response.json(),
    };
  };
  try {
    await sql.begin(async (tx) => {
      await tx`select trading.take_read_place('proof')`;
      const { status, after, body } = await prove();
      deepEqual([status, after, body.error.code], [429, "1", "busy"]);
    });
    deepEqual((await prove()).body.result, []);
  } finally {
    await sql.end();
  }
});

Deno.test("an epoch that there was not is a wrong query, which names those there are, and no account gone", async () => {
  const account = await newAccount();
  for (const resource of ["equity", "performance", "orders", "fills", "trades", "alerts"]) {
    const response = await fetch(
      `${stack.api_url}/functions/v1/portfolio/${resource}?epoch=99&account=${account}`,
      { headers: { "x-api-key": stack.api_key } },
    );
    const { error } = await response.json();
    deepEqual([response.status, error.code], [400, "invalid_query"], resource);
    match(error.message, /no epoch 99/);
    match(error.details[0].message, /It has epoch 1/);
  }
});
