-- Retention: a long life takes little room, and loses nothing that a proof or a replay needs.
--
-- A mark is 1,700 bytes when it is booked: its answer, its indexes, its minute of bars. Once it is old, nobody asks for
-- its answer. So old marks leave the inbox for an archive, many to a row, and old minutes become hours. What a trade is
-- made of (every other alert with its answer, orders, fills, cash) stays as it is, for good: a duplicate of it gets its
-- answer after years.
--
-- A mark without an idempotency_key or a signed name may come again after it has left, if it carries its time. Then it
-- is booked anew, and changes nothing: only a mark that is older than the last one of its symbol leaves.

-- Where old marks go ------------------------------------------------------------------------------

create table trading.mark_archive (
  account_id bigint not null references trading.accounts (id),
  epoch integer not null,
  symbol text not null,
  first_id bigint not null,
  last_id bigint not null check (last_id >= first_id),
  marks integer not null check (marks > 0),
  last_received_at timestamptz not null,
  request jsonb not null,
  ids text not null,
  received text not null,
  times text,
  opens text,
  highs text,
  lows text,
  prices text,
  primary key (account_id, epoch, symbol, first_id)
);
comment on table trading.mark_archive is
  'Marks that left trading.alerts, up to a step of a symbol to a row. Append-only. What is gone: their answers, names '
  'of their requests, labels and comments. The rest is here, and trading.unpack_marks shows it.';
comment on column trading.mark_archive.request is
  'What the marks of the row have in common, as trading.kept_mark tells it.';
comment on column trading.mark_archive.ids is
  'The marks'' ids; likewise received (in seconds), times, opens, highs, lows and prices: see trading.pack_numbers.';
create trigger mark_archive_is_append_only before update or delete or truncate on trading.mark_archive
  for each statement execute function trading.refuse_change();

create table trading.mark_progress (
  account_id bigint not null references trading.accounts (id),
  epoch integer not null,
  symbol text not null,
  alert_id bigint not null,
  primary key (account_id, epoch, symbol)
);
comment on table trading.mark_progress is
  'Up to which alert of a symbol it was decided whether it leaves: none is looked at twice.';

alter table trading.mark_progress enable row level security;
select trading.let_owners_read('mark_archive');
grant select, insert on trading.mark_archive to service_role;
grant select, insert, update on trading.mark_progress to service_role;
grant delete on trading.alerts to service_role;

-- The archive -------------------------------------------------------------------------------------

create function trading.pack_numbers(numbers numeric[]) returns text
  language plpgsql immutable strict set search_path = '' as $$
declare
  digits constant integer := (select max(scale(trim_scale(n))) from unnest(numbers) n);
begin
  return digits || ':' || (
    select string_agg(trim_scale(d.step * ('1e' || digits)::numeric)::text, ',' order by d.nr)
    from (select u.n - lag(u.n, 1, 0::numeric) over (order by u.nr) as step, u.nr
      from unnest(numbers) with ordinality u (n, nr)) d);
end;
$$;
comment on function trading.pack_numbers is
  'Numbers as text that compresses well: how many decimals, then the steps from one to the next, as whole numbers. '
  '1.5, 1.75: 2:150,25. Null for an array of nulls.';

create function trading.unpack_numbers(packed text) returns numeric[]
  language plpgsql immutable strict set search_path = '' as $$
declare
  unit constant numeric := ('1e-' || split_part(packed, ':', 1))::numeric;
begin
  return (
    select array_agg(trim_scale(s.total * unit) order by s.nr)
    from (select sum(u.step::numeric) over (order by u.nr) as total, u.nr
          from unnest(string_to_array(split_part(packed, ':', 2), ',')) with ordinality u (step, nr)) s);
end;
$$;
comment on function trading.unpack_numbers is 'The numbers that trading.pack_numbers made a text of.';

create function trading.mark_numbers("time" timestamptz, "open" numeric, high numeric, low numeric, price numeric)
  returns jsonb language plpgsql immutable set search_path = '' as $$
begin
  return jsonb_strip_nulls(jsonb_build_object('time', to_char("time" at time zone 'utc',
    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'open', trading.decimal("open"), 'high', trading.decimal(high), 'low',
    trading.decimal(low), 'price', trading.decimal(price)));
end;
$$;
comment on function trading.mark_numbers is 'What differs from one mark to the next, as fields of its request.';

create function trading.kept_mark(request jsonb) returns jsonb language plpgsql stable set search_path = '' as $$
begin
  return request - '{request_id,key_id,arrived_at,hash,id,comment,account,received_at,time,open,high,low,price}'::text[]
    || trading.mark_numbers((request ->> 'time')::timestamptz, (request ->> 'open')::numeric,
                            (request ->> 'high')::numeric, (request ->> 'low')::numeric,
                            (request ->> 'price')::numeric);
end;
$$;
comment on function trading.kept_mark is
  'The request of a mark as the archive keeps it: all that books it, without its names, its label and its comment.';

create function trading.unpack_marks(kept trading.mark_archive)
  returns table (id bigint, received_at timestamptz, request jsonb)
  language sql stable set search_path = '' as $$
  select u.id::bigint, to_timestamp(u.received),
    kept.request || trading.mark_numbers(to_timestamp(u."time"), u."open", u.high, u.low, u.price)
  from unnest(
    trading.unpack_numbers(kept.ids), trading.unpack_numbers(kept.received), trading.unpack_numbers(kept.times),
    trading.unpack_numbers(kept.opens), trading.unpack_numbers(kept.highs), trading.unpack_numbers(kept.lows),
    trading.unpack_numbers(kept.prices)) u (id, received, "time", "open", high, low, price);
$$;
comment on function trading.unpack_marks is 'The marks of a row of the archive, each as it was read.';

-- The only door through which alerts leave --------------------------------------------------------

create function trading.refuse_loss() returns trigger language plpgsql set search_path = '' as $$
begin
  perform trading.require(not exists (
    select from gone g
    left join (
      select k.account_id, k.epoch, k.symbol, m.id, m.received_at, m.request
      from trading.mark_archive k
      cross join lateral trading.unpack_marks(k) m
      where (k.account_id, k.epoch, k.symbol) in (select g.account_id, g.epoch, g.symbol from gone g)
        and k.first_id between (select min(g.id) from gone g) and (select max(g.id) from gone g)
    ) m on m.id = g.id and m.account_id = g.account_id and m.epoch = g.epoch and m.symbol = g.symbol
      and m.received_at = g.received_at and m.request = trading.kept_mark(g.request)
    where m.id is null
  ), 'trading.alerts is append-only: delete refused',
    'Only a mark that the archive holds may leave: compact_history moves it there.', '42501');
  return null;
end;
$$;
comment on function trading.refuse_loss is
  'Trigger: refuses to delete an alert that cannot be read from the archive, word by word, for every role.';

create trigger only_archived_alerts_leave after delete on trading.alerts referencing old table as gone
  for each statement execute function trading.refuse_loss();

-- Steps: each takes some rows of one account, whose row is locked, and answers how many -----------

create function trading.compact_marks(
  owned trading.accounts, of_epoch integer, of_symbol text, before timestamptz, max_rows integer
) returns integer language plpgsql volatile set search_path = '' as $$
declare
  -- Its place is where the next deposit or halt is booked.
  newest constant bigint := least(trading.newest_alert(owned.id, of_epoch),
    -- And what a shadow has to book yet.
    (select min(s.after_alert_id) + 1 from trading.shadow_accounts s where s.account_id = owned.id));
  marked_at constant timestamptz := (select m.marked_at from trading.marks m
    where m.account_id = owned.id and m.symbol = of_symbol);
  seen_up_to constant bigint := coalesce((select p.alert_id from trading.mark_progress p
    where p.account_id = owned.id and p.epoch = of_epoch and p.symbol = of_symbol), 0);
  seen bigint[];
  leaving bigint[];
begin
  seen := array(
    select d.id
    from (select a.id, bool_and(a.received_at < before and a.id < newest) over (order by a.id) as is_due
          from (select a.id, a.received_at from trading.alerts a
                where a.account_id = owned.id and a.epoch = of_epoch and a.symbol = of_symbol and a.id + 0 > seen_up_to
                order by a.id + 0 limit max_rows) a) d
    where d.is_due order by d.id);
  if seen = '{}' then
    return 0;
  end if;
  leaving := array(
    select a.id from trading.alerts a
    where a.id = any (seen) and trading.may_leave(a)
      and not exists (select from trading.duplicates d where d.alert_id = a.id)
      and not exists (select from trading.orders o where o.alert_id = a.id)
      -- A bar that comes again may be booked at its end.
      and (of_epoch < owned.epoch or coalesce((a.request ->> 'time')::timestamptz
        + coalesce(trading.interval_length(a.request ->> 'interval'), '0') < marked_at, a.alert_time is null)));
  -- Materialized, or the request would be read anew for each of its fields.
  with marks as materialized (
    select a.id, a.received_at, trading.kept_mark(a.request) as kept from trading.alerts a where a.id = any (leaving)
  )
  insert into trading.mark_archive
  select owned.id, of_epoch, of_symbol, min(m.id), max(m.id), count(*), max(m.received_at),
    m.kept - '{time,open,high,low,price}'::text[], trading.pack_numbers(array_agg(m.id::numeric order by m.id)),
    trading.pack_numbers(array_agg(extract(epoch from m.received_at) order by m.id)),
    trading.pack_numbers(array_agg(extract(epoch from (m.kept ->> 'time')::timestamptz) order by m.id)),
    trading.pack_numbers(array_agg((m.kept ->> 'open')::numeric order by m.id)),
    trading.pack_numbers(array_agg((m.kept ->> 'high')::numeric order by m.id)),
    trading.pack_numbers(array_agg((m.kept ->> 'low')::numeric order by m.id)),
    trading.pack_numbers(array_agg((m.kept ->> 'price')::numeric order by m.id))
  from marks m
  group by m.kept - '{time,open,high,low,price}'::text[], m.kept ? 'time', m.kept ? 'open', m.kept ? 'high',
    m.kept ? 'low', m.kept ? 'price';
  delete from trading.alerts a where a.id = any (leaving);
  insert into trading.mark_progress values (owned.id, of_epoch, of_symbol, seen[cardinality(seen)])
  on conflict on constraint mark_progress_pkey do update set alert_id = excluded.alert_id;
  return cardinality(seen);
end;
$$;
comment on function trading.compact_marks is
  'Looks at the oldest alerts of a symbol, before a moment, and moves the marks among them that changed nothing into '
  'the archive. The newest alert of the epoch stays, and every mark that came again, or whose time is not older than '
  'the last mark.';

create function trading.merge_mark_bars(
  owned trading.accounts, of_symbol text, time_zone text, before timestamptz, max_rows integer
) returns integer language plpgsql volatile set search_path = '' as $$
declare
  -- Whole hours: there are more minutes to a step than to an hour.
  until constant timestamptz := least(before, date_trunc('hour', (
    select b.minute from trading.mark_bars b where b.account_id = owned.id and b.symbol = of_symbol
    order by b.minute offset max_rows limit 1), time_zone));
  merged integer;
begin
  with gone as (
    delete from trading.mark_bars b where b.account_id = owned.id and b.symbol = of_symbol and b.minute < until
    returning b.*
  ), hours as (
    insert into trading.mark_hours as kept
    select owned.id, of_symbol, min(g.minute), (array_agg(g.open order by g.minute))[1], max(g.high::numeric),
      min(g.low::numeric), (array_agg(g.close order by g.minute desc))[1]
    from gone g group by date_trunc('hour', g.minute, time_zone)
    on conflict on constraint mark_hours_pkey do update
      set high = greatest(kept.high, excluded.high), low = least(kept.low, excluded.low), close = excluded.close
  )
  select count(*) into merged from gone;
  return merged;
end;
$$;
comment on function trading.merge_mark_bars is 'Makes hours of a symbol''s oldest minutes, before a moment.';

create function trading.merge_equity_bars(
  owned trading.accounts, of_epoch integer, time_zone text, before timestamptz, max_rows integer
) returns integer language plpgsql volatile set search_path = '' as $$
declare
  cash constant trading.cash_history := trading.load_cash_history(owned.id, of_epoch);
  -- The newest stays: what is booked later goes on from it.
  newest constant timestamptz := (
    select max(b.minute) from trading.equity_bars b where b.account_id = owned.id and b.epoch = of_epoch);
  until constant timestamptz := least(before, date_trunc('hour', newest, time_zone), date_trunc('hour', (
    select b.minute from trading.equity_bars b where b.account_id = owned.id and b.epoch = of_epoch
    order by b.minute offset max_rows limit 1), time_zone));
  merged integer;
begin
  with gone as (
    delete from trading.equity_bars b where b.account_id = owned.id and b.epoch = of_epoch and b.minute < until
    returning b.*
  ), parts as (
    select g.*, date_trunc('hour', g.minute, time_zone) as hour, width_bucket(g.minute, cash.at) as part from gone g
  ), followed as (
    select p.*, lead(p.minute) over w as next_minute,
      max(p.high::numeric) over (w rows between unbounded preceding and 1 preceding) as peak
    from parts p window w as (partition by p.hour, p.part order by p.minute)
  ), hours as (
    insert into trading.equity_hours as kept
    select owned.id, of_epoch, min(f.minute), (array_agg(f.open order by f.minute))[1], max(f.high::numeric),
      min(f.low::numeric), (array_agg(f.close order by f.minute desc))[1],
      (array_agg(f.exposure order by f.minute desc))[1], max(f.minute),
      coalesce(sum(f.next_minute - f.minute) filter (where f.exposure > 0), '0'),
      greatest(max(greatest(f.peak - f.low, f.high - f.close)), 0),
      max(greatest(case when f.peak > 0 then 100 * (f.peak - f.low) / f.peak end,
        case when f.high > 0 then 100 * (f.high - f.close) / f.high end))
    from followed f group by f.hour, f.part
    on conflict on constraint equity_hours_pkey do update
      set high = greatest(kept.high, excluded.high), low = least(kept.low, excluded.low),
        fall = greatest(kept.fall, excluded.fall), fall_percent = greatest(kept.fall_percent, excluded.fall_percent)
  )
  select count(*) into merged from gone;
  return merged;
end;
$$;
comment on function trading.merge_equity_bars is
  'Makes hours of the oldest minutes of an epoch''s equity, before a moment; an hour in which cash moved is cut there.';

create function trading.distinct_values(of_table text, of_column text, account_id bigint, epoch integer)
  returns setof text language plpgsql stable set search_path = '' as $$
declare
  -- From value to value by the index: one look for each, however many rows have it.
  next_value constant text := format('select min(t.%2$I) from trading.%1$I t where t.account_id = $1', of_table,
    of_column) || case when epoch is not null then ' and t.epoch = $2' else '' end;
  reached text;
begin
  execute next_value into reached using account_id, epoch;
  while reached is not null loop
    return next reached;
    execute next_value || format(' and t.%I > $3', of_column) into reached using account_id, epoch, reached;
  end loop;
end;
$$;
comment on function trading.distinct_values is
  'The values of a column (symbol or strategy) that an account''s rows of a table have, in an epoch; null: in all.';

create function trading.compact_account(owned trading.accounts, at timestamptz, max_rows integer) returns integer
  language plpgsql volatile set search_path = '' as $$
declare
  settings constant trading.account_settings := (select s from trading.account_settings s
    where s.account_id = owned.id);
  marks_before constant timestamptz := date_trunc(
    'day', at - make_interval(days => settings.keep_marks_days), settings.time_zone);
  bars_before constant timestamptz := date_trunc(
    'day', at - make_interval(days => settings.keep_minute_bars_days), settings.time_zone);
  done integer := 0;
  series record;
begin
  for series in
    select 'marks' as kind, e.epoch, s.symbol from generate_series(1, owned.epoch) e (epoch)
    cross join lateral trading.distinct_values('alerts', 'symbol', owned.id, e.epoch) s (symbol)
    where marks_before is not null
    union all
    select 'mark bars', null, s.symbol
    from trading.distinct_values('mark_bars', 'symbol', owned.id, null) s (symbol) where bars_before is not null
    union all
    select 'equity bars', e.epoch, null from generate_series(1, owned.epoch) e (epoch) where bars_before is not null
  loop
    done := case series.kind
      when 'marks' then trading.compact_marks(owned, series.epoch, series.symbol, marks_before, max_rows)
      when 'mark bars' then trading.merge_mark_bars(owned, series.symbol, settings.time_zone, bars_before, max_rows)
      else trading.merge_equity_bars(owned, series.epoch, settings.time_zone, bars_before, max_rows) end;
    exit when done > 0;
  end loop;
  return done;
end;
$$;
comment on function trading.compact_account is
  'One step for an account, whose row is locked; 0 when nothing of it is left to do.';

create function trading.compact_step(at timestamptz, max_rows integer) returns integer
  language plpgsql volatile set search_path = '' as $$
declare
  owned trading.accounts;
  done integer;
begin
  for accounts in 0 .. 49 loop
    select a.* into owned
    from trading.accounts a join trading.account_settings s on s.account_id = a.id
    where a.compacted_at < date_trunc('day', compact_step.at, s.time_zone)
    order by a.id limit 1 for update of a skip locked;
    if not found then
      return accounts;
    end if;
    begin
      done := trading.compact_account(owned, at, max_rows);
    exception when others then
      -- One account's trouble is not that of the others: it is tried again when its day has ended.
      raise warning 'account % is not compacted: %', owned.name, sqlerrm;
      done := 0;
    end;
    if done > 0 then
      return accounts + done;
    end if;
    update trading.accounts a set compacted_at = compact_step.at where a.id = owned.id;
  end loop;
  return 50;
end;
$$;
comment on function trading.compact_step is
  'As compact_history, at a moment. An account that is being booked into is passed over.';

create function public.compact_history(max_rows integer default 500) returns integer
  language plpgsql volatile set search_path = '' set statement_timeout = '8s'
  set enable_seqscan = 'off' set jit = 'off' as $$
begin
  perform trading.require(max_rows between 100 and 10000, 'max_rows must be between 100 and 10000', 'Leave it out.');
  delete from trading.waiting_alerts w where w.ticket in (
    select e.ticket from trading.waiting_alerts e where e.expires_at < now() limit max_rows for update skip locked);
  return trading.compact_step(clock_timestamp(), max_rows);
end;
$$;
comment on function public.compact_history is
  'One step of retention: moves up to max_rows old marks into the archive, or makes hours of as many old minutes, of '
  'one account, by its settings keep_marks_days and keep_minute_bars_days. Answers how many rows and accounts it went '
  'through: call it until that is 0, each call a transaction of its own, so that no booking waits for more than a '
  'step. It also takes away alerts that waited in line and that nobody asks for. Errors: PT400 max_rows below 100 or '
  'above 10000.';

create function public.history_archive(account text default 'default', in_epoch integer default null)
  returns table (epoch integer, archived_marks bigint, archived_until timestamptz, keep_marks_days integer,
    keep_minute_bars_days integer)
  language sql stable set search_path = '' set statement_timeout = '2s' as $$
  select trading.take_read_place('page');
  select e.epoch, coalesce(k.marks, 0), k.until, s.keep_marks_days, s.keep_minute_bars_days
  from trading.find_account(account) a
  cross join lateral trading.find_epoch(a, in_epoch) e (epoch)
  join trading.account_settings s on s.account_id = a.id
  cross join lateral (
    select sum(k.marks) as marks, max(k.last_received_at) as until from trading.mark_archive k
    where k.account_id = a.id and k.epoch = e.epoch
  ) k;
$$;
comment on function public.history_archive is
  'What list_alerts does not show of an epoch: archived_marks, how many old marks are in the archive, archived_until, '
  'when the newest of them came (null: none is). They count in proofs and replays as ever. Errors: PT404 no such '
  'account, PT400 bad epoch, PT429 busy.';

revoke execute on function public.compact_history, public.history_archive from public, anon, authenticated;
grant execute on function public.history_archive to authenticated;
