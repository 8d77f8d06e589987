-- A live account beside a baseline: which of the baseline's orders had an alert, when, at what price, and what that
-- cost. A baseline is any account that holds what should have happened: an imported backtest, or a second account.
--
-- Alerts are compared, not round trips: after an alert that never came the trades are others, though every later alert
-- is the same, and the target of the next one has put the position right.

create type trading.trade_event as (
  nr integer, at timestamptz, booked_at timestamptz, alert_id bigint, number integer, strategy text, symbol text,
  side text, target numeric, quantity numeric, price numeric, unit_value numeric, profit numeric, fee numeric,
  labels text[], code text
);
comment on type trading.trade_event is
  'An alert that asked for a trade, or a fill of an order that rested: nr, its place; at, the time that it carries, or '
  'came at, if that is earlier; number, of a backtest''s order; side as it was asked, else that of its fills; target, '
  'the signed position wanted; quantity of its fills, bought less sold (0: none); price of its fills, or the one it '
  'brought; unit_value, money per unit and point of price; profit, net; labels, its comment and id; code, why it was '
  'refused.';

-- enable_nestloop is off where events are joined: of an account that was imported just now, or of an array, the planner
-- expects a few rows, and compares all with all: 3 s measured of 4,700 orders, against 0.3.

create function trading.list_events(part trading.part, symbols text[]) returns setof trading.trade_event
  language plpgsql stable set search_path = '' set enable_nestloop = 'off' as $$
begin
  return query
  with filled as materialized (
    select f.alert_id, o.alert_id = f.alert_id as is_own,
      case when o.alert_id <> f.alert_id then f.order_id end as order_id, f.strategy, f.symbol,
      sum(case f.side when 'buy' then f.quantity::numeric else -f.quantity::numeric end) as units,
      sum(f.quantity::numeric) as quantity, sum(f.quantity::numeric * f.price::numeric) as value,
      min(f.filled_at) as at, max(f.multiplier * coalesce(f.rate, 1)) as unit_value,
      sum(f.realized_pnl::numeric - f.fee::numeric) as profit, sum(f.fee::numeric) as fee
    from trading.fills f
    join trading.orders o on o.id = f.order_id and o.account_id = f.account_id and o.epoch = f.epoch
    where f.account_id = part.account_id and f.epoch = part.epoch and f.symbol = any (symbols)
      and (part.strategies is null or f.strategy = any (part.strategies))
    group by 1, 2, 3, 4, 5
  ), asked as (
    select a.id as alert_id, a.strategy, a.symbol, a.request, a.code::text, f.units, f.quantity, f.value, f.unit_value,
      f.profit, f.fee, least(a.alert_time, a.received_at) as at,
      coalesce(f.at, case when part.on_alerts_clock then a.alert_time end, a.received_at) as booked_at
    from trading.alerts a
    left join filled f on f.alert_id = a.id and f.is_own
    where a.account_id = part.account_id and a.epoch = part.epoch and a.symbol = any (symbols)
      and (part.strategies is null or a.strategy = any (part.strategies))
      -- What rests is one when it fills.
      and a.status in ('filled', 'ignored', 'rejected')
      and trading.is_trade(a.request)
    union all
    select f.alert_id, f.strategy, f.symbol, '{}', null, f.units, f.quantity, f.value, f.unit_value, f.profit, f.fee,
      f.at, f.at
    from filled f where not f.is_own
  )
  select (row_number() over (order by e.at, e.alert_id))::integer, e.at, e.booked_at, e.alert_id,
    substring(e.request ->> 'idempotency_key' from '^backtest (\d{1,9})$')::integer, e.strategy, e.symbol,
    -- As it was asked: after an alert that never came a target may be reached from the other side.
    case when e.request ->> 'action' in ('buy', 'sell') then e.request ->> 'action' when e.units > 0 then 'buy'
      when e.units < 0 then 'sell' end,
    trading.signed_position(e.request -> 'target'),
    coalesce(e.units, 0), coalesce(trading.quotient(e.value, e.quantity), (e.request ->> 'price')::numeric),
    coalesce(e.unit_value, 1), coalesce(e.profit, 0), coalesce(e.fee, 0),
    array_remove(array[e.request ->> 'comment', e.request ->> 'id'], null), e.code
  from asked e
  where e.at >= part.from_time and e.at < part.to_time
  order by 1;
end;
$$;
comment on function trading.list_events is
  'What an account was asked to trade in a part, in symbols, and what of its resting orders was filled, in the order '
  'of time.';

create function trading.compared_part(
  owned trading.accounts, base trading.accounts, only_strategy text, only_symbol text, out symbols text[],
  out strategies text[]
) language plpgsql stable set search_path = '' as $$
declare
  named text[];
begin
  select coalesce(array_agg(distinct p.symbol), '{}'), array_agg(distinct p.strategy) into symbols, named
  from trading.positions p
  where p.account_id = base.id and p.version > 0 and (only_symbol is null or p.symbol = only_symbol);
  strategies := case when only_strategy is not null then array[only_strategy]
    when '' <> all (named) and exists (
      select from trading.positions p
      where p.account_id = owned.id and p.version > 0 and p.symbol = any (symbols) and p.strategy = any (named)
    ) then named end;
end;
$$;
comment on function trading.compared_part is
  'What of an account is compared with a baseline: the baseline''s symbols; and the strategies, null for all, since '
  'what another one did in the same symbol is not extra: those that the baseline''s orders name, where the account has '
  'one of that name.';

create function trading.match_events(
  expected trading.trade_event[], seen trading.trade_event[], early interval, late interval
) returns integer[] language plpgsql stable set search_path = '' set enable_nestloop = 'off' as $$
declare
  width constant numeric := extract(epoch from early + late);
  pairs integer[] := array_fill(null::integer, array[cardinality(expected)]);
  is_taken boolean[] := array_fill(false, array[cardinality(seen)]);
  -- Where the sender's labels are the baseline's at all, one that differs in label, position and price is another.
  are_labels_known constant boolean := exists (
    select l from unnest(expected) e cross join unnest(e.labels) l intersect select l from unnest(seen) e
    cross join unnest(e.labels) l);
  -- Where both name their strategies alike, no alert is of another one's order.
  are_strategies_known constant boolean := not exists (
    select s.strategy from unnest(seen) s except select e.strategy from unnest(expected) e where e.strategy <> '');
  candidate record;
begin
  for candidate in
    select b.nr as expected_nr, l.nr as seen_nr
    from (select e.*, floor(extract(epoch from e.at) / width) + k.further as slot from unnest(expected) e
      cross join (values (0), (1)) k (further)) b
    -- Slots as wide as the search: a hash join, where a comparison of all with all would take seconds.
    join (select e.*, floor(extract(epoch from e.at + early) / width) as slot from unnest(seen) e) l
      on l.symbol = b.symbol and l.slot = b.slot
    cross join lateral (
      select coalesce(l.target = b.target, false)::integer + coalesce(l.price = b.price,
        false)::integer + (l.labels && b.labels)::integer as same
    ) s
    where coalesce(l.side, b.side) = b.side and l.at between b.at - early and b.at + late
      and (s.same > 0 or not are_labels_known or cardinality(l.labels) = 0)
      and (l.strategy = b.strategy or not are_strategies_known)
    order by s.same desc, l.code is not null, abs(extract(epoch from l.at - b.at)), b.nr, l.nr
  loop
    if pairs[candidate.expected_nr] is null and not is_taken[candidate.seen_nr] then
      pairs[candidate.expected_nr] := candidate.seen_nr;
      is_taken[candidate.seen_nr] := true;
    end if;
  end loop;
  return pairs;
end;
$$;
comment on function trading.match_events is
  'For each expected event the nr of the one seen that it is, or null: of the same symbol and side, at most so much '
  'earlier or later. Those that agree most in position wanted, price and label are paired first, then those that were '
  'not refused, then those that are closest in time.';

create function trading.compare_events(
  owned trading.accounts, baseline text, from_time timestamptz, to_time timestamptz, only_strategy text,
  only_symbol text, match_seconds integer
) returns table (
  kind text, expected trading.trade_event, seen trading.trade_event, seconds numeric, price_drift numeric, cost numeric
) language plpgsql stable set search_path = '' set enable_nestloop = 'off' as $$
declare
  base constant trading.accounts := trading.find_account(coalesce(baseline, owned.name));
  early constant interval := '5 seconds';
  -- An alert at the edge of the range may be that of an order before it.
  margin constant interval := coalesce(make_interval(secs => match_seconds), '1 day');
  asked trading.part;
  compared constant record := trading.compared_part(owned, base, only_strategy, only_symbol);
  orders trading.trade_event[];
  alerts trading.trade_event[];
  late interval;
  pairs integer[];
begin
  perform trading.require(match_seconds is null or match_seconds between 1 and 604800,
    'match_seconds must be from 1 to 604800',
    'Leave it out for an hour, or the time between two orders of the baseline if that is more.');
  asked := trading.find_part(owned, null, from_time, to_time, null, null);
  orders := array(select e
    from trading.list_events(trading.find_part(base, null, from_time - margin, to_time + early, null, null),
      compared.symbols) e order by e.nr);
  late := coalesce(make_interval(secs => match_seconds), greatest('1 hour', least('1 day', (
    select min(g.gap) from (select e.at - lag(e.at) over (order by e.at) as gap from unnest(orders) e) g
    where g.gap > '0'))));
  alerts := array(select e
    from trading.list_events(trading.find_part(owned, null, from_time - early, to_time + late, compared.strategies,
      null), compared.symbols) e order by e.nr);
  pairs := trading.match_events(orders, alerts, early, late);
  return query
  select case when s.alert_id is null then 'missed' when s.code is not null then 'refused' else 'matched' end, e, s,
    case when s.code is null then extract(epoch from s.booked_at - e.at) end,
    case when s.code is null then (s.price - e.price) * case e.side when 'sell' then -1 else 1 end end,
    case when s.code is null then (s.price - e.price) * s.quantity * s.unit_value end
  from unnest(orders) e
  left join unnest(alerts) s on s.nr = pairs[e.nr]
  where e.at >= asked.from_time and e.at < asked.to_time
  union all
  select 'extra', null::trading.trade_event, s, null, null, null from unnest(alerts) s
  left join unnest(pairs) p (nr) on p.nr = s.nr
  where p.nr is null and s.at >= asked.from_time and s.at < asked.to_time;
end;
$$;
comment on function trading.compare_events is
  'Every order of the baseline with the alert that the account had for it, and the alerts that are none of its orders, '
  'in the baseline''s symbols: kind matched, refused, missed (seen is null) or extra (expected is null). Of a matched '
  'one how many seconds late it was booked, how much worse its price was (below 0: better), and what that cost. '
  'match_seconds: how late an alert may be and still be that of an order; null: an hour, or the shortest time between '
  'two orders of the baseline if that is more, at most a day. Errors: PT404, PT400.';

-- What is asked -----------------------------------------------------------------------------------

create function public.compare_accounts(
  account text default 'default', baseline text default null, from_time timestamptz default null,
  to_time timestamptz default null, only_strategy text default null, only_symbol text default null,
  match_seconds integer default null, late_seconds integer default 60, out orders bigint, out alerts bigint,
  out matched bigint, out late bigint, out refused bigint, out missed bigint, out extra bigint, out match_rate text,
  out average_seconds text, out worst_seconds text, out average_drift_bps text, out profit text,
  out baseline_profit text, out drift text, out price_cost text, out fee_cost text, out other_cost text,
  out first_order timestamptz, out first_alert timestamptz
) language sql stable set search_path = '' set statement_timeout = '5s' as $$
  select trading.take_read_place('figures');
  select s.orders, s.alerts, s.matched, s.late, s.refused, s.missed, s.extra,
    trading.ratio(100.0 * s.matched / nullif(s.orders, 0)), trading.ratio(s.average_seconds),
    trading.ratio(s.worst_seconds), trading.ratio(s.average_drift), trading.decimal(s.made),
    trading.decimal(s.expected), trading.decimal(s.made - s.expected), trading.decimal(s.prices),
    trading.decimal(s.fees), trading.decimal(s.expected - s.made - s.prices - s.fees), s.first_order, s.first_alert
  from (
    select count((c.expected).nr) as orders, count((c.seen).nr) as alerts,
      count(*) filter (where c.kind = 'matched') as matched, count(*) filter (where c.seconds > late_seconds) as late,
      count(*) filter (where c.kind = 'refused') as refused, count(*) filter (where c.kind = 'missed') as missed,
      count(*) filter (where c.kind = 'extra') as extra, avg(c.seconds) as average_seconds,
      max(c.seconds) as worst_seconds,
      avg(10000 * trading.quotient(c.price_drift, nullif(abs((c.expected).price), 0))) as average_drift,
      coalesce(sum((c.seen).profit), 0) as made, coalesce(sum((c.expected).profit), 0) as expected,
      coalesce(sum(c.cost), 0) as prices, coalesce(sum((c.seen).fee), 0) - coalesce(sum((c.expected).fee), 0) as fees,
      min((c.expected).at) as first_order, min((c.seen).at) as first_alert
    from trading.compare_events(trading.find_account(account), baseline, from_time, to_time, only_strategy, only_symbol,
      match_seconds) c
  ) s;
$$;
comment on function public.compare_accounts is
  'An account beside a baseline (left out: beside itself, where all match), in one row: of the baseline''s orders (in '
  'orders) those that had an alert (matched; late: booked more than late_seconds after the order''s time), whose alert '
  'was refused, and that had none (missed); extra: alerts that are none of its orders. match_rate: percent of the '
  'orders that matched. drift = profit - baseline_profit, both closed and net, and -drift = price_cost + fee_cost + '
  'other_cost: what worse prices cost, what the fees are more, and the rest, of what was missed, refused, extra or of '
  'another size. average_drift_bps: how much worse the prices were, in hundredths of a percent. Only the baseline''s '
  'symbols are compared, and of the account''s strategies only_strategy, or those that the baseline''s orders name, if '
  'the account has one, or all. match_seconds: how late an alert may be and still be that of an order; null: an hour, '
  'or the shortest time between two of the baseline''s orders if that is more, at most a day. Errors: PT404 no such '
  'account, PT400 bad range or match_seconds, PT429 busy.';

create function public.compare_orders(
  account text default 'default', baseline text default null, from_time timestamptz default null,
  to_time timestamptz default null, only_strategy text default null, only_symbol text default null,
  match_seconds integer default null, late_seconds integer default 60, "limit" integer default 100,
  before bigint default null, only_status text default null
) returns table (
  id text, status text, number integer, strategy text, symbol text, signal text, side text, baseline_time timestamptz,
  alert_time timestamptz, booked_at timestamptz, seconds text, baseline_alert_id text, alert_id text,
  baseline_price text, price text, price_drift text, baseline_quantity text, quantity text, cost text,
  baseline_profit text, profit text, profit_drift text, code text
) language plpgsql stable set search_path = '' set statement_timeout = '5s'
  set plan_cache_mode = 'force_custom_plan' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
begin
  perform trading.take_read_place('figures');
  return query
  with compared as (
    select row_number() over (order by coalesce((c.expected).at, (c.seen).at), (c.expected).nr, (c.seen).nr) as nr,
      c.expected, c.seen, c.seconds, c.price_drift, c.cost,
      case when c.seconds > late_seconds then 'late' else c.kind end as kind
    from trading.compare_events(owned, baseline, from_time, to_time, only_strategy, only_symbol, match_seconds) c
  )
  select c.nr::text, c.kind, (c.expected).number, coalesce((c.seen).strategy, (c.expected).strategy),
    coalesce((c.expected).symbol, (c.seen).symbol), coalesce((c.expected).labels[1], (c.seen).labels[1]),
    coalesce((c.expected).side, (c.seen).side), (c.expected).at, (c.seen).at, (c.seen).booked_at,
    trading.ratio(c.seconds), (c.expected).alert_id::text, (c.seen).alert_id::text, trading.decimal((c.expected).price),
    trading.decimal((c.seen).price), trading.decimal(c.price_drift), trading.decimal((c.expected).quantity),
    trading.decimal((c.seen).quantity), trading.decimal(c.cost), trading.decimal((c.expected).profit),
    trading.decimal((c.seen).profit), trading.decimal(coalesce((c.seen).profit, 0) - coalesce((c.expected).profit, 0)),
    (c.seen).code
  from compared c
  where c.nr < trading.page_start(before)
    and (only_status is null
      or c.kind = trading.known_status(only_status, 'matched', 'late', 'refused', 'missed', 'extra'))
  order by -c.nr
  limit trading.page_size("limit");
end;
$$;
comment on function public.compare_orders is
  'The pairs of compare_accounts, newest first: status matched, late, refused (code says why), missed or extra; '
  'number: of the backtest''s order; signal: its name in the export. seconds: booked so long after baseline_time. '
  'price_drift: how much worse the price was, in money per unit, cost: in money; below 0: better. quantity: bought, '
  'below 0 sold; 0: nothing was left to trade, as after an alert that was missed. profit: net, of what the fill '
  'closed; profit_drift: less baseline_profit. Next page: before = the id of the last row. Errors: as '
  'compare_accounts.';

create function public.compare_curve(
  account text default 'default', baseline text default null, bucket text default null,
  from_time timestamptz default null, to_time timestamptz default null, only_strategy text default null,
  only_symbol text default null
) returns table ("time" timestamptz, profit text, baseline_profit text)
  language plpgsql stable set search_path = '' set statement_timeout = '5s'
  set plan_cache_mode = 'force_custom_plan' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  base constant trading.accounts := trading.find_account(coalesce(baseline, owned.name));
  compared constant record := trading.compared_part(owned, base, only_strategy, only_symbol);
  part constant trading.part := trading.find_part(owned, null, from_time, to_time, compared.strategies, null);
begin
  perform trading.take_read_place('figures');
  return query
  with closed as materialized (
    select e.at, e.profit as own, 0::numeric as base
    from trading.list_events(part, compared.symbols) e where e.quantity <> 0
    union all
    select e.at, 0, e.profit
    from trading.list_events(trading.find_part(base, null, from_time, to_time, null, null), compared.symbols) e
  ), chosen as (select trading.find_bucket(bucket, max(c.at) - min(c.at)) as f from closed c), buckets as (
    select trading.bucket_start(c.at, h.f, part.time_zone) as starts_at, sum(c.own) as own, sum(c.base) as base
    from closed c cross join chosen h group by 1
  )
  select b.starts_at, trading.decimal(sum(b.own) over (order by b.starts_at)),
    trading.decimal(sum(b.base) over (order by b.starts_at))
  from buckets b order by b.starts_at
  limit trading.check_points((select count(*) from buckets));
end;
$$;
comment on function public.compare_curve is
  'What an account and a baseline have made since from_time, closed and net, oldest first, at most 1000 points: what '
  'compare_accounts compares. time is the bucket''s begin; buckets without an order are left out. Buckets, range and '
  'errors as those of equity_curve.';

revoke execute on function public.compare_accounts, public.compare_orders, public.compare_curve
  from public, anon, authenticated;
grant execute on function trading.list_events, trading.compared_part, trading.match_events, trading.compare_events,
  public.compare_accounts, public.compare_orders, public.compare_curve to authenticated;
