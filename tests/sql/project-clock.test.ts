/** The clock of a project: pg_cron, which wakes the dispatcher of notifications, and has old history compacted. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { Sql } from "postgres";
import { readCron, readSize } from "../../local/doctor/facts/database.ts";
import { type OutboxDesk, outboxTest } from "../support/outbox.ts";

/** The platform's extensions, as far as the clock uses them. */
async function fakeExtensions(desk: OutboxDesk): Promise<void> {
  await desk.tx`set local role postgres`;
  await desk.tx.unsafe(`
    create schema net; create schema vault; create schema cron;
    create table net.posted (url text, headers jsonb);
    create table net._http_response (id bigint, status_code integer, created timestamptz default clock_timestamp());
    create function net.http_post(url text, headers jsonb, body jsonb, timeout_milliseconds integer) returns bigint language sql
      as 'insert into net.posted values (url, headers) returning 1::bigint';
    create table vault.secrets (id uuid primary key default gen_random_uuid(), name text unique, secret text, updated_at timestamptz default clock_timestamp());
    create view vault.decrypted_secrets as select *, secret as decrypted_secret from vault.secrets;
    create function vault.create_secret(new_secret text, new_name text) returns uuid language sql
      as 'insert into vault.secrets (name, secret) values (new_name, new_secret) returning id';
    create function vault.update_secret(secret_id uuid, new_secret text) returns void language sql
      as 'update vault.secrets set secret = new_secret, updated_at = clock_timestamp() where id = secret_id';
    create table cron.job (jobname text primary key, schedule text, command text, jobid serial, active boolean default true);
    create table cron.job_run_details (jobid bigint, runid serial, status text, start_time timestamptz);
    create function cron.schedule(name text, schedule text, command text) returns bigint language sql
      as 'insert into cron.job (jobname, schedule, command) values (name, schedule, command) on conflict (jobname) do update set schedule = excluded.schedule, command = excluded.command
        returning jobid::bigint';`);
}

outboxTest(
  "the clock posts to the function only when something is due, with the key from the vault",
  async (desk) => {
    await fakeExtensions(desk);
    const wake = async () => (await desk.tx`select trading.wake_dispatcher() as request`)[0]?.request;
    const account = await desk.account();
    equal(await wake(), null, "no channel");
    await desk.channel([account]);
    equal(await wake(), null, "nothing is due");
    await desk.buy(account);
    equal(await wake(), null, "the vault is empty");
    await desk.tx`select trading.start_clock('https://x.supabase.co', 'sb_secret_x')`;
    equal(String(await wake()), "1");
    const [posted] = await desk.tx`select url, headers ->> 'apikey' as key from net.posted`;
    deepEqual(posted, { url: "https://x.supabase.co/functions/v1/notifications", key: "sb_secret_x" });
  },
);

outboxTest("the clock is started once, and again with another key", async (desk) => {
  await fakeExtensions(desk);
  for (const key of ["sb_secret_x", "sb_secret_y"]) {
    await desk.tx`select trading.start_clock('https://x.supabase.co', ${key})`;
  }
  deepEqual([...await desk.tx`select jobname, command from cron.job where jobname !~ '^(close|forget)'`], [
    { jobname: "dispatch-notifications", command: "select trading.wake_dispatcher()" },
    { jobname: "fetch-marks", command: "select trading.wake_marks()" },
    { jobname: "compact-history", command: "select public.compact_history()" },
    { jobname: "keep-warm", command: "select trading.keep_warm()" },
  ]);
  deepEqual([...await desk.tx`select name, secret from vault.secrets order by name`], [
    { name: "project_url", secret: "https://x.supabase.co" },
    { name: "service_key", secret: "sb_secret_y" },
  ]);
});

outboxTest(
  "doctor reads what the clock does: its jobs, their last runs, and what they need",
  async (desk) => {
    const read = () => readCron(desk.tx as unknown as Sql);
    await desk.tx`set local role postgres`;
    equal(await read(), null, "no pg_cron");
    await fakeExtensions(desk);
    deepEqual(await read(), { jobs: {}, net: true, secrets: false, refused: false });
    await desk.tx`select trading.start_clock('https://x.supabase.co', 'sb_secret_x')`;
    await desk.tx`update cron.job j set active = false where j.jobname = 'keep-warm'`;
    await desk.tx`
    insert into cron.job_run_details (jobid, status, start_time)
    select j.jobid, r.status, clock_timestamp() - r.ago from cron.job j
    cross join (values ('failed', null), ('failed', interval '8 minutes'), ('succeeded', interval '2 minutes')) r (status, ago)
    where j.jobname = 'compact-history'`;
    deepEqual(await read(), {
      jobs: {
        "close-gaps": { lastRun: null },
        "compact-history": { lastRun: { ok: true, minutesAgo: 2 } },
        "dispatch-notifications": { lastRun: null },
        "fetch-marks": { lastRun: null },
        "forget-cron-runs": { lastRun: null },
        "keep-warm": null,
      },
      net: true,
      secrets: true,
      refused: false,
    });
  },
);

outboxTest("doctor sees that the project refuses the clock's key, until it is another", async (desk) => {
  await fakeExtensions(desk);
  const refused = async () => (await readCron(desk.tx as unknown as Sql))?.refused;
  const answer = (id: number, status: number) =>
    desk.tx`insert into net._http_response (id, status_code) values (${id}, ${status})`;
  const start = (key: string) => desk.tx`select trading.start_clock('https://x.supabase.co', ${key})`;
  await start("sb_secret_x");
  await answer(1, 200);
  equal(await refused(), false);
  await answer(2, 401);
  equal(await refused(), true);
  await start("sb_secret_y");
  equal(await refused(), false, "what was answered before it is of the old key");
});

outboxTest("a clock that cannot be started is an error, not a notice", async (desk) => {
  await desk.tx`set local role postgres`;
  await rejects(
    desk.tx.savepoint((tx) => tx`select trading.start_clock('https://x.supabase.co', 'k')`),
    /pg_cron/,
  );
});

outboxTest(
  "the clock posts to the function marks only when something is held that a source answers for",
  async (desk) => {
    await fakeExtensions(desk);
    await desk.tx`select trading.start_clock('https://x.supabase.co', 'sb_secret_x')`;
    const wake = async () => (await desk.tx`select trading.wake_marks() as request`)[0]?.request;
    await desk.buy(await desk.account());
    equal(await wake(), null, "no source is on");
    const settings = '{"kind": "kraken", "enabled": true, "exchanges": ["NOWHERE"]}';
    await desk.tx`select public.upsert_mark_source('of_the_clock', ${settings}::text::jsonb)`;
    equal(await wake(), null, "none of its exchange is held");
    await desk.tx`
    insert into trading.mark_source_symbols (symbol, source) select distinct p.symbol, 'of_the_clock' from trading.positions p
    where p.quantity <> 0 on conflict do nothing`;
    equal(String(await wake()), "1");
    const [posted] = await desk.tx`select url from net.posted`;
    equal(posted?.url, "https://x.supabase.co/functions/v1/marks");
  },
);

outboxTest("the clock keeps a connection of REST warm while alerts come, and no longer", async (desk) => {
  await fakeExtensions(desk);
  await desk.tx`select trading.start_clock('https://x.supabase.co/', 'sb_secret_x')`;
  const wake = async () => (await desk.tx`select trading.keep_warm() as request`)[0]?.request;
  const account = await desk.account();
  await desk.buy(account);
  equal(String(await wake()), "1");
  deepEqual([...await desk.tx`select url, headers ->> 'apikey' as key from net.posted`], [
    { url: "https://x.supabase.co/rest/v1/rpc/warm_up", key: "sb_secret_x" },
  ]);
  await desk.tx`
    insert into trading.alerts (account_id, epoch, dedupe_key, content_hash, strategy, symbol, request, received_at, status, answer)
    select a.id, a.epoch, ${account}, repeat('0', 32), '', 'ACME', '{}', now() - interval '5 days', 'filled', '{}'
    from trading.accounts a where a.name = ${account}`;
  equal(await wake(), null, "the newest alert is days old");
});

outboxTest("whoever switched the warm-up off does not find it on after a deploy", async (desk) => {
  await fakeExtensions(desk);
  const start = () => desk.tx`select trading.start_clock('https://x.supabase.co', 'sb_secret_x')`;
  await start();
  await desk.tx`update cron.job j set active = false where j.jobname = 'keep-warm'`;
  await start();
  deepEqual([...await desk.tx`select jobname from cron.job where not active`], [{ jobname: "keep-warm" }]);
});

outboxTest(
  "a database grows by what comes in a week, and marks in the archive came before it",
  async (desk) => {
    const grows = async () => (await readSize(desk.tx as unknown as Sql)).bytesPerDay;
    const account = await desk.account();
    await desk.buy(account);
    const young = await grows();
    await desk.tx`
    insert into trading.mark_archive
      (account_id, epoch, symbol, first_id, last_id, marks, last_received_at, request, ids, received)
    select a.id, a.epoch, 'ACME', 1, 2, 1000000000, now() - interval '30 days', '{}', '', ''
    from trading.accounts a where a.name = ${account}`;
    ok(await grows() < young / 100, "most of its alerts are old");
  },
);
