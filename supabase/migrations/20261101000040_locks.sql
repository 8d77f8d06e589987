-- Leases for callers that have HTTP only, and who holds, or waits for, what.

-- Leases ------------------------------------------------------------------------------------------

create sequence trading.lease_tokens as bigint;
comment on sequence trading.lease_tokens is
  'Fencing tokens of all leases. One sequence: so a key''s tokens grow even after its row was swept away.';

create table trading.leases (
  key text primary key,
  owner text,
  fencing_token bigint not null,
  acquired_at timestamptz not null,
  expires_at timestamptz not null
);
comment on table trading.leases is
  'The last lease of a key: held while expires_at, by this database''s clock, is ahead.';
comment on column trading.leases.owner is 'Who took it; null once it was given back.';
comment on column trading.leases.fencing_token is
  'Grows with every lease of the key. What is written under a lease carries it; an older one is to be refused.';
create index leases_expires_at_idx on trading.leases (expires_at);

alter table trading.leases enable row level security;
grant select, insert, update, delete on trading.leases to service_role;
grant usage on sequence trading.lease_tokens to service_role;

create function trading.check_lease(key text, owner text, ttl_ms integer) returns void
  language plpgsql immutable set search_path = '' as $$
begin
  perform trading.require(octet_length(key) between 1 and 512, 'key must have 1 to 512 bytes',
    'For example "daily-report".');
  perform trading.require(octet_length(owner) between 1 and 256, 'owner must have 1 to 256 bytes',
    'A name that no other caller uses, such as a UUID.');
  perform trading.require(ttl_ms between 100 and 3600000, 'ttl_ms must be between 100 and 3600000',
    'Milliseconds; renew at a third of it.');
end;
$$;
comment on function trading.check_lease is 'Errors: PT400 for what no lease can have.';

create function trading.milliseconds(span interval) returns bigint
  language sql immutable strict parallel safe set search_path = ''
  return ceil(extract(epoch from span) * 1000);
comment on function trading.milliseconds is 'A span in milliseconds, rounded up.';

create function public.acquire_lease(key text, owner text, ttl_ms integer) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '1s' as $$
declare
  ttl constant interval := make_interval(secs => ttl_ms / 1000.0);
  lease trading.leases;
begin
  perform trading.check_lease(key, owner, ttl_ms);
  -- The clock, not the transaction's start, and the token are read behind the row's lock: in the order of the leases.
  -- A first row's token is drawn before; no older lease of its key can be in its way, as rows are swept a day late.
  insert into trading.leases as l (key, owner, fencing_token, acquired_at, expires_at)
  values (acquire_lease.key, acquire_lease.owner, nextval('trading.lease_tokens'),
          clock_timestamp(), clock_timestamp() + ttl)
  on conflict on constraint leases_pkey do update set
    owner = excluded.owner, fencing_token = nextval('trading.lease_tokens'),
    acquired_at = clock_timestamp(), expires_at = clock_timestamp() + ttl
  where l.expires_at <= clock_timestamp()
  returning l.* into lease;
  if found then
    delete from trading.leases l where l.key in (
      select o.key from trading.leases o where o.expires_at < clock_timestamp() - interval '1 day'
      order by o.expires_at limit 5 for update skip locked);
    return jsonb_build_object('acquired', true, 'fencing_token', lease.fencing_token, 'expires_at', lease.expires_at,
      'holder', lease.owner, 'retry_after_ms', 0);
  end if;
  select l.* into lease from trading.leases l where l.key = acquire_lease.key;
  return jsonb_build_object('acquired', false, 'fencing_token', null, 'expires_at', lease.expires_at,
    'holder', lease.owner, 'retry_after_ms', greatest(trading.milliseconds(lease.expires_at - clock_timestamp()), 1));
exception when lock_not_available or deadlock_detected then
  -- A transaction that is not over yet is taking or renewing it.
  return jsonb_build_object('acquired', false, 'fencing_token', null, 'expires_at', null,
    'holder', null, 'retry_after_ms', 100);
end;
$$;
comment on function public.acquire_lease is
  'Takes the lease of a key for ttl_ms (100 to 3600000 milliseconds) unless it is held, by anybody: the same owner '
  'too, since two callers of one name must not both have it. Returns { acquired, fencing_token, expires_at, holder, '
  'retry_after_ms }; when not acquired, the token is null, holder and expires_at are the present lease''s, and '
  'retry_after_ms is when it ends at the latest. An expired lease is free. Leases and advisory locks of one name do '
  'not exclude each other. Errors: PT400 (HTTP 400).';

create function public.renew_lease(key text, owner text, fencing_token bigint, ttl_ms integer) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '1s' as $$
declare
  lease trading.leases;
begin
  perform trading.check_lease(key, owner, ttl_ms);
  update trading.leases l
  set expires_at = greatest(l.expires_at, clock_timestamp() + make_interval(secs => ttl_ms / 1000.0))
  where l.key = renew_lease.key and l.owner = renew_lease.owner and l.fencing_token = renew_lease.fencing_token
    and l.expires_at > clock_timestamp()
  returning l.* into lease;
  return jsonb_build_object('renewed', found, 'expires_at', lease.expires_at,
    'code', case when not found then 'lost' end);
exception when lock_not_available or deadlock_detected then
  return jsonb_build_object('renewed', false, 'expires_at', null, 'code', 'busy');
end;
$$;
comment on function public.renew_lease is
  'Lets a lease last ttl_ms (milliseconds) from now, and never shorter than it does. Only for the owner and token that '
  'hold it, and only before it expires. Returns { renewed, expires_at, code }: lost (expired, given back or taken '
  'over: it stays lost) or busy (try again). Errors: PT400 (HTTP 400).';

create function public.release_lease(key text, owner text, fencing_token bigint default null) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '1s' as $$
begin
  perform trading.check_lease(key, owner, 100);
  update trading.leases l set owner = null, expires_at = clock_timestamp()
  where l.key = release_lease.key and l.owner = release_lease.owner and l.expires_at > clock_timestamp()
    and l.fencing_token = coalesce(release_lease.fencing_token, l.fencing_token);
  return jsonb_build_object('released', found, 'code', case when not found then 'lost' end);
exception when lock_not_available or deadlock_detected then
  return jsonb_build_object('released', false, 'code', 'busy');
end;
$$;
comment on function public.release_lease is
  'Gives a lease back before it expires; only for the owner and token that hold it. Without a token: whatever lease '
  'the owner has, for one whose answer, with the token, never came. Returns { released, code }: lost (it was over '
  'already) or busy (try again). Errors: PT400 (HTTP 400).';

-- Names of advisory locks -------------------------------------------------------------------------

create unlogged table trading.lock_names (
  id bigint primary key,
  key text not null,
  used_at timestamptz not null
);
comment on table trading.lock_names is
  'Keys that withLock used lately, by lock id: Postgres knows numbers only. Unlogged: a crash frees the locks as well.';
create index lock_names_used_at_idx on trading.lock_names (used_at);

alter table trading.lock_names enable row level security;
grant select, insert, update, delete on trading.lock_names to service_role;

create function trading.name_lock(lock_key text) returns void language plpgsql volatile set search_path = '' as $$
begin
  insert into trading.lock_names as n (id, key, used_at) values (trading.lock_id(lock_key), lock_key, clock_timestamp())
  on conflict on constraint lock_names_pkey do update set used_at = excluded.used_at;
  delete from trading.lock_names n where n.id in (
    select o.id from trading.lock_names o where o.used_at < clock_timestamp() - interval '1 hour'
    order by o.used_at limit 5 for update skip locked);
end;
$$;
comment on function trading.name_lock is
  'Remembers the name of an advisory lock for an hour. In a transaction before the lock''s, to wait for nothing.';

create function trading.named_locks(ids bigint[]) returns table (id bigint, key text)
  language sql stable set search_path = '' as $$
  select n.id, n.key from trading.lock_names n where n.id = any (ids)
  union all
  -- Bookings write no name, to stay fast. Their keys are found among what accounts trade; lock_id's bytes are
  -- compared (int8send gives them), since calling it for each of 100,000 marks would take seconds, and this 0.1.
  select i.id, t.key
  from (select 'trade:' || a.name || ':' || m.symbol as key from trading.marks m
    join trading.accounts a on a.id = m.account_id) t
  join (select u as id, int8send(u) as bytes from unnest(ids) u
        where not exists (select from trading.lock_names n where n.id = u)) i
    on i.bytes = substr(sha256(convert_to(t.key, 'UTF8')), 1, 8);
$$;
comment on function trading.named_locks is
  'The keys of lock ids, as far as known: used by withLock within the hour, or of an account''s marked symbol.';

create function trading.lock_sessions()
  returns table (id bigint, granted boolean, pid integer, holder text, since timestamptz)
  language sql stable security definer set search_path = ''
begin atomic
  select (l.classid::bigint << 32) | l.objid::bigint, l.granted, l.pid,
    coalesce(nullif(s.application_name, ''), s.usename::text),
    case when l.granted then coalesce(s.xact_start, s.backend_start) else coalesce(l.waitstart, clock_timestamp()) end
  from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity s on s.pid = l.pid
  where l.locktype = 'advisory' and l.objsubid = 1
    and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database());
end;
comment on function trading.lock_sessions is
  'Sessions that hold or await an advisory lock of one bigint, in this database. Security definer, since service_role '
  'sees neither the application nor the times of other roles'' sessions; the owner, postgres, does as a member of '
  'pg_monitor. Where it is not, holder and since are null. It takes no argument and shows no statement.';

create function public.active_locks()
  returns table (key text, kind text, lock_id text, holder text, pid integer, since timestamptz, held_ms bigint,
    waiters integer, longest_wait_ms bigint, fencing_token bigint, expires_at timestamptz)
  language plpgsql stable set search_path = '' as $$
declare
  seen_at constant timestamptz := clock_timestamp();
begin
  return query
  with sessions as materialized (select s.* from trading.lock_sessions() s),
    waiting as (select s.id, count(*)::integer as waiters, min(s.since) as since from sessions s
      where not s.granted group by s.id)
  select n.key, 'advisory', h.id::text, h.holder, h.pid, h.since, trading.milliseconds(seen_at - h.since),
    coalesce(w.waiters, 0), trading.milliseconds(greatest(seen_at - w.since, '0')), null::bigint, null::timestamptz
  from sessions h
  left join waiting w on w.id = h.id
  left join trading.named_locks(array(select distinct s.id from sessions s)) n on n.id = h.id
  where h.granted
  union all
  select l.key, 'lease', null, l.owner, null, l.acquired_at, trading.milliseconds(seen_at - l.acquired_at),
    null, null, l.fencing_token, l.expires_at
  from trading.leases l where l.expires_at > seen_at
  order by 6, 1;
end;
$$;
comment on function public.active_locks is
  'Every lock now held: advisory ones (bookings: trade:<account>:<symbol>; withLock; other software''s, whose key is '
  'null) and leases. since: when the holder''s transaction began, so an advisory lock is at most held_ms old; for a '
  'lease when it was taken. waiters and longest_wait_ms (milliseconds) count the sessions queued in Postgres; who asks '
  'for a lease does not queue.';

create function public.lock_status(lock_key text) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  seen_at constant timestamptz := clock_timestamp();
  wanted constant bigint := trading.lock_id(lock_key);
begin
  perform trading.require(octet_length(lock_key) between 1 and 512, 'lock_key must have 1 to 512 bytes',
    'For example "trade:default:AAPL".');
  return (
    with sessions as materialized (select s.* from trading.lock_sessions() s where s.id = wanted)
    select jsonb_build_object('key', lock_key, 'lock_id', wanted::text,
      'locked', exists (select from sessions s where s.granted),
      'holder', (select jsonb_build_object('name', s.holder, 'pid', s.pid, 'since', s.since,
        'held_ms', trading.milliseconds(seen_at - s.since))
                 from sessions s where s.granted order by s.since limit 1),
      'waiters', coalesce((select jsonb_agg(jsonb_build_object('name', s.holder, 'pid', s.pid, 'since', s.since,
                   'waited_ms', trading.milliseconds(greatest(seen_at - s.since, '0'))) order by s.since)
                   from sessions s where not s.granted), '[]'),
      'lease', (select jsonb_build_object('owner', l.owner, 'fencing_token', l.fencing_token, 'since', l.acquired_at,
                  'held_ms', trading.milliseconds(seen_at - l.acquired_at), 'expires_at', l.expires_at)
                from trading.leases l where l.key = lock_key and l.expires_at > seen_at)));
end;
$$;
comment on function public.lock_status is
  'One key: { key, lock_id, locked, holder: { name, pid, since, held_ms } or null, waiters: [{ name, pid, since, '
  'waited_ms }] longest first, lease: { owner, fencing_token, since, held_ms, expires_at } or null }. locked and '
  'holder are of the advisory lock. since of the holder: when its transaction began. Milliseconds. Errors: PT400.';

revoke execute on function public.acquire_lease, public.renew_lease, public.release_lease, public.active_locks,
  public.lock_status from public, anon, authenticated;
