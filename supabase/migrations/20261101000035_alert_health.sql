-- Whether every alert came: gaps, which are alerts that never came or came too late, strategies that are silent, and
-- how long alerts were on their way. All of it is read from what booking stores anyway.

-- Gaps --------------------------------------------------------------------------------------------

create type trading.alert_gap as (
  alert_id bigint, strategy text, symbol text, at timestamptz, since timestamptz, status text, missed numeric,
  repaired boolean, expected numeric, booked numeric, previous numeric, held numeric, price numeric, due_price numeric,
  cost numeric, least_cost numeric, most_cost numeric, cost_reason text
);
comment on type trading.alert_gap is
  'An alert before which the account did not hold what its sender thought. since: when the alert before it was booked; '
  'status: why, see list_alert_gaps; missed: signed units that were not traded; repaired: its target traded them; '
  'expected and booked: what its order alone would have traded, and what was; previous and held: what the sender says '
  'was held, and what was.';

create function trading.own_fills(alert trading.alerts, out units numeric, out price numeric, out unit_value numeric)
  language plpgsql stable set search_path = '' as $$
declare
  ids constant bigint[] := array(select (j ->> 'id')::bigint from json_array_elements(alert.answer -> 'fills') j);
begin
  select coalesce(sum(case f.side when 'buy' then f.quantity::numeric else -f.quantity::numeric end), 0),
    trading.quotient(sum(f.quantity::numeric * f.price::numeric) filter (where o.leg is null),
      sum(f.quantity::numeric) filter (where o.leg is null)),
    max(f.multiplier * coalesce(f.rate, 1)) filter (where o.leg is null)
  into units, price, unit_value
  from trading.fills f
  join trading.orders o on o.id = f.order_id
  where f.id = any (ids) and o.alert_id = alert.id and o.strategy = alert.strategy and o.symbol = alert.symbol;
end;
$$;
comment on function trading.own_fills is
  'What an alert''s order and its exits traded as it was booked: signed units; price and unit value of the order.';

create function trading.is_off(previous numeric, held numeric, has_target boolean, lot_size numeric) returns boolean
  language plpgsql immutable set search_path = '' as $$
begin
  return case when has_target then abs(previous - held) >= coalesce(lot_size, 1e-18)
    else sign(previous) <> sign(held) end;
end;
$$;
comment on function trading.is_off is
  'Whether a previous position is not what was held. Without a target the account trades sizes of its own: then only '
  'the sides are compared. Less than a lot is none.';

create function trading.was_cut(alert trading.alerts, held numeric, lot_size numeric) returns boolean
  language plpgsql immutable set search_path = '' as $$
declare
  expected constant numeric := (alert.answer #>> '{repaired,expected}')::numeric;
  booked constant numeric := (alert.answer #>> '{repaired,booked}')::numeric;
  target constant numeric := trading.signed_position(alert.request -> 'target');
begin
  -- Nothing booked is an alert that was overtaken: where nothing fits it is refused.
  return coalesce(booked <> 0 and case when target is null then booked * expected > 0 and abs(booked) < abs(expected)
                                       else abs(held + booked - target) >= coalesce(lot_size, 1e-18) end, false);
end;
$$;
comment on function trading.was_cut is
  'Whether an alert that came while held was held was booked in part only, to what funds or limits allow.';

create function trading.gap_of(alert trading.alerts) returns trading.alert_gap
  language plpgsql stable set search_path = '' as $$
declare
  own constant record := (select f from trading.own_fills(alert) f);
  has_target constant boolean := trading.signed_position(alert.request -> 'target') is not null;
  lot_size constant numeric := (select i.lot_size from trading.instruments i where i.symbol = alert.symbol);
  gap trading.alert_gap;
  prior trading.alerts;
  prior_after numeric;   -- what was held after it,
  prior_before numeric;  -- and when it came
  refused trading.alerts;
  low numeric;
  high numeric;
begin
  gap.alert_id := alert.id;
  gap.strategy := alert.strategy;
  gap.symbol := alert.symbol;
  gap.at := alert.received_at;
  gap.expected := (alert.answer #>> '{repaired,expected}')::numeric;
  gap.booked := (alert.answer #>> '{repaired,booked}')::numeric;
  gap.repaired := gap.booked is not null;
  gap.previous := trading.signed_position(alert.request -> 'previous');
  gap.held := (alert.answer #>> '{position,quantity}')::numeric - own.units;
  gap.price := own.price;
  if gap.previous is not null and trading.is_off(gap.previous, gap.held, has_target, lot_size) then
    gap.missed := case when has_target or gap.previous = 0 then gap.previous - gap.held end;
    gap.repaired := has_target;
  elsif trading.was_cut(alert, gap.held, lot_size) then
    gap.status := 'cut';
    return gap;
  elsif gap.previous is not null or not gap.repaired or alert.request ? 'quantity'
    and coalesce(alert.request ->> 'quantity_type', 'units') <> 'units' then
    -- A size in money or percent is not the sender's own in units: its target differs from it, and nothing was missed.
    return null;
  else
    gap.missed := gap.booked - gap.expected;
  end if;

  -- The newest one that asked for a trade and was not refused, among as many as are looked at.
  prior := (
    select p.alert
    from (select a as alert, a.symbol, a.id as turn from trading.alerts a
          where a.account_id = alert.account_id and a.epoch = alert.epoch and a.strategy = alert.strategy
            and a.id + 0 < alert.id
          order by a.id + 0 desc limit 10000) p
    where p.symbol = alert.symbol and (p.alert).status <> 'rejected' and trading.is_trade((p.alert).request)
    order by p.turn desc limit 1);
  gap.since := prior.received_at;
  if prior.id is not null then
    prior_after := (prior.answer #>> '{position,quantity}')::numeric;
    prior_before := prior_after - (select f.units from trading.own_fills(prior) f);
    if trading.signed_position(prior.request -> 'target') is null
       and trading.is_off(trading.signed_position(prior.request -> 'previous'), prior_before, false, lot_size) then
      return null;  -- The same gap, which no target has repaired yet.
    end if;
    -- The first trade in between that was refused, other than for its age.
    refused := (
      select a from trading.alerts a
      where a.account_id = alert.account_id and a.epoch = alert.epoch and a.strategy = alert.strategy
        and a.id + 0 < alert.id and a.id + 0 > prior.id
        and a.symbol = alert.symbol and a.status = 'rejected' and a.code <> 'stale_alert'
        and trading.is_trade(a.request)
      order by a.id + 0 limit 1);
  end if;
  gap.status := case
    when prior.id is null then 'first'
    -- The alert that was before it came after it, and had nothing to do or was too old: minutes later, never days.
    when alert.alert_time = prior.alert_time and gap.booked = 0 or exists (
      select from (
        select a.symbol, a.alert_time, a.code, a.answer from trading.alerts a
        where a.account_id = alert.account_id and a.epoch = alert.epoch and a.strategy = alert.strategy
          and a.id + 0 > alert.id
        order by a.id + 0 limit 200
      ) a
      where a.symbol = alert.symbol
        and (a.alert_time = alert.alert_time and a.answer #>> '{repaired,booked}' = '0'
             or a.code = 'stale_alert' and a.alert_time between prior.alert_time and alert.alert_time))
      then 'reordered'
    when refused.id is not null then 'refused'
    when trading.was_cut(prior, prior_before, lot_size) then 'cut'
    when prior_after <> gap.held then 'moved'
    else 'missed'
  end;
  if gap.status not in ('missed', 'refused') then
    return gap;
  elsif not gap.repaired or gap.price is null then
    gap.cost_reason := 'not_repaired';
    return gap;
  elsif gap.status = 'refused' then
    gap.due_price := (refused.request ->> 'price')::numeric;
    low := gap.due_price;
    high := gap.due_price;
  else
    -- When it was due nobody knows: any minute is as likely.
    select avg(m.close::numeric), min(m.low::numeric), max(m.high::numeric) into gap.due_price, low, high
    from trading.mark_history m
    where m.account_id = alert.account_id and m.symbol = alert.symbol
      and m.minute > date_trunc('minute', prior.received_at)
      -- Its own mark is of its own time.
      and m.minute < date_trunc('minute', least(alert.alert_time, alert.received_at));
  end if;
  gap.cost_reason := case when gap.due_price is null then
    case gap.status when 'refused' then 'no_price' else 'no_marks' end end;
  gap.cost := gap.missed * (gap.price - gap.due_price) * own.unit_value;
  gap.least_cost := least(gap.missed * (gap.price - low), gap.missed * (gap.price - high)) * own.unit_value;
  gap.most_cost := greatest(gap.missed * (gap.price - low), gap.missed * (gap.price - high)) * own.unit_value;
  return gap;
end;
$$;
comment on function trading.gap_of is
  'The gap before an alert; null: the account held what its sender thought, or nothing tells. What the alert says of '
  'its previous position decides; without it, what its target had to repair does. It cost the units missed, times what '
  'the price moved from where they were due to where they were traded. A refused alert was due at its own price, one '
  'that never came at the average of the marks in between: its cost lies between least_cost and most_cost.';

create function trading.find_gaps(part trading.part, after_id bigint default 0) returns setof trading.alert_gap
  language sql stable set search_path = '' as $$
  select g.*
  from trading.alerts a
  cross join lateral trading.gap_of(a) g
  where a.account_id = part.account_id and a.epoch = part.epoch and a.id + 0 > after_id
    and a.received_at >= part.from_time and a.received_at < part.to_time
    and (part.strategies is null or a.strategy = any (part.strategies))
    and (part.symbol is null or a.symbol = part.symbol)
    and a.status <> 'rejected' and trading.is_trade(a.request)
    -- The quotes tell it from a text of a sender, in which JSON escapes them.
    and (strpos(a.answer::text, '"repaired":{') > 0
      -- An order that leads from the previous position to the target: where that had nothing to repair, the previous
      -- position was held. Most alerts are so. Not a function: of 300,000 alerts it takes 2 s, against 0.2.
      or a.request ? 'previous' and (coalesce(a.request ->> 'quantity_type', 'units') = 'units'
        and case a.request #>> '{previous,side}' when 'flat' then 0 when 'short' then -1 when 'long' then 1 end
          * (a.request #>> '{previous,quantity}')::numeric
          + case a.request ->> 'action' when 'buy' then 1 when 'sell' then -1 end * (a.request ->> 'quantity')::numeric
          = case a.request #>> '{target,side}' when 'flat' then 0 when 'short' then -1 when 'long' then 1 end
          * (a.request #>> '{target,quantity}')::numeric) is not true)
    and g.status is not null;
$$;
comment on function trading.find_gaps is
  'The gaps of a part, in no order; after_id: only before alerts after that one.';

-- Silence -----------------------------------------------------------------------------------------

create function trading.week_sums(moments timestamp[]) returns integer[]
  language plpgsql immutable set search_path = '' as $$
begin
  return array(
    with opened as (
      select distinct same_day * 96 + floor(extract(epoch from m::time) / 900)::integer as slot
      from unnest(moments) m
      cross join lateral (select extract(isodow from m)::integer - 1 as day) d
      cross join lateral generate_series(case when d.day < 4 then 0 else d.day end, greatest(d.day, 3)) same_day
    )
    select sum(case when o.slot is null then 0 else 900 end) over (order by s.slot)
    from generate_series(-1, 671) s (slot) left join opened o on o.slot = s.slot order by s.slot);
end;
$$;
comment on function trading.week_sums is
  'The session of a strategy: the seconds of it that lie before each quarter of an hour of a week, from Monday on, and '
  'at last all of them. A quarter belongs to it when one of its moments lay there. Monday to Thursday are one kind of '
  'day, the other three are each their own.';

create function trading.session_seconds(at timestamp, sums integer[]) returns numeric
  language plpgsql immutable set search_path = '' as $$
declare
  seconds constant numeric := extract(epoch from at - '2001-01-01');  -- a Monday
  weeks constant numeric := floor(seconds / 604800);
  slot constant integer := floor((seconds - weeks * 604800) / 900);
begin
  return weeks * sums[673] + sums[slot + 1] + least(seconds - weeks * 604800 - slot * 900,
    sums[slot + 2] - sums[slot + 1]);
end;
$$;
comment on function trading.session_seconds is
  'How much of a strategy''s session (week_sums) there was from 2001 to a local time.';

create function trading.session_time(seconds numeric, sums integer[]) returns timestamp
  language plpgsql immutable set search_path = '' as $$
declare
  weeks constant numeric := floor(seconds / sums[673]);
  rest constant numeric := seconds - weeks * sums[673];
begin
  return (
    select timestamp '2001-01-01' + make_interval(secs => weeks * 604800 + (slot - 1) * 900 + rest - sums[slot])
    from generate_series(1, 672) slot where sums[slot + 1] > sums[slot] and sums[slot + 1] >= rest
    order by slot limit 1);
end;
$$;
comment on function trading.session_time is
  'The local time at which there was so much of a strategy''s session since 2001: session_seconds turned round.';

create function trading.rhythm_of(
  owned trading.accounts, strategy text, time_zone text, intervals integer,
  out last_alert_id bigint, out last_alert_at timestamptz, out usual_seconds numeric, out silent_at timestamptz
) language plpgsql stable set search_path = '' as $$
declare
  moments timestamptz[];
  local_moments timestamp[];
  sums integer[];
  long_gap numeric;
begin
  with newest as (
    select a.id, a.received_at
    from (select n.id, n.received_at, n.request from trading.alerts n
          where n.account_id = owned.id and n.epoch = owned.epoch and n.strategy = rhythm_of.strategy
          order by n.id + 0 desc limit 10000) a
    where a.request ->> 'action' is distinct from 'mark' limit 1000
  ), apart as (
    select n.*, n.received_at - lag(n.received_at) over (order by n.received_at) < '30 seconds' as is_same
    from newest n
  )
  select max(a.id), max(a.received_at),
    array_agg(a.received_at order by a.received_at) filter (where a.is_same is not true)
  into last_alert_id, last_alert_at, moments
  from apart a;
  if coalesce(cardinality(moments), 0) <= 10 then
    return;
  end if;
  local_moments := array(select m at time zone time_zone from unnest(moments) m);
  sums := trading.week_sums(local_moments || (last_alert_at at time zone time_zone));
  select percentile_disc(0.5) within group (order by g.seconds),
    percentile_disc(0.9) within group (order by g.in_session)
  into usual_seconds, long_gap
  from (
    select extract(epoch from moments[nr] - moments[nr - 1]) as seconds,
      trading.session_seconds(local_moments[nr], sums)
        - trading.session_seconds(local_moments[nr - 1], sums) as in_session
    from generate_series(2, cardinality(moments)) nr
  ) g;
  silent_at := trading.session_time(
    trading.session_seconds(last_alert_at at time zone time_zone, sums) + intervals * greatest(long_gap, 60), sums)
    at time zone time_zone;
end;
$$;
comment on function trading.rhythm_of is
  'When a strategy''s newest alert came, how far apart its alerts usually are (the median), and when it is silent if '
  'no more come: after so many times the gap that nine in ten of its own are no longer than, counted in its session '
  '(week_sums). Of its last 1,000 alerts but for marks, those within 30 seconds of the one before being one. null: it '
  'had no alert, or, for the last two, fewer than 10 gaps.';

create function trading.strategies_of(owned trading.accounts) returns setof text
  language plpgsql stable set search_path = '' as $$
declare
  reached text := (
    select min(a.strategy) from trading.alerts a where a.account_id = owned.id and a.epoch = owned.epoch);
begin
  -- One look at the index for each, however many alerts it had.
  while reached is not null loop
    return next reached;
    reached := (select min(a.strategy) from trading.alerts a
                where a.account_id = owned.id and a.epoch = owned.epoch and a.strategy > reached);
  end loop;
end;
$$;
comment on function trading.strategies_of is 'The strategies that an account had alerts or marks of, in this epoch.';

-- What is asked -----------------------------------------------------------------------------------

create function public.alert_health(
  account text default 'default', from_time timestamptz default now() - interval '30 days',
  to_time timestamptz default null, intervals integer default 3
) returns table (
  strategy text, alerts bigint, last_alert_at timestamptz, usual_seconds text, silence_seconds text,
  silent_at timestamptz, silent boolean, silence_reason text, missed bigint, repairs bigint, contradictions bigint,
  cost text, unpriced bigint, duplicates bigint, refused bigint, refusals jsonb
) language plpgsql stable set search_path = '' set statement_timeout = '5s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  part trading.part;
begin
  perform trading.require(intervals between 1 and 1000, 'intervals must be from 1 to 1000', 'Leave it out for 3.');
  perform trading.take_read_place('figures');
  part := trading.find_part(owned, null, from_time, to_time, null, null);
  return query
  with coded as materialized (
    select a.strategy, a.code::text as code, count(*) as alerts from trading.alerts a
    where a.account_id = owned.id and a.epoch = owned.epoch and a.received_at >= part.from_time
      and a.received_at < part.to_time
      and a.request ->> 'action' is distinct from 'mark'
    group by 1, 2
  ), counted as (select k.strategy, sum(k.alerts) as alerts from coded k group by 1), repeated as (
    select a.strategy, count(*) as duplicates
    from trading.duplicates d join trading.alerts a on a.id = d.alert_id
    where d.account_id = owned.id and a.epoch = owned.epoch and d.received_at >= part.from_time
      and d.received_at < part.to_time
    group by 1
  ), gaps as (
    select g.strategy as of_strategy, count(*) filter (where g.status = 'missed') as missed,
      count(*) filter (where g.repaired) as repairs,
      count(*) filter (where g.previous <> g.held and g.status <> 'cut') as contradictions, sum(g.cost) as cost,
      count(*) filter (where g.cost_reason is not null) as unpriced
    from trading.find_gaps(part) g group by 1
  ), each as (
    select n.strategy, c.alerts, r.last_alert_at, r.usual_seconds, r.silent_at, g.*, d.duplicates,
      case when r.silent_at is null then 'too_few_alerts' when owned.halted_at is not null then 'halted'
        when part.on_alerts_clock then 'played_back' end as reason
    from trading.strategies_of(owned) n (strategy)
    cross join lateral trading.rhythm_of(owned, n.strategy, part.time_zone, intervals) r
    left join counted c on c.strategy = n.strategy
    left join repeated d on d.strategy = n.strategy
    left join gaps g on g.of_strategy = n.strategy
    where r.last_alert_at is not null
  ), told as (
    -- One row per strategy, and one of all.
    select e.strategy, coalesce(sum(e.alerts), 0)::bigint as alerts, max(e.last_alert_at) as last_alert_at,
      max(e.usual_seconds) as usual_seconds, max(e.silent_at) as silent_at, max(e.reason) as reason,
      coalesce(bool_or(e.reason is null and e.silent_at <= now()), false) as silent,
      coalesce(sum(e.missed), 0)::bigint as missed, coalesce(sum(e.repairs), 0)::bigint as repairs,
      coalesce(sum(e.contradictions), 0)::bigint as contradictions, coalesce(sum(e.cost), 0) as cost,
      coalesce(sum(e.unpriced), 0)::bigint as unpriced, coalesce(sum(e.duplicates), 0)::bigint as duplicates
    from each e group by grouping sets ((e.strategy), ())
  )
  select t.strategy, t.alerts, t.last_alert_at,
    case when t.strategy is not null then trading.ratio(t.usual_seconds) end,
    trading.ratio(extract(epoch from now() - t.last_alert_at)), case when t.strategy is not null then t.silent_at end,
    t.silent, case when t.strategy is not null then t.reason end, t.missed, t.repairs, t.contradictions,
    trading.decimal(t.cost), t.unpriced, t.duplicates, k.refused, k.refusals
  from told t
  cross join lateral (
    select coalesce(sum(c.refused), 0)::bigint as refused,
      coalesce(jsonb_object_agg(c.code, c.refused), '{}') as refusals
    from (select k.code, sum(k.alerts) as refused from coded k
      where k.code is not null and coalesce(k.strategy = t.strategy, true) group by 1) c
  ) k
  order by t.strategy is not null, t.silent desc, t.missed desc, t.strategy
  limit 1000;
end;
$$;
comment on function public.alert_health is
  'Whether every alert came: first a row of the whole account, with strategy null, then one per strategy. silent: no '
  'alert came since silent_at, which is the last one and intervals times the gap that nine in ten of its gaps are no '
  'longer than, counted only in quarters of an hour of the week in which it has sent before; usual_seconds: its median '
  'gap. Both are null below 10 gaps (silence_reason too_few_alerts), and a halted account is never silent (halted), '
  'nor is one on the alerts'' clock (played_back). The rest is of from_time (30 days ago) to to_time: alerts but for '
  'marks; missed: gaps that nothing else explains; repairs: targets that put something right; contradictions: previous '
  'positions that were not held; cost of the gaps in money, above 0 lost, of all but the unpriced ones; duplicates '
  'suppressed; refusals: { code: count }. Gaps one by one: list_alert_gaps. Errors: PT404, PT400, PT429 busy.';

create function public.list_alert_gaps(
  account text default 'default', from_time timestamptz default now() - interval '30 days',
  to_time timestamptz default null, "limit" integer default 100, before bigint default null,
  only_strategy text default null, only_symbol text default null, only_status text default null
) returns table (
  id text, status text, strategy text, symbol text, at timestamptz, since timestamptz, missed text, repaired boolean,
  expected text, booked text, previous text, held text, price text, due_price text, cost text, least_cost text,
  most_cost text, cost_reason text
) language plpgsql stable set search_path = '' set statement_timeout = '5s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  part constant trading.part := trading.find_part(
    owned, null, from_time, to_time, array[only_strategy], only_symbol);
  known constant text := trading.known_status(only_status, 'missed', 'refused', 'reordered', 'moved', 'cut', 'first');
begin
  perform trading.take_read_place('figures');
  return query
  select g.alert_id::text, g.status, g.strategy, g.symbol, g.at, g.since, trading.decimal(g.missed), g.repaired,
    trading.decimal(g.expected), trading.decimal(g.booked), trading.decimal(g.previous), trading.decimal(g.held),
    trading.decimal(g.price), trading.decimal(g.due_price), trading.decimal(g.cost), trading.decimal(g.least_cost),
    trading.decimal(g.most_cost), g.cost_reason
  from trading.find_gaps(part) g
  where g.alert_id < trading.page_start(before) and (known is null or g.status = known)
  order by g.alert_id desc
  limit trading.page_size("limit");
end;
$$;
comment on function public.list_alert_gaps is
  'Alerts before which the account did not hold what their sender thought, newest first; at, since: booked, and the '
  'one before it. status says why: missed, an alert never came; refused, it came and was refused; reordered, it came '
  'after this one; moved, an order of the account or a split changed the position; cut, an order was cut to what funds '
  'carry; first, the strategy held something before its first alert. missed: signed units not traded; price: what they '
  'were traded at by the repair, due_price: what they were due at; cost in money, above 0 lost, between least_cost and '
  'most_cost; null with cost_reason not_repaired, no_price or no_marks. Next page: before = the id of the last row. '
  'Errors: PT404, PT400, PT429 busy.';

revoke execute on function public.alert_health, public.list_alert_gaps from public, anon, authenticated;
grant execute on function trading.own_fills, trading.is_off, trading.was_cut,
  trading.gap_of, trading.find_gaps, trading.week_sums, trading.session_seconds, trading.session_time,
  trading.rhythm_of, trading.strategies_of, public.alert_health, public.list_alert_gaps to authenticated;
