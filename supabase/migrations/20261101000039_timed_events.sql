-- Events that no alert brings about: a day that ended, an alert that never came, a strategy that fell silent.
-- By the clock and not by booking, which this costs nothing; by then an alert that was overtaken has come, too.

create table trading.daily_summaries (
  account_id bigint not null references trading.accounts (id) on delete cascade,
  day date not null,
  primary key (account_id, day)
);
comment on table trading.daily_summaries is
  'The days, in each account''s time zone, whose summary was put into the outbox.';

create table trading.alert_watches (
  account_id bigint primary key references trading.accounts (id) on delete cascade,
  epoch integer not null,
  seen_alert_id bigint not null,
  look_at timestamptz not null
);
comment on table trading.alert_watches is
  'Up to which alert an account was looked at for missed_alert, and when it is looked at again.';

create table trading.strategy_watches (
  account_id bigint not null references trading.accounts (id) on delete cascade,
  strategy text not null check (length(strategy) <= 64),
  epoch integer not null,
  look_at timestamptz not null,
  told_alert_id bigint,
  primary key (account_id, strategy)
);
comment on table trading.strategy_watches is 'When a strategy is looked at again for silent_strategy.';
comment on column trading.strategy_watches.told_alert_id is
  'The alert after which it was silent when that was told: each silence is told once.';

alter table trading.daily_summaries enable row level security;
alter table trading.alert_watches enable row level security;
alter table trading.strategy_watches enable row level security;
grant select, insert on trading.daily_summaries to service_role;
grant select, insert, update on trading.alert_watches, trading.strategy_watches to service_role;

-- Days --------------------------------------------------------------------------------------------

create function trading.day_summary(owned trading.accounts, day date, time_zone text) returns jsonb
  language plpgsql stable set search_path = '' as $$
declare
  day_start constant timestamptz := day::timestamp at time zone time_zone;
  day_end constant timestamptz := (day + 1)::timestamp at time zone time_zone;
  last_bar trading.equity_bars;
  before_bar record;
  moved numeric;
begin
  select e.* into last_bar from trading.equity_bars e
  where e.account_id = owned.id and e.epoch = owned.epoch and e.minute >= day_start and e.minute < day_end
  order by e.minute desc limit 1;
  if not found then
    return null;
  end if;
  select e.minute, e.close into before_bar from trading.equity_history e
  where e.account_id = owned.id and e.epoch = owned.epoch and e.minute < day_start order by e.minute desc limit 1;
  -- A bar holds all the cash that moved up to the end of its minute.
  select coalesce(sum(c.amount), 0) into moved from trading.cash_entries c
  where c.account_id = owned.id and c.epoch = owned.epoch and date_trunc('minute', c.created_at) <= last_bar.minute
    and (before_bar.minute is null or date_trunc('minute', c.created_at) > before_bar.minute);
  return jsonb_build_object('account', owned.name, 'currency', owned.currency, 'day', day, 'time_zone', time_zone,
    'equity', trading.decimal(last_bar.close),
    'change', trading.decimal(last_bar.close - coalesce(before_bar.close, 0) - moved),
    'at', day_end)
    || (select jsonb_build_object('fills', count(*), 'fees', trading.decimal(coalesce(sum(f.fee), 0)))
        from trading.fills f
        where f.account_id = owned.id and f.epoch = owned.epoch and f.filled_at >= day_start and f.filled_at < day_end)
    || (select jsonb_build_object('trades', count(*), 'trades_net_pnl', trading.decimal(coalesce(sum(t.net_pnl), 0)))
        from trading.trades t
        where t.account_id = owned.id and t.epoch = owned.epoch and t.closed_at >= day_start and t.closed_at < day_end);
end;
$$;
comment on function trading.day_summary is
  'A day of an account: equity at its last alert, change of equity less cash moved, fills and fees, closed trades and '
  'their net profit. Null when no alert came on it.';

create function public.enqueue_daily_summaries(at timestamptz default now()) returns integer
  language plpgsql volatile set search_path = '' set statement_timeout = '30s' as $$
declare
  told integer;
begin
  if not exists (select from trading.notification_channels c
                 where c.disabled_at is null and (c.events = '{}' or 'daily_summary' = any (c.events))) then
    return 0;
  end if;
  with yesterdays as materialized (
    select a as owned, s.time_zone, (enqueue_daily_summaries.at at time zone s.time_zone)::date - 1 as day
    from trading.accounts a join trading.account_settings s on s.account_id = a.id
  ), ended as (
    insert into trading.daily_summaries (account_id, day)
    select (y.owned).id, y.day from yesterdays y
    where not exists (select from trading.daily_summaries d where d.account_id = (y.owned).id and d.day = y.day)
    on conflict do nothing
    returning account_id
  )
  select sum(trading.enqueue_event(y.owned, 'daily_summary', s.summary, clock_timestamp())) into told
  from ended e
  join yesterdays y on (y.owned).id = e.account_id
  cross join lateral (select trading.day_summary(y.owned, y.day, y.time_zone) as summary) s
  where s.summary is not null;
  return coalesce(told, 0);
end;
$$;
comment on function public.enqueue_daily_summaries is
  'Puts the summary of every account''s last full day (in its time zone) into the outbox, once; answers how many '
  'messages. A day without an alert has none.';

-- Gaps and silences -------------------------------------------------------------------------------

create function trading.enqueue_silences(owned trading.accounts, at timestamptz, until timestamptz) returns integer
  language plpgsql volatile set search_path = '' as $$
declare
  time_zone constant text := trading.time_zone(owned.id);
  told integer := 0;
  watched record;
  rhythm record;
  is_silent boolean;
  next_look timestamptz;
begin
  for watched in
    select n.strategy, w.told_alert_id
    from trading.strategies_of(owned) n (strategy)
    left join trading.strategy_watches w on w.account_id = owned.id and w.strategy = n.strategy
      and w.epoch = owned.epoch
    where w.look_at is null or w.look_at <= at
  loop
    exit when clock_timestamp() > until;
    rhythm := trading.rhythm_of(owned, watched.strategy, time_zone, 3);
    is_silent := coalesce(rhythm.silent_at <= at, false);
    if is_silent and watched.told_alert_id is distinct from rhythm.last_alert_id
      and rhythm.silent_at > at - interval '1 day' then
      told := told + trading.enqueue_event(owned, 'silent_strategy', jsonb_build_object(
        'strategy', watched.strategy, 'last_alert_at', rhythm.last_alert_at,
        'usual_seconds', trading.ratio(rhythm.usual_seconds),
        'alert_id', rhythm.last_alert_id::text), rhythm.silent_at);
    end if;
    next_look := case when is_silent then at + interval '1 minute'
      else least(rhythm.silent_at, at + interval '10 minutes') end;
    insert into trading.strategy_watches (account_id, strategy, epoch, look_at, told_alert_id)
    values (owned.id, watched.strategy, owned.epoch, next_look, case when is_silent then rhythm.last_alert_id end)
    on conflict on constraint strategy_watches_pkey do update
      set epoch = excluded.epoch, look_at = excluded.look_at, told_alert_id = excluded.told_alert_id;
  end loop;
  return told;
end;
$$;
comment on function trading.enqueue_silences is
  'Tells of the strategies of an account that have fallen silent, each silence once, when it begins. One that began a '
  'day ago is no news. Only strategies that may be silent by now are looked at, until the time is over.';

create function public.enqueue_alert_events(at timestamptz default now()) returns integer
  language plpgsql volatile set search_path = '' set statement_timeout = '30s' as $$
declare
  own_events constant text[] := '{missed_alert,silent_strategy}';
  -- What is due to be sent waits for it: the first look at many accounts takes several.
  until constant timestamptz := clock_timestamp() + interval '2 seconds';
  -- What it overtook may come until then.
  settled constant timestamptz := at - interval '10 seconds';
  -- An hour later a missed alert is no news.
  since constant timestamptz := at - interval '1 hour';
  told integer := 0;
  owned trading.accounts;
  seen bigint;
  newest bigint;
  gap trading.alert_gap;
begin
  -- One clock at a time: nothing is told twice.
  if not exists (select from trading.notification_channels c
    where c.disabled_at is null and (c.events = '{}' or c.events && own_events))
     or not pg_try_advisory_xact_lock(trading.lock_id('clock:alert_events')) then
    return 0;
  end if;
  for owned in
    select a.* from trading.accounts a
    join trading.account_settings s on s.account_id = a.id
    left join trading.alert_watches w on w.account_id = a.id
    where a.halted_at is null and s.clock = 'arrival' and coalesce(w.look_at, '-infinity') <= enqueue_alert_events.at
      and exists (select from trading.notification_channels c
                  where c.disabled_at is null and (c.events = '{}' or c.events && own_events)
                    and (a.id = any (c.account_ids) or c.account_ids = '{}' and a.role <> 'shadow'))
    order by w.look_at nulls first limit 1000
  loop
    exit when clock_timestamp() > until;
    seen := coalesce((select w.seen_alert_id from trading.alert_watches w
      where w.account_id = owned.id and w.epoch = owned.epoch), 0);
    newest := trading.newest_alert(owned.id, owned.epoch, settled);
    if newest > seen then
      for gap in
        select g.* from trading.find_gaps(trading.find_part(owned, null, since, settled, null, null),
          greatest(seen, trading.newest_alert(owned.id, owned.epoch, since))) g
        where g.status = 'missed' order by g.alert_id
      loop
        told := told + trading.enqueue_event(owned, 'missed_alert', jsonb_build_object(
          'strategy', gap.strategy, 'symbol', gap.symbol,
          'side', case sign(gap.missed) when 1 then 'buy' when -1 then 'sell' end,
          'quantity', trading.decimal(abs(gap.missed)), 'repaired', gap.repaired,
          'price', case when gap.repaired then trading.decimal(gap.price) end, 'cost', trading.decimal(gap.cost),
          'currency', owned.currency, 'alert_id', gap.alert_id::text), gap.at);
      end loop;
    end if;
    told := told + trading.enqueue_silences(owned, enqueue_alert_events.at, until);
    insert into trading.alert_watches (account_id, epoch, seen_alert_id, look_at)
    values (owned.id, owned.epoch, greatest(newest, seen), enqueue_alert_events.at + interval '15 seconds')
    on conflict on constraint alert_watches_pkey do update
      set epoch = excluded.epoch, seen_alert_id = excluded.seen_alert_id, look_at = excluded.look_at;
  end loop;
  return told;
end;
$$;
comment on function public.enqueue_alert_events is
  'Puts missed_alert and silent_strategy events into the outbox, each once; answers how many messages. A halted '
  'account has none, nor does one that is on the alerts'' clock, which plays history back. Each account is looked at '
  'every 15 seconds at most, those longest ago first, for 2 seconds a call.';

-- All of them -------------------------------------------------------------------------------------

create function public.enqueue_timed_events(at timestamptz default now()) returns integer
  language sql volatile set search_path = '' set statement_timeout = '30s'
  return public.enqueue_daily_summaries(at) + public.enqueue_alert_events(at);
comment on function public.enqueue_timed_events is
  'Puts what no alert brings about into the outbox: daily summaries, missed alerts, silent strategies; answers how '
  'many.';

revoke execute on function public.enqueue_daily_summaries, public.enqueue_alert_events, public.enqueue_timed_events
  from public, anon, authenticated;
