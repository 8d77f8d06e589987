-- What the functions counted, so that one scrape tells of all isolates, and what is going on now.
--
-- An isolate lives a minute or two and sees its own memory only. So each adds what it counted to the sums here, at most
-- every few seconds and never in an answer's way; Prometheus reads the sums.

create table trading.metrics (
  name text not null check (name ~ '^[a-z][a-z0-9_]{0,79}$'),
  labels jsonb not null check (jsonb_typeof(labels) = 'object' and length(labels::text) <= 400),
  value double precision not null check (value >= 0 and value < 'Infinity'),
  primary key (name, labels)
) with (fillfactor = 50);
comment on table trading.metrics is
  'Counters summed over all isolates ever, one row a series. Labels are words of the code, never values of an alert.';

create table trading.isolates (
  id uuid primary key,
  function text not null check (function ~ '^[a-z0-9_-]{1,32}$'),
  report bigint not null check (report > 0),
  gauges jsonb not null check (jsonb_typeof(gauges) = 'array' and length(gauges::text) <= 8192),
  seen_at timestamptz not null
) with (fillfactor = 50);
comment on table trading.isolates is
  'Isolates that reported in the last minutes. One without work reports nothing, and falls out of the sums of gauges.';
comment on column trading.isolates.report is
  'Number of its last report: one that is sent again, because its answer was lost, is counted once.';
comment on column trading.isolates.gauges is 'What the isolate had at its last report: [{ name, labels, value }].';
create index isolates_seen_at_idx on trading.isolates (seen_at);

alter table trading.metrics enable row level security;
alter table trading.isolates enable row level security;
grant select, insert, update on trading.metrics to service_role;
grant select, insert, update, delete on trading.isolates to service_role;

-- A dashboard's status line: counts, and no names.
grant select on trading.metrics to authenticated;
create policy "everyone signed in reads the cache's counters" on trading.metrics for select to authenticated
  using (name in ('cache_hits_total', 'cache_misses_total'));

grant select (expires_at) on trading.leases to authenticated;
create policy "everyone signed in may count leases" on trading.leases for select to authenticated using (true);

-- Writing -----------------------------------------------------------------------------------------

create function public.record_metrics(
  isolate uuid, function_name text, report bigint, metrics jsonb, gauges jsonb default '[]'
) returns boolean
  language plpgsql volatile set search_path = '' set lock_timeout = '1s' set statement_timeout = '2s' as $$
begin
  -- Nothing is lost that could not be: a crash forgets the last moments of counting, and no alert waits for the disk.
  perform set_config('synchronous_commit', 'off', true);
  insert into trading.isolates as i (id, function, report, gauges, seen_at)
  values (isolate, function_name, record_metrics.report, record_metrics.gauges, clock_timestamp())
  on conflict on constraint isolates_pkey do update
    set report = excluded.report, gauges = excluded.gauges, seen_at = excluded.seen_at
  where i.report < excluded.report;
  if not found then
    return false;
  end if;
  perform trading.require(not exists (select from jsonb_to_recordset(metrics) r (value double precision)
    where (r.value >= 0 and r.value < 'Infinity') is not true),
    'a counter only grows', 'Send differences of at least 0.', '23514');
  -- In one order everywhere: reports that meet must not deadlock. Beyond 5,000 series nothing new is kept.
  insert into trading.metrics as m (name, labels, value)
  select r.name, r.labels, sum(r.value)
  from jsonb_to_recordset(metrics) r (name text, labels jsonb, value double precision)
  where (select count(*) from trading.metrics) < 5000
    or exists (select from trading.metrics k where k.name = r.name and k.labels = r.labels)
  group by r.name, r.labels
  order by r.name, r.labels
  on conflict on constraint metrics_pkey do update set value = m.value + excluded.value;
  delete from trading.isolates i where i.id in (
    select o.id from trading.isolates o where o.seen_at < clock_timestamp() - interval '10 minutes'
    order by o.seen_at limit 20 for update skip locked);
  return true;
end;
$$;
comment on function public.record_metrics is
  'Adds what an isolate counted since its last report: metrics and gauges are [{ name, labels, value }], values of '
  'metrics are differences of at least 0. report grows by one with each; false, and nothing is added, for one that was '
  'counted before. Errors: 23514 for a name, a label or a value that no metric can have.';

-- Reading -----------------------------------------------------------------------------------------

create function trading.advisory_locks(out held integer, out waiting integer) language sql stable set search_path = ''
begin atomic
  select (count(*) filter (where l.granted))::integer, (count(*) filter (where not l.granted))::integer
  from pg_catalog.pg_locks l
  where l.locktype = 'advisory' and l.objsubid = 1
    and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database());
end;
comment on function trading.advisory_locks is
  'How many advisory locks of one bigint are held, and how many sessions wait for one, in this database.';

create function trading.outbox_depth(out pending bigint, out dead bigint) language sql stable set search_path = '' as $$
  select count(*) filter (where o.status = 'pending'), count(*) filter (where o.status = 'dead')
  from trading.notification_outbox o where o.status in ('pending', 'dead');
$$;
comment on function trading.outbox_depth is
  'Notifications that are to be sent, and those given up on: all for service_role, of their own accounts for others.';

grant select (account_id, status) on trading.notification_outbox to authenticated;
create policy "owners count their notifications" on trading.notification_outbox for select to authenticated
  using (account_id in (select trading.own_account_ids()));

create function public.system_status() returns jsonb
  language plpgsql stable set search_path = '' set statement_timeout = '2s' as $$
declare
  locks constant record := (select l from trading.advisory_locks() l);
  outbox constant record := (select o from trading.outbox_depth() o);
begin
  perform trading.take_read_place('page');  -- After the count: the place is a lock, too.
  return jsonb_build_object(
    'locks', jsonb_build_object(
      'held', locks.held + (select count(*) from trading.leases l where l.expires_at > clock_timestamp()),
      'waiting', locks.waiting),
    'cache', (
      select jsonb_build_object(
        'l1_hits', coalesce(
          sum(m.value) filter (where m.name = 'cache_hits_total' and m.labels ->> 'layer' = 'l1'), 0)::bigint,
        'l2_hits', coalesce(
          sum(m.value) filter (where m.name = 'cache_hits_total' and m.labels ->> 'layer' = 'l2'), 0)::bigint,
        'misses', coalesce(sum(m.value) filter (where m.name = 'cache_misses_total'), 0)::bigint)
      from trading.metrics m where m.name in ('cache_hits_total', 'cache_misses_total')),
    'outbox', jsonb_build_object('pending', outbox.pending, 'dead', outbox.dead),
    'time', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
end;
$$;
comment on function public.system_status is
  'What is going on, in counts only: { locks: { held, waiting }, cache: { l1_hits, l2_hits, misses }, outbox: { '
  'pending, dead }, time }. Locks (advisory ones and leases) and the cache are everybody''s, the outbox the caller''s '
  'own accounts''. The cache''s counts are sums since the database began, some seconds old; time is ISO 8601 in UTC. '
  'Errors: PT429 busy.';

create function public.read_metrics() returns jsonb language plpgsql stable set search_path = '' as $$
declare
  locks constant record := (select l from trading.advisory_locks() l);
  outbox constant record := (select o from trading.outbox_depth() o);
  activity constant pg_catalog.pg_stat_database := (
    select d from pg_catalog.pg_stat_database d where d.datname = current_database());
begin
  return jsonb_build_object(
    'metrics', coalesce((select jsonb_agg(to_jsonb(m) order by m.name, m.labels) from trading.metrics m), '[]'),
    'gauges', coalesce((
      select jsonb_agg(to_jsonb(s) order by s.name, s.labels)
      from (
        select g.name, g.labels, sum(g.value) as value
        from trading.isolates i, jsonb_to_recordset(i.gauges) g (name text, labels jsonb, value double precision)
        where i.seen_at > clock_timestamp() - interval '1 minute' group by g.name, g.labels
        union all
        select 'isolates', jsonb_build_object('function', i.function), count(*)
        from trading.isolates i where i.seen_at > clock_timestamp() - interval '1 minute' group by i.function
        union all
        select 'locks', jsonb_build_object('kind', l.kind, 'state', l.state), l.amount
        from (values ('advisory', 'held', locks.held::bigint), ('advisory', 'waiting', locks.waiting::bigint),
          ('lease', 'held', (select count(*) from trading.leases l where l.expires_at > clock_timestamp()))
        ) l (kind, state, amount)
        union all
        select 'outbox', jsonb_build_object('state', o.state), o.amount
        from (values ('pending', outbox.pending), ('dead', outbox.dead)) o (state, amount)
        union all
        select 'accounts',
          jsonb_build_object('state', case when a.halted_at is null then 'active' else 'halted' end), count(*)
        from trading.accounts a group by 2
        union all
        select 'open_orders', '{}', count(*) from trading.orders o where o.status = 'open'
        union all
        select f.name, '{}', f.amount
        from (values
          ('database_size_bytes', pg_catalog.pg_database_size(activity.datid)),
          ('database_connections', activity.numbackends), ('database_commits_total', activity.xact_commit),
          ('database_rollbacks_total', activity.xact_rollback), ('database_deadlocks_total', activity.deadlocks),
          ('database_blocks_read_total', activity.blks_read), ('database_blocks_hit_total', activity.blks_hit)
        ) f (name, amount)
      ) s), '[]'));
end;
$$;
comment on function public.read_metrics is
  'All that a scrape returns: metrics (sums of what isolates counted) and gauges (of isolates that reported within the '
  'minute, of locks, outbox, accounts and database, now), each [{ name, labels, value }].';

create function public.schema_version() returns text language plpgsql stable security definer set search_path = '' as $$
declare
  newest text;
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    select max(m.version) into newest from supabase_migrations.schema_migrations m;
  end if;
  return newest;
end;
$$;
comment on function public.schema_version is
  'The newest migration that the Supabase CLI applied here; null when it applied none. Security definer, since its '
  'list is the owner''s; it takes no argument.';

revoke execute on function public.record_metrics, public.system_status, public.read_metrics, public.schema_version
  from public, anon, authenticated;
grant execute on function trading.advisory_locks, trading.outbox_depth, public.system_status to authenticated;
