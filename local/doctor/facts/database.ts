import postgres, { type Row, type Sql } from "postgres";
import * as z from "zod";
import { errorText } from "../../errors.ts";
import { readGrants } from "../../grants.ts";
import { isLoopback } from "../../ports.ts";
import { supabase } from "../../supabase-cli.ts";

export type DatabaseFacts = Extract<Awaited<ReturnType<typeof readDatabaseFacts>>, { ok: true }>;

/** What pg_cron does, and has. */
export type CronFacts = NonNullable<Awaited<ReturnType<typeof readCron>>>;

/** A job: its last run, which is null when it never ran, or not in the days of which pg_cron's list of runs is kept. */
export interface JobFacts {
  lastRun: { ok: boolean; minutesAgo: number } | null;
}

/** What the database says of itself, asked as the role of the URL. */
export async function readDatabaseFacts(url: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    const advisors = readAdvisors(url);
    const clockAheadMs = await readClock(sql);
    return {
      ok: true as const,
      /** Whether this connection is encrypted. */
      tls:
        await valueOf(sql`select s.ssl as value from pg_stat_ssl s where s.pid = pg_backend_pid()`) === true,
      clockAheadMs,
      newestMigration: await readNewestMigration(sql),
      /** By role, such as `authenticated` to `{ statement_timeout: "8s" }`. */
      roleSettings: await settingsOf(sql`
        select r.rolname as name, r.rolconfig as settings from pg_roles r
        where r.rolname in ('anon', 'authenticated', 'authenticator', 'service_role')`),
      /** Of the functions in `public`, by name. */
      functionSettings: await settingsOf(sql`
        select p.proname as name, p.proconfig as settings
        from pg_proc p where p.pronamespace = 'public'::regnamespace`),
      grants: await readGrants(sql),
      /** Tables of the project without row security. */
      openTables: await valueOf(sql`
        select coalesce(array_agg(c.oid::regclass::text order by c.oid::regclass::text), '{}') as value
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'trading') and c.relkind in ('r', 'p') and not c.relrowsecurity`) as string[],
      cron: await readCron(sql),
      /** Days since an account was last found to have nothing left to compact; null without accounts. */
      daysSinceCompaction: await valueOf(sql`
        select floor(extract(epoch from clock_timestamp() - max(a.compacted_at)) / 86400)::float8 as value
        from trading.accounts a`) as number | null,
      ...await readSize(sql),
      advisors: await advisors,
    };
  } catch (error) {
    return { ok: false as const, reason: errorText(error) };
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** By how much its clock is ahead, as seen half way through the shortest of a few round trips. */
async function readClock(sql: Sql): Promise<number> {
  let best = { roundTrip: Infinity, ahead: 0 };
  for (let tries = 0; tries < 3; tries++) {
    const [begun, from] = [Date.now(), performance.now()];
    const [row] = await sql`select extract(epoch from clock_timestamp()) * 1000 as now`;
    const roundTrip = performance.now() - from;
    if (roundTrip < best.roundTrip) best = { roundTrip, ahead: Number(row?.now) - (begun + roundTrip / 2) };
  }
  return Math.round(best.ahead);
}

async function readNewestMigration(sql: Sql): Promise<string | null> {
  const list = await valueOf(sql`select to_regclass('supabase_migrations.schema_migrations') as value`);
  if (list === null) return null;
  return await valueOf(sql`select max(version) as value from supabase_migrations.schema_migrations`) as
    | string
    | null;
}

/** The `value` of the only row of an answer. */
const valueOf = async (rows: Promise<Row[]>): Promise<unknown> => (await rows)[0]?.value ?? null;

/** Settings by name: `["a=b"]` is `{ a: "b" }`. */
async function settingsOf(rows: Promise<Row[]>): Promise<Record<string, Record<string, string>>> {
  const settings = (texts: string[] | null) =>
    (texts ?? []).map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]);
  return Object.fromEntries(
    (await rows).map((row) => [row.name, Object.fromEntries(settings(row.settings))]),
  );
}

/** What pg_cron does, and has; null without it. */
export async function readCron(sql: Sql) {
  const [there] = await sql`
    select to_regclass('cron.job') is not null as cron, to_regnamespace('net') is not null as net,
      has_table_privilege(to_regclass('net._http_response'), 'select') as answers`;
  if (there?.cron !== true) return null;
  // The last by its number: a run that a restart of the server cut off never gets a start_time.
  const jobs = await sql`
    select j.jobname as name, j.active, r.status, extract(epoch from clock_timestamp() - r.start_time) / 60 as minutes
    from cron.job j
    left join lateral (
      select r.status, r.start_time from cron.job_run_details r where r.jobid = j.jobid order by r.runid desc limit 1
    ) r on true`;
  const secrets = await valueOf(sql`
    select count(*) = 2 as value from vault.secrets s where s.name in ('project_url', 'service_key')`);
  const jobOf = ({ active, status, minutes }: Row): JobFacts | null => {
    if (!active) return null;
    if (status === null) return { lastRun: null };
    return { lastRun: { ok: status !== "failed", minutesAgo: Math.round(Number(minutes)) } };
  };
  return {
    /** Its jobs by name; null: switched off. */
    jobs: Object.fromEntries<JobFacts | null | undefined>(jobs.map((job) => [job.name, jobOf(job)])),
    /** pg_net is there: a job can call a function. */
    net: there.net === true,
    /** The vault has the project's URL and key. */
    secrets: secrets === true,
    /** The last call was refused, as with a key that the project had before. */
    refused: there.answers === true && await readRefused(sql),
  };
}

/** Whether the last call since the key was put into the vault was refused: pg_net keeps no address with an answer. */
const readRefused = async (sql: Sql): Promise<boolean> =>
  await valueOf(sql`
    select r.status_code in (401, 403) as value from net._http_response r
    where r.created > (select s.updated_at from vault.secrets s where s.name = 'service_key')
    order by r.id desc limit 1`) === true;

/** Its growth: the share of its size that the last week's alerts are of all, those in the archive included. */
export async function readSize(sql: Sql) {
  const [row] = await sql`
    with counted as (
      select count(*) as alerts, count(*) filter (where a.received_at > clock_timestamp() - interval '7 days') as recent
      from trading.alerts a
      union all
      select sum(k.marks), sum(k.marks) filter (where k.last_received_at > clock_timestamp() - interval '7 days')
      from trading.mark_archive k
    )
    select pg_database_size(current_database())::float8 as bytes,
      (select floor(extract(epoch from clock_timestamp() - max(a.received_at)) / 86400)::float8 from trading.alerts a) as days,
      coalesce(sum(c.recent)::float8 / nullif(sum(c.alerts), 0), 0) as share
    from counted c`;
  const bytes = Number(row?.bytes);
  return {
    bytes,
    bytesPerDay: Math.round(bytes * Number(row?.share) / 7),
    /** Null when there never was one. */
    daysSinceAlert: (row?.days ?? null) as number | null,
  };
}

const answerSchema = z.object({
  results: z.array(z.object({ name: z.string(), level: z.string(), detail: z.string() })),
});

/** What the Supabase CLI's advisors warn of, beyond mere information. */
async function readAdvisors(url: string) {
  const remote = new URL(url);
  if (isLoopback(remote)) remote.searchParams.set("sslmode", "disable");
  try {
    const { success, stdout, messages } = await supabase([
      ...["db", "advisors", `--remote=${remote.href}`],
      ...["--level", "info", "--fail-on", "none", "--output-format", "json"],
    ]);
    if (!success) throw new Error(messages.at(-1) ?? "the Supabase CLI failed");
    const { results } = answerSchema.parse(JSON.parse(stdout));
    const warnings = results.filter(({ level }) => level !== "INFO");
    return { ok: true as const, warnings: warnings.map(({ name, detail }) => `${name}: ${detail}`) };
  } catch (error) {
    return { ok: false as const, reason: errorText(error) };
  }
}
