-- Whether every alert came: gaps, which are alerts that never came or came too late, strategies that are silent, and how long
-- alerts were on their way. All of it is read from what booking stores anyway.

create function trading.is_trade(request jsonb) returns boolean
  language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return coalesce(request ->> 'action', '') not in ('mark', 'cancel', 'modify', 'halt', 'resume');
end;
$$;
comment on function trading.is_trade is 'Whether an alert asks for a trade.';

create function trading.signed_position("position" jsonb) returns numeric
  language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return case "position" ->> 'side' when 'flat' then 0 when 'short' then -("position" ->> 'quantity')::numeric
    when 'long' then ("position" ->> 'quantity')::numeric end;
end;
$$;
comment on function trading.signed_position is 'A target or a previous position of a stored alert as a signed quantity; null when it is not known.';

create function trading.is_plain(request jsonb) returns boolean
  language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return coalesce(trading.signed_position(request -> 'previous')
      + case request ->> 'action' when 'buy' then 1 when 'sell' then -1 end * (request ->> 'quantity')::numeric
      = trading.signed_position(request -> 'target') and coalesce(request ->> 'quantity_type', 'units') = 'units', false);
end;
$$;
comment on function trading.is_plain is
  'Whether an alert''s order leads from its previous position to its target. Where that had nothing to repair, its previous position was held: most alerts.';

-- Gaps ------------------------------------------------------------------------------------------------

create type trading.alert_gap as (
  alert_id bigint, strategy text, symbol text, at timestamptz, since timestamptz, status text, missed numeric, repaired boolean,
  expected numeric, booked numeric, previous numeric, held numeric, price numeric, due_price numeric, cost numeric,
  least_cost numeric, most_cost numeric, cost_reason text
);
comment on type trading.alert_gap is
  'An alert before which the account did not hold what its sender thought. since: when the alert before it was booked; status: why, see '
  'list_alert_gaps; missed: signed units that were not traded; repaired: its target traded them; expected and booked: what its order '
  'alone would have traded, and what was; previous and held: what the sender says was held, and what was.';

create function trading.own_fills(alert trading.alerts, out units numeric, out price numeric, out unit_value numeric)
  language plpgsql stable security invoker set search_path = '' as $$
declare
  ids constant bigint[] := array(select (j ->> 'id')::bigint from json_array_elements(alert.answer -> 'fills') j);
begin
  units := 0;
  if cardinality(ids) = 0 then
    return;
  end if;
  select coalesce(sum(case f.side when 'buy' then f.quantity::numeric else -f.quantity::numeric end), 0),
    trading.quotient(sum(f.quantity::numeric * f.price::numeric) filter (where o.leg is null), sum(f.quantity::numeric) filter (where o.leg is null)),
    max(f.multiplier * coalesce(f.rate, 1)) filter (where o.leg is null)
  into units, price, unit_value
  from trading.fills f
  join trading.orders o on o.id = f.order_id
  where f.id = any (ids) and o.alert_id = alert.id and o.strategy = alert.strategy and o.symbol = alert.symbol;
end;
$$;
comment on function trading.own_fills is
  'What the order of an alert, and its exits, traded while it was booked: signed units; price and money per unit and point of its order alone.';

create function trading.is_off(previous numeric, held numeric, has_target boolean, lot_size numeric) returns boolean
  language plpgsql immutable set search_path = '' as $$
begin
  return case when has_target then abs(previous - held) >= coalesce(lot_size, 1e-18) else sign(previous) <> sign(held) end;
end;
$$;
comment on function trading.is_off is
  'Whether a previous position is not what was held. Without a target the account trades sizes of its own: then only the sides are compared. '
  'Less than a lot is none.';

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
comment on function trading.was_cut is 'Whether an alert that came while held was held was booked in part only, to what funds or limits allow.';

create function trading.came_later(alert trading.alerts, since timestamptz) returns boolean
  language plpgsql stable security invoker set search_path = '' as $$
begin
  return exists (
    select from (
      select a.symbol, a.alert_time, a.code, a.answer from trading.alerts a
      where a.account_id = alert.account_id and a.epoch = alert.epoch and a.strategy = alert.strategy and a.id + 0 > alert.id
      order by a.id + 0 limit 200
    ) a
    where a.symbol = alert.symbol
      and (a.alert_time = alert.alert_time and a.answer #>> '{repaired,booked}' = '0'
           or a.code = 'stale_alert' and a.alert_time between since and alert.alert_time));
end;
$$;
comment on function trading.came_later is
  'Whether the alert that was before this one, by its own time, came after it: it then had nothing to do, or was too old. since: the time of the '
  'one before both. So many later ones are looked at: an alert is on its way for minutes, not for days.';

create function trading.alert_before(alert trading.alerts) returns trading.alerts
  language plpgsql stable security invoker set search_path = '' as $$
declare
  prior trading.alerts;
begin
  select (p.alert).* into prior
  from (
    select a as alert, a.symbol, a.id as turn from trading.alerts a
    where a.account_id = alert.account_id and a.epoch = alert.epoch and a.strategy = alert.strategy and a.id + 0 < alert.id
    order by a.id + 0 desc limit 10000
  ) p
  where p.symbol = alert.symbol and (p.alert).status <> 'rejected' and trading.is_trade((p.alert).request)
  order by p.turn desc limit 1;
  return prior;
end;
$$;
comment on function trading.alert_before is
  'The newest alert before one, of its strategy and symbol, that asked for a trade and was not refused; nulls: there was none among as many as are looked at.';

create function trading.refused_between(earlier trading.alerts, later trading.alerts) returns trading.alerts
  language plpgsql stable security invoker set search_path = '' as $$
declare
  refused trading.alerts;
begin
  select a.* into refused from trading.alerts a
  where a.account_id = later.account_id and a.epoch = later.epoch and a.strategy = later.strategy and a.id + 0 < later.id and a.id + 0 > earlier.id
    and a.symbol = later.symbol and a.status = 'rejected' and a.code <> 'stale_alert' and trading.is_trade(a.request)
  order by a.id + 0 limit 1;
  return refused;
end;
$$;
comment on function trading.refused_between is 'The first trade that was refused between two alerts of a strategy and symbol, other than for its age.';

create function trading.with_cost(
  inout gap trading.alert_gap, alert trading.alerts, prior trading.alerts, refused trading.alerts, unit_value numeric
)
  language plpgsql stable security invoker set search_path = '' as $$
declare
  seen record;
begin
  if gap.status not in ('missed', 'refused') then
    return;
  elsif not gap.repaired or gap.price is null then
    gap.cost_reason := 'not_repaired';
    return;
  elsif gap.status = 'refused' then
    gap.due_price := (refused.request ->> 'price')::numeric;
    gap.cost_reason := case when gap.due_price is null then 'no_price' end;
    gap.cost := gap.missed * (gap.price - gap.due_price) * unit_value;
    gap.least_cost := gap.cost;
    gap.most_cost := gap.cost;
    return;
  end if;
  select avg(m.close::numeric) as price, min(m.low::numeric) as low, max(m.high::numeric) as high into seen
  from trading.mark_history m
  where m.account_id = alert.account_id and m.symbol = alert.symbol and m.minute > date_trunc('minute', prior.received_at)
    -- Its own mark is of its own time.
    and m.minute < date_trunc('minute', least(alert.alert_time, alert.received_at));
  gap.due_price := seen.price;
  gap.cost_reason := case when seen.price is null then 'no_marks' end;
  gap.cost := gap.missed * (gap.price - seen.price) * unit_value;
  gap.least_cost := least(gap.missed * (gap.price - seen.low), gap.missed * (gap.price - seen.high)) * unit_value;
  gap.most_cost := greatest(gap.missed * (gap.price - seen.low), gap.missed * (gap.price - seen.high)) * unit_value;
end;
$$;
comment on function trading.with_cost is
  'A gap with what it cost: the units missed, times what the price moved from where they were due to where they were traded. A refused '
  'alert was due at its own price. When one that never came was due nobody knows: any minute is as likely, so it is the average of the '
  'marks in between, and lies between least_cost and most_cost.';

create function trading.gap_of(alert trading.alerts) returns trading.alert_gap
  language plpgsql stable security invoker set search_path = '' as $$
declare
  own constant record := (select f from trading.own_fills(alert) f);
  has_target constant boolean := trading.signed_position(alert.request -> 'target') is not null;
  lot_size constant numeric := (select i.lot_size from trading.instruments i where i.symbol = alert.symbol);
  gap trading.alert_gap;
  is_cut boolean;
  prior trading.alerts;
  prior_after numeric;   -- what was held after it,
  prior_before numeric;  -- and when it came
  refused trading.alerts;
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
  is_cut := trading.was_cut(alert, gap.held, lot_size);
  if gap.previous is not null then
    if trading.is_off(gap.previous, gap.held, has_target, lot_size) then
      gap.missed := case when has_target or gap.previous = 0 then gap.previous - gap.held end;
      gap.repaired := has_target;
    elsif is_cut then
      gap.status := 'cut';
      return gap;
    else
      return null;
    end if;
  elsif is_cut then
    gap.status := 'cut';
    return gap;
  elsif not gap.repaired or alert.request ? 'quantity' and coalesce(alert.request ->> 'quantity_type', 'units') <> 'units' then
    -- A size in money or percent is not the sender's own in units: its target differs from it, and nothing was missed.
    return null;
  else
    gap.missed := gap.booked - gap.expected;
  end if;

  prior := trading.alert_before(alert);
  gap.since := prior.received_at;
  if prior.id is not null then
    prior_after := (prior.answer #>> '{position,quantity}')::numeric;
    prior_before := prior_after - (select f.units from trading.own_fills(prior) f);
    if trading.signed_position(prior.request -> 'target') is null
       and trading.is_off(trading.signed_position(prior.request -> 'previous'), prior_before, false, lot_size) then
      return null;  -- The same gap, which no target has repaired yet.
    end if;
    refused := trading.refused_between(prior, alert);
  end if;
  gap.status := case
    when prior.id is null then 'first'
    when alert.alert_time = prior.alert_time and gap.booked = 0 or trading.came_later(alert, prior.alert_time) then 'reordered'
    when refused.id is not null then 'refused'
    when trading.was_cut(prior, prior_before, lot_size) then 'cut'
    when prior_after <> gap.held then 'moved'
    else 'missed'
  end;
  return trading.with_cost(gap, alert, prior, refused, own.unit_value);
end;
$$;
comment on function trading.gap_of is
  'The gap before an alert; null: the account held what its sender thought, or nothing tells. What the alert says of its previous position '
  'decides; without it, what its target had to repair does.';

create function trading.find_gaps(
  owned trading.accounts, from_time timestamptz, to_time timestamptz, only_strategy text default null, after_id bigint default 0
) returns setof trading.alert_gap
  language plpgsql stable security invoker set search_path = '' as $$
begin
  return query
  select g.*
  from trading.alerts a
  cross join lateral trading.gap_of(a) g
  where a.account_id = owned.id and a.epoch = owned.epoch and a.id + 0 > after_id
    and a.received_at >= from_time and a.received_at < coalesce(to_time, 'infinity')
    and (only_strategy is null or a.strategy = only_strategy)
    and a.status <> 'rejected' and trading.is_trade(a.request)
    -- The quotes tell it from a text of a sender, in which JSON escapes them.
    and (strpos(a.answer::text, '"repaired":{') > 0 or a.request ? 'previous' and not trading.is_plain(a.request))
    and g.status is not null;
end;
$$;
comment on function trading.find_gaps is 'The gaps of an account in a range of time, in no order; after_id: only before alerts after that one.';

-- Silence ---------------------------------------------------------------------------------------------

create function trading.week_sums(moments timestamp[]) returns integer[]
  language plpgsql immutable set search_path = '' as $$
declare
  sums integer[] := array_fill(0, array[673]);
  is_open boolean[] := array_fill(false, array[672]);
  day integer;
  quarter integer;
  moment timestamp;
begin
  foreach moment in array moments loop
    day := extract(isodow from moment) - 1;
    quarter := floor(extract(epoch from moment::time) / 900);
    for same_day in case when day < 4 then 0 else day end .. case when day < 4 then 3 else day end loop
      is_open[same_day * 96 + quarter + 1] := true;
    end loop;
  end loop;
  for slot in 1 .. 672 loop
    sums[slot + 1] := sums[slot] + case when is_open[slot] then 900 else 0 end;
  end loop;
  return sums;
end;
$$;
comment on function trading.week_sums is
  'The session of a strategy: the seconds of it that lie before each quarter of an hour of a week, from Monday on, and at last all of them. A '
  'quarter belongs to it when one of its moments lay there. Monday to Thursday are one kind of day, the other three are each their own.';

create function trading.session_seconds(at timestamp, sums integer[]) returns numeric
  language plpgsql immutable set search_path = '' as $$
declare
  seconds constant numeric := extract(epoch from at - '2001-01-01');  -- a Monday
  weeks constant numeric := floor(seconds / 604800);
  slot constant integer := floor((seconds - weeks * 604800) / 900);
begin
  return weeks * sums[673] + sums[slot + 1] + least(seconds - weeks * 604800 - slot * 900, sums[slot + 2] - sums[slot + 1]);
end;
$$;
comment on function trading.session_seconds is 'How much of a strategy''s session (week_sums) there was from 2001 to a local time.';

create function trading.session_time(seconds numeric, sums integer[]) returns timestamp
  language plpgsql immutable set search_path = '' as $$
declare
  weeks constant numeric := floor(seconds / sums[673]);
  rest constant numeric := seconds - weeks * sums[673];
begin
  for slot in 1 .. 672 loop
    if sums[slot + 1] > sums[slot] and sums[slot + 1] >= rest then
      return timestamp '2001-01-01' + make_interval(secs => weeks * 604800 + (slot - 1) * 900 + rest - sums[slot]);
    end if;
  end loop;
end;
$$;
comment on function trading.session_time is 'The local time at which there was so much of a strategy''s session since 2001: session_seconds turned round.';

create function trading.rhythm_of(
  owned trading.accounts, strategy text, time_zone text, intervals integer,
  out last_alert_id bigint, out last_alert_at timestamptz, out usual_seconds numeric, out silent_at timestamptz
)
  language plpgsql stable security invoker set search_path = '' as $$
declare
  moments timestamptz[];
  local_moments timestamp[];
  sums integer[];
  long_gap numeric;
begin
  with newest as materialized (
    select a.id, a.received_at
    from (select n.id, n.received_at, n.request from trading.alerts n
          where n.account_id = owned.id and n.epoch = owned.epoch and n.strategy = rhythm_of.strategy
          order by n.id + 0 desc limit 10000) a
    where a.request ->> 'action' is distinct from 'mark' limit 1000
  ), apart as (
    select n.received_at, n.received_at - lag(n.received_at) over (order by n.received_at) < '30 seconds' as is_same from newest n
  )
  select (select max(n.id) from newest n), (select max(n.received_at) from newest n),
    array_agg(a.received_at order by a.received_at) filter (where a.is_same is not true)
  into last_alert_id, last_alert_at, moments
  from apart a;
  if coalesce(cardinality(moments), 0) <= 10 then
    return;
  end if;
  local_moments := array(select m at time zone time_zone from unnest(moments) m);
  sums := trading.week_sums(local_moments || (last_alert_at at time zone time_zone));
  select percentile_disc(0.5) within group (order by g.seconds), percentile_disc(0.9) within group (order by g.in_session)
  into usual_seconds, long_gap
  from (
    select extract(epoch from moments[nr] - moments[nr - 1]) as seconds,
      trading.session_seconds(local_moments[nr], sums) - trading.session_seconds(local_moments[nr - 1], sums) as in_session
    from generate_series(2, cardinality(moments)) nr
  ) g;
  silent_at := trading.session_time(trading.session_seconds(last_alert_at at time zone time_zone, sums) + intervals * greatest(long_gap, 60), sums)
    at time zone time_zone;
end;
$$;
comment on function trading.rhythm_of is
  'When a strategy''s newest alert came, how far apart its alerts usually are (the median), and when it is silent if no more come: after so many '
  'times the gap that nine in ten of its own are no longer than, counted in its session (week_sums). Of its last 1,000 alerts but for '
  'marks, those within 30 seconds of the one before being one. null: it had no alert, or, for the last two, fewer than 10 gaps.';

create function trading.strategies_of(owned trading.accounts) returns setof text
  language plpgsql stable security invoker set search_path = '' as $$
declare
  reached text := (select a.strategy from trading.alerts a where a.account_id = owned.id and a.epoch = owned.epoch order by a.strategy limit 1);
begin
  -- One look at the index for each, however many alerts it had.
  while reached is not null loop
    return next reached;
    reached := (select a.strategy from trading.alerts a
                 where a.account_id = owned.id and a.epoch = owned.epoch and a.strategy > reached order by a.strategy limit 1);
  end loop;
end;
$$;
comment on function trading.strategies_of is 'The strategies that an account had alerts or marks of, in this epoch.';

-- What is asked ---------------------------------------------------------------------------------------

create function public.alert_health(
  account text default 'default', from_time timestamptz default now() - interval '30 days', to_time timestamptz default null, intervals integer default 3
) returns table (
  strategy text, alerts bigint, last_alert_at timestamptz, usual_seconds text, silence_seconds text, silent_at timestamptz, silent boolean,
  silence_reason text, missed bigint, repairs bigint, contradictions bigint, cost text, unpriced bigint, duplicates bigint, refused bigint, refusals jsonb
)
  language plpgsql stable security invoker set search_path = '' set statement_timeout = '5s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  time_zone constant text := trading.time_zone(owned.id);
  since constant timestamptz := coalesce(from_time, '-infinity');
  plays_back constant boolean := (select s.clock = 'alert' from trading.account_settings s where s.account_id = owned.id);
begin
  if intervals is null or intervals not between 1 and 1000 then
    raise exception 'intervals must be from 1 to 1000' using errcode = 'PT400', hint = 'Leave it out for 3.';
  end if;
  perform trading.take_read_place('figures');
  perform trading.check_range(since, to_time);
  return query
  with asked as materialized (
    select a.id, a.strategy, a.code::text as code from trading.alerts a
    where a.account_id = owned.id and a.epoch = owned.epoch and a.received_at >= since and a.received_at < coalesce(to_time, 'infinity')
      and a.request ->> 'action' is distinct from 'mark'
  ), counted as (
    select a.strategy, count(*) as alerts from asked a group by 1
  ), coded as materialized (
    select a.strategy, a.code, count(*) as refused from asked a where a.code is not null group by 1, 2
  ), repeated as (
    select a.strategy, count(*) as duplicates
    from trading.duplicates d join trading.alerts a on a.id = d.alert_id
    where d.account_id = owned.id and a.epoch = owned.epoch and d.received_at >= since and d.received_at < coalesce(to_time, 'infinity')
    group by 1
  ), gaps as (
    select g.strategy, count(*) filter (where g.status = 'missed') as missed, count(*) filter (where g.repaired) as repairs,
      count(*) filter (where g.previous <> g.held and g.status <> 'cut') as contradictions,
      sum(g.cost) as cost, count(*) filter (where g.cost_reason is not null) as unpriced
    from trading.find_gaps(owned, since, to_time) g group by 1
  ), each as materialized (
    select n.strategy, coalesce(c.alerts, 0) as alerts, r.last_alert_at, r.usual_seconds, r.silent_at,
      case when r.silent_at is null then 'too_few_alerts' when owned.halted_at is not null then 'halted' when plays_back then 'played_back' end as reason,
      coalesce(g.missed, 0) as missed, coalesce(g.repairs, 0) as repairs, coalesce(g.contradictions, 0) as contradictions,
      coalesce(g.cost, 0) as cost, coalesce(g.unpriced, 0) as unpriced, coalesce(d.duplicates, 0) as duplicates,
      (select jsonb_object_agg(k.code, k.refused) from coded k where k.strategy = n.strategy) as refusals
    from trading.strategies_of(owned) n (strategy)
    cross join lateral trading.rhythm_of(owned, n.strategy, time_zone, intervals) r
    left join counted c on c.strategy = n.strategy
    left join repeated d on d.strategy = n.strategy
    left join gaps g on g.strategy = n.strategy
    where r.last_alert_at is not null
  ), told as (
    select e.strategy, e.alerts, e.last_alert_at, e.usual_seconds, e.silent_at, e.reason is null and e.silent_at <= now() as silent, e.reason,
      e.missed, e.repairs, e.contradictions, e.cost, e.unpriced, e.duplicates, coalesce(e.refusals, '{}') as refusals
    from each e
    union all
    select null, coalesce(sum(e.alerts), 0), max(e.last_alert_at), null, null, coalesce(bool_or(e.reason is null and e.silent_at <= now()), false), null,
      coalesce(sum(e.missed), 0), coalesce(sum(e.repairs), 0), coalesce(sum(e.contradictions), 0), coalesce(sum(e.cost), 0), coalesce(sum(e.unpriced), 0),
      coalesce(sum(e.duplicates), 0), coalesce((select jsonb_object_agg(k.code, k.refused)
        from (select c.code, sum(c.refused) as refused from coded c group by 1) k), '{}')
    from each e
  )
  select t.strategy, t.alerts::bigint, t.last_alert_at, trading.ratio(t.usual_seconds), trading.ratio(extract(epoch from now() - t.last_alert_at)),
    t.silent_at, t.silent, t.reason, t.missed::bigint, t.repairs::bigint, t.contradictions::bigint, trading.decimal(t.cost), t.unpriced::bigint,
    t.duplicates::bigint, (select coalesce(sum(v.value::bigint), 0) from jsonb_each_text(t.refusals) v)::bigint, t.refusals
  from told t
  order by t.strategy is not null, t.silent desc, t.missed desc, t.strategy
  limit 1000;
end;
$$;
comment on function public.alert_health is
  'Whether every alert came: a row a strategy, and first one of the whole account, whose strategy is null. silent: no alert came since silent_at, which '
  'is the last one and intervals times the gap that nine in ten of its gaps are no longer than, counted only in quarters of an hour of the week in which it '
  'has sent before; usual_seconds: its median gap. Both are null below 10 gaps (silence_reason too_few_alerts), and a halted account is '
  'never silent (halted), nor is one on the alerts'' clock (played_back). The rest is of from_time (30 days ago) to to_time: alerts but for marks; missed: gaps that nothing else explains; '
  'repairs: targets that put something right; contradictions: previous positions that were not held; cost of the gaps in money, above 0 lost, of '
  'all but the unpriced ones; duplicates suppressed; refusals: { code: count }. Gaps one by one: list_alert_gaps. Errors: PT404, PT400, PT429 busy.';

create function public.list_alert_gaps(
  account text default 'default', from_time timestamptz default now() - interval '30 days', to_time timestamptz default null,
  "limit" integer default 100, before bigint default null, only_strategy text default null, only_symbol text default null, only_status text default null
) returns table (
  id text, status text, strategy text, symbol text, at timestamptz, since timestamptz, missed text, repaired boolean, expected text, booked text,
  previous text, held text, price text, due_price text, cost text, least_cost text, most_cost text, cost_reason text
)
  language plpgsql stable security invoker set search_path = '' set statement_timeout = '5s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  known constant text := trading.known_status(only_status, 'missed', 'refused', 'reordered', 'moved', 'cut', 'first');
begin
  perform trading.take_read_place('figures');
  perform trading.check_range(from_time, to_time);
  return query
  select g.alert_id::text, g.status, g.strategy, g.symbol, g.at, g.since, trading.decimal(g.missed), g.repaired, trading.decimal(g.expected),
    trading.decimal(g.booked), trading.decimal(g.previous), trading.decimal(g.held), trading.decimal(g.price), trading.decimal(g.due_price),
    trading.decimal(g.cost), trading.decimal(g.least_cost), trading.decimal(g.most_cost), g.cost_reason
  from trading.find_gaps(owned, coalesce(from_time, '-infinity'), to_time, only_strategy) g
  where g.alert_id < trading.page_start(before) and (only_symbol is null or g.symbol = only_symbol) and (known is null or g.status = known)
  order by g.alert_id desc
  limit trading.page_size("limit");
end;
$$;
comment on function public.list_alert_gaps is
  'Alerts before which the account did not hold what their sender thought, newest first; at, since: booked, and the one before it. status says why: missed, an alert never '
  'came; refused, it came and was refused; reordered, it came after this one; moved, an order of the account or a split changed the position; cut, '
  'an order was cut to what funds carry; first, the strategy held something before its first alert. missed: signed units not traded; '
  'price: what they were traded at by the repair, due_price: what they were due at; cost in money, above 0 lost, between least_cost and most_cost; '
  'null with cost_reason not_repaired, no_price or no_marks. Next page: before = the id of the last row. Errors: PT404, PT400, PT429 busy.';

-- Latency ---------------------------------------------------------------------------------------------

create type trading.alert_latency as (
  alert_id bigint, strategy text, symbol text, status text, code text, sent_at timestamptz, received_at timestamptz, booked_at timestamptz,
  to_receive numeric, to_book numeric, total numeric
);
comment on type trading.alert_latency is
  'When an alert was sent, by its own time, reached the function and was booked, and the seconds in between; null where it is not known.';

create function trading.seconds_between(earlier timestamptz, later timestamptz) returns numeric
  language plpgsql immutable strict set search_path = '' as $$
begin
  return greatest(extract(epoch from later - earlier), 0);
end;
$$;
comment on function trading.seconds_between is 'Seconds between two clocks'' times: where they differ so that it would be less than nothing, 0.';

create function trading.list_latencies(
  owned trading.accounts, from_time timestamptz, to_time timestamptz, only_strategy text, only_symbol text
) returns setof trading.alert_latency
  language plpgsql stable security invoker set search_path = '' as $$
declare
  on_alerts_clock constant boolean := (select s.clock = 'alert' from trading.account_settings s where s.account_id = owned.id);
begin
  return query
  select m.id, m.strategy, m.symbol, m.status::text, m.code::text, m.sent, m.arrived, m.booked,
    trading.seconds_between(m.sent, m.arrived), trading.seconds_between(m.arrived, m.booked),
    trading.seconds_between(m.sent, coalesce(m.booked, m.arrived))
  from (
    select a.id, a.strategy, a.symbol, a.status, a.code, f.arrived, trading.sent_at(a.request, a.alert_time, f.arrived) as sent,
      case when not on_alerts_clock then a.received_at end as booked
    from trading.alerts a
    cross join lateral (
      select case when jsonb_typeof(a.request -> 'arrived_at') = 'number' and (a.request ->> 'arrived_at')::numeric between 0 and 1e13
        then to_timestamp((a.request ->> 'arrived_at')::numeric / 1000) end as arrived offset 0
    ) f
    where a.account_id = owned.id and a.epoch = owned.epoch and a.received_at >= from_time and a.received_at < coalesce(to_time, 'infinity')
      and (only_strategy is null or a.strategy = only_strategy) and (only_symbol is null or a.symbol = only_symbol)
      and a.request ->> 'action' is distinct from 'mark'
  ) m
  -- Older than a day, on that clock: history that is played back, which nothing has delayed.
  where m.arrived is not null and not (on_alerts_clock and coalesce(m.arrived - m.sent > interval '1 day', false));
end;
$$;
comment on function trading.list_latencies is
  'How long the alerts that came through the function, but for marks, were on their way. On the '
  'alerts'' clock no account knows when it booked.';

create function trading.sent_at(request jsonb, alert_time timestamptz, arrived_at timestamptz) returns timestamptz
  language plpgsql immutable set search_path = '' as $$
declare
  age constant interval := arrived_at - alert_time;
  length interval;
begin
  if age >= '59 seconds' and request ? 'interval' then
    length := trading.interval_length(request ->> 'interval');
    if length >= '1 minute' and age >= length - interval '1 second' and age < 2 * length then
      return alert_time + length;
    end if;
  end if;
  return alert_time;
end;
$$;
comment on function trading.sent_at is
  'When an alert was sent, by the time that it carries; where that is of its bar''s open, as trading.end_of_bar has it, when the bar ended.';

create function trading.as_seconds(percentiles double precision[]) returns text[]
  language plpgsql immutable set search_path = '' as $$
begin
  return array(select trim_scale(round(p::numeric, 3))::text from unnest(percentiles) with ordinality u (p, nr) order by nr);
end;
$$;
comment on function trading.as_seconds is 'Seconds as decimal strings, to the millisecond.';

create function public.alert_latency(
  account text default 'default', from_time timestamptz default now() - interval '30 days', to_time timestamptz default null,
  by text default 'strategy', only_strategy text default null, only_symbol text default null, late_seconds integer default 10
) returns table (
  strategy text, hour integer, alerts bigint, late bigint,
  receive_p50 text, receive_p90 text, receive_p99 text, receive_max text, book_p50 text, book_p90 text, book_p99 text, book_max text,
  total_p50 text, total_p90 text, total_p99 text, total_max text
)
  language plpgsql stable security invoker set search_path = '' set statement_timeout = '5s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  shares constant double precision[] := '{0.5,0.9,0.99,1}';
begin
  if by is null or by not in ('strategy', 'hour') then
    raise exception 'by must be strategy or hour' using errcode = 'PT400', hint = 'Hours of one strategy: by hour, with only_strategy.';
  end if;
  perform trading.take_read_place('figures');
  perform trading.check_range(from_time, to_time);
  return query
  select g.strategy, g.hour, g.alerts, g.late, g.receive[1], g.receive[2], g.receive[3], g.receive[4], g.book[1], g.book[2], g.book[3], g.book[4],
    g.total[1], g.total[2], g.total[3], g.total[4]
  from (
    select k.strategy, k.hour, count(*) as alerts, count(*) filter (where l.total > late_seconds) as late,
      trading.as_seconds(percentile_cont(shares) within group (order by l.to_receive::double precision)) as receive,
      trading.as_seconds(percentile_cont(shares) within group (order by l.to_book::double precision)) as book,
      trading.as_seconds(percentile_cont(shares) within group (order by l.total::double precision)) as total
    from trading.list_latencies(owned, coalesce(from_time, '-infinity'), to_time, only_strategy, only_symbol) l
    cross join lateral (select case by when 'strategy' then l.strategy end as strategy,
      case by when 'hour' then extract(hour from l.received_at at time zone 'UTC')::integer end as hour) k
    group by grouping sets ((), (k.strategy, k.hour))
  ) g
  order by num_nonnulls(g.strategy, g.hour), g.hour, g.alerts desc, g.strategy
  limit 1000;
end;
$$;
comment on function public.alert_latency is
  'How long alerts were on their way, in seconds: receive, from their own time to the function; book, from there to the database; total. Percentiles and the '
  'longest, by strategy, or by hour of the day of their arrival (UTC: by => ''hour''); first a row of all of them, with neither. null where it is not known: '
  'an alert without a time, an account on the alerts'' clock. late: total above late_seconds. Of from_time (30 days ago) to to_time; marks do not count. '
  'Errors: PT404 no such account, PT400 bad by or range, PT429 busy.';

create function public.late_alerts(
  account text default 'default', from_time timestamptz default now() - interval '30 days', to_time timestamptz default null,
  late_seconds integer default 10, "limit" integer default 100, before bigint default null, only_strategy text default null, only_symbol text default null
) returns table (
  id text, strategy text, symbol text, status text, code text, sent_at timestamptz, received_at timestamptz, booked_at timestamptz,
  seconds_to_receive text, seconds_to_book text, seconds text
)
  language plpgsql stable security invoker set search_path = '' set statement_timeout = '5s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
begin
  perform trading.take_read_place('figures');
  perform trading.check_range(from_time, to_time);
  return query
  select l.alert_id::text, l.strategy, l.symbol, l.status, l.code, l.sent_at, l.received_at, l.booked_at,
    trading.ratio(round(l.to_receive, 3)), trading.ratio(round(l.to_book, 3)), trading.ratio(round(l.total, 3))
  from trading.list_latencies(owned, coalesce(from_time, '-infinity'), to_time, only_strategy, only_symbol) l
  where l.total > late_seconds and l.alert_id < trading.page_start(before)
  order by l.alert_id desc
  limit trading.page_size("limit");
end;
$$;
comment on function public.late_alerts is
  'The alerts that took longer than late_seconds from their own time to their booking, newest first, as alert_latency counts them. Next page: before = the id of '
  'the last row. Errors: PT404 no such account, PT400 bad range or limit, PT429 busy.';

-- Events ----------------------------------------------------------------------------------------------
-- By the clock and not by booking, which this costs nothing: and an alert that was overtaken by a later one has come by then.

create table trading.alert_watches (
  account_id bigint primary key references trading.accounts (id) on delete cascade,
  epoch integer not null,
  seen_alert_id bigint not null,
  look_at timestamptz not null
);
comment on table trading.alert_watches is 'Up to which alert an account was looked at for missed_alert, and when it is looked at again.';

create table trading.strategy_watches (
  account_id bigint not null references trading.accounts (id) on delete cascade,
  strategy text not null check (length(strategy) <= 64),
  epoch integer not null,
  look_at timestamptz not null,
  told_alert_id bigint,
  primary key (account_id, strategy)
);
comment on table trading.strategy_watches is 'When a strategy is looked at again for silent_strategy.';
comment on column trading.strategy_watches.told_alert_id is 'The alert after which it was silent when that was told: each silence is told once.';

alter table trading.alert_watches enable row level security;
alter table trading.strategy_watches enable row level security;
grant select, insert, update on trading.alert_watches, trading.strategy_watches to service_role;

create function trading.enqueue_event(owned trading.accounts, event text, payload jsonb, at timestamptz) returns integer
  language plpgsql volatile set search_path = '' as $$
declare
  told integer;
begin
  insert into trading.notification_outbox (channel_id, account_id, event, payload)
  select c.id, owned.id, enqueue_event.event, jsonb_build_object('account', owned.name) || enqueue_event.payload || jsonb_build_object('at', enqueue_event.at)
  from trading.notification_channels c
  where c.disabled_at is null and c.created_at <= enqueue_event.at
    and (c.events = '{}' or enqueue_event.event = any (c.events)) and (c.account_ids = '{}' or owned.id = any (c.account_ids))
  for key share of c;
  get diagnostics told = row_count;
  return told;
end;
$$;
comment on function trading.enqueue_event is
  'Puts an event into the outbox, for every channel that wants it and was there at its time; answers how many.';

create function trading.newest_alert(owned trading.accounts, before timestamptz) returns bigint
  language plpgsql stable security invoker set search_path = '' as $$
begin
  return coalesce((select a.id from trading.alerts a where a.account_id = owned.id and a.epoch = owned.epoch and a.received_at < before
                   order by a.id + 0 desc limit 1), 0);
end;
$$;
comment on function trading.newest_alert is 'The newest alert that an account had before a time; 0: none. It reads those that came since.';

create function trading.enqueue_gaps(owned trading.accounts, seen bigint, at timestamptz, out told integer, out newest bigint)
  language plpgsql volatile set search_path = '' as $$
declare
  -- What it overtook may come until then.
  settled constant timestamptz := at - interval '10 seconds';
  since constant timestamptz := at - interval '1 hour';
  gap trading.alert_gap;
begin
  told := 0;
  newest := trading.newest_alert(owned, settled);
  if newest <= seen then
    return;
  end if;
  for gap in
    select g.* from trading.find_gaps(owned, since, settled, null, greatest(seen, trading.newest_alert(owned, since))) g
    where g.status = 'missed' order by g.alert_id
  loop
    told := told + trading.enqueue_event(owned, 'missed_alert', jsonb_build_object(
      'strategy', gap.strategy, 'symbol', gap.symbol, 'side', case sign(gap.missed) when 1 then 'buy' when -1 then 'sell' end,
      'quantity', trading.decimal(abs(gap.missed)), 'repaired', gap.repaired, 'price', case when gap.repaired then trading.decimal(gap.price) end,
      'cost', trading.decimal(gap.cost), 'currency', owned.currency, 'alert_id', gap.alert_id::text), gap.at);
  end loop;
end;
$$;
comment on function trading.enqueue_gaps is
  'Tells of the alerts after seen before which one was missed, up to newest. Older than an hour is no news: nor is what a replay books.';

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
    left join trading.strategy_watches w on w.account_id = owned.id and w.strategy = n.strategy and w.epoch = owned.epoch
    where w.look_at is null or w.look_at <= at
  loop
    exit when clock_timestamp() > until;
    rhythm := trading.rhythm_of(owned, watched.strategy, time_zone, 3);
    is_silent := coalesce(rhythm.silent_at <= at, false);
    if is_silent and watched.told_alert_id is distinct from rhythm.last_alert_id and rhythm.silent_at > at - interval '1 day' then
      told := told + trading.enqueue_event(owned, 'silent_strategy', jsonb_build_object(
        'strategy', watched.strategy, 'last_alert_at', rhythm.last_alert_at, 'usual_seconds', trading.ratio(rhythm.usual_seconds),
        'alert_id', rhythm.last_alert_id::text), rhythm.silent_at);
    end if;
    next_look := case when is_silent then at + interval '1 minute' else least(rhythm.silent_at, at + interval '10 minutes') end;
    insert into trading.strategy_watches (account_id, strategy, epoch, look_at, told_alert_id)
    values (owned.id, watched.strategy, owned.epoch, next_look, case when is_silent then rhythm.last_alert_id end)
    on conflict on constraint strategy_watches_pkey do update
      set epoch = excluded.epoch, look_at = excluded.look_at, told_alert_id = excluded.told_alert_id;
  end loop;
  return told;
end;
$$;
comment on function trading.enqueue_silences is
  'Tells of the strategies of an account that have fallen silent, each silence once, when it begins. One that began a day ago is no news. Only '
  'strategies that may be silent by now are looked at, until the time is over; the others at the next look.';

create function public.enqueue_alert_events(at timestamptz default now()) returns integer
  language plpgsql volatile security invoker set search_path = '' set statement_timeout = '30s' as $$
declare
  own_events constant text[] := '{missed_alert,silent_strategy}';
  -- What is due to be sent waits for it: the first look at many accounts takes several.
  until constant timestamptz := clock_timestamp() + interval '2 seconds';
  told integer := 0;
  owned trading.accounts;
  seen bigint;
  gaps record;
begin
  -- One clock at a time: nothing is told twice.
  if not exists (select from trading.notification_channels c where c.disabled_at is null and (c.events = '{}' or c.events && own_events))
     or not pg_try_advisory_xact_lock(trading.lock_id('clock:alert_events')) then
    return 0;
  end if;
  for owned in
    select a.* from trading.accounts a
    join trading.account_settings s on s.account_id = a.id
    left join trading.alert_watches w on w.account_id = a.id
    where a.halted_at is null and s.clock = 'arrival' and coalesce(w.look_at, '-infinity') <= enqueue_alert_events.at
      and exists (select from trading.notification_channels c
                  where c.disabled_at is null and (c.events = '{}' or c.events && own_events) and (c.account_ids = '{}' or a.id = any (c.account_ids)))
    order by w.look_at nulls first limit 1000
  loop
    exit when clock_timestamp() > until;
    seen := (select w.seen_alert_id from trading.alert_watches w where w.account_id = owned.id and w.epoch = owned.epoch);
    gaps := trading.enqueue_gaps(owned, coalesce(seen, 0), enqueue_alert_events.at);
    told := told + gaps.told + trading.enqueue_silences(owned, enqueue_alert_events.at, until);
    insert into trading.alert_watches (account_id, epoch, seen_alert_id, look_at)
    values (owned.id, owned.epoch, greatest(gaps.newest, seen), enqueue_alert_events.at + interval '15 seconds')
    on conflict on constraint alert_watches_pkey do update
      set epoch = excluded.epoch, seen_alert_id = excluded.seen_alert_id, look_at = excluded.look_at;
  end loop;
  return told;
end;
$$;
comment on function public.enqueue_alert_events is
  'Puts missed_alert and silent_strategy events into the outbox, each once; answers how many messages. A halted account has none, nor does '
  'one that is on the alerts'' clock, which plays history back. Each account is looked at every 15 seconds at most, those longest ago first, for 2 seconds a call.';

create function public.enqueue_timed_events(at timestamptz default now()) returns integer
  language plpgsql volatile security invoker set search_path = '' set statement_timeout = '30s' as $$
begin
  return public.enqueue_daily_summaries(enqueue_timed_events.at) + public.enqueue_alert_events(enqueue_timed_events.at);
end;
$$;
comment on function public.enqueue_timed_events is
  'Puts what no alert brings about into the outbox: daily summaries, missed alerts and silent strategies; answers how many messages.';

grant execute on function trading.is_trade, trading.signed_position, trading.is_plain, trading.own_fills, trading.is_off, trading.was_cut,
  trading.came_later, trading.alert_before, trading.refused_between, trading.with_cost, trading.gap_of, trading.find_gaps, trading.week_sums,
  trading.session_seconds, trading.session_time, trading.rhythm_of, trading.strategies_of, trading.list_latencies, trading.seconds_between,
  trading.sent_at, trading.interval_length, trading.as_seconds to authenticated;
revoke execute on function public.alert_health, public.list_alert_gaps, public.alert_latency, public.late_alerts from public, anon;
grant execute on function public.alert_health, public.list_alert_gaps, public.alert_latency, public.late_alerts to authenticated, service_role;
revoke execute on function public.enqueue_alert_events, public.enqueue_timed_events from public, anon, authenticated;
grant execute on function public.enqueue_alert_events, public.enqueue_timed_events to service_role;
