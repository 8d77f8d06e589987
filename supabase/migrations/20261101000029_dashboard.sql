-- What the dashboard page draws beside its lists: the accounts to choose from, the head of the page, the chart of a
-- symbol with its fills, results by day, by symbol and by strategy. Charts come in at most 1000 points.

create function public.list_accounts() returns table (
  name text, currency text, time_zone text, epoch integer, halted boolean, halt_reason text, version bigint, role text
) language sql stable set search_path = '' set statement_timeout = '2s'
begin atomic
  select trading.take_read_place('page');
  select a.name, a.currency, s.time_zone, a.epoch, a.halted_at is not null, a.halt_reason, a.version, a.role
  from trading.accounts a
  join trading.account_settings s on s.account_id = a.id
  order by a.name
  limit 1000;
end;
comment on function public.list_accounts is
  'The accounts that the caller may see, by name. version grows with every alert and operation: while it stands still, '
  'nothing that these RPCs return about the account changes. role: plain, followed or shadow. It reads one row an '
  'account, so that a page may ask every second. Errors: PT429 busy.';

-- The head of the page ----------------------------------------------------------------------------

create function trading.open_risk(account_id bigint, out risk numeric, out unprotected numeric)
  language plpgsql stable set search_path = '' as $$
begin
  with held as (
    select p.strategy, p.symbol, sign(p.quantity) as side, abs(p.quantity) as units, p.mark,
      p.multiplier * p.rate as multiplier, abs(p.mark) * p.multiplier * p.rate as unit_value
    from trading.holdings p
    where p.account_id = open_risk.account_id and p.quantity <> 0
  ), stops as (
    -- The nearest stop takes its units first; what lies beyond the position protects nothing.
    select h.multiplier * abs(h.mark - o.stop_price) as distance, h.unit_value,
      greatest(least(o.quantity, h.units - (sum(o.quantity) over nearest_first - o.quantity)), 0) as units
    from held h
    join trading.orders o on case when o.status = 'open' then o.account_id end = open_risk.account_id
      and o.status = 'open' and o.strategy = h.strategy
      and o.symbol = h.symbol and o.type in ('stop', 'stop_limit', 'trailing_stop') and o.stop_price is not null
      and o.side = case h.side when 1 then 'sell' else 'buy' end
    window nearest_first as (partition by h.strategy, h.symbol order by abs(h.mark - o.stop_price), o.id)
  )
  select coalesce(sum(s.units * s.distance), 0),
    (select coalesce(sum(h.units * h.unit_value), 0) from held h) - coalesce(sum(s.units * s.unit_value), 0)
  into risk, unprotected
  from stops s;
end;
$$;
comment on function trading.open_risk is
  'What the open positions may lose, in money. risk: from their marks to their resting stops, as if each filled at its '
  'stop price. unprotected: the value at the mark of the units that no stop protects.';

create function public.portfolio_overview(
  inout account text default 'default', out currency text, out time_zone text, out epoch integer, out version bigint,
  out equity text, out cash text, out deposits text, out net_pnl text, out net_pnl_percent text, out day_pnl text,
  out day_pnl_percent text, out open_risk text, out unprotected text, out gross_exposure text,
  out open_positions integer, out resting_orders integer, out alerts bigint, out halted boolean, out halt_reason text,
  out halted_at timestamptz, out strategies text[], out symbols text[]
) language plpgsql stable set search_path = '' set statement_timeout = '2s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
begin
  select s.currency, s.epoch, s.version, s.equity, s.cash, s.deposits, s.net_pnl, s.gross_exposure, s.open_positions,
    s.halted, s.halt_reason, trading.ratio(100 * s.net_pnl::numeric / nullif(greatest(s.deposits::numeric, 0), 0)),
    trading.decimal(r.risk), trading.decimal(r.unprotected)
  into currency, epoch, version, equity, cash, deposits, net_pnl, gross_exposure, open_positions, halted, halt_reason,
    net_pnl_percent, open_risk, unprotected
  from public.portfolio_summary(account) s cross join trading.open_risk(owned.id) r;
  time_zone := trading.time_zone(owned.id);
  select trading.decimal(t.gain), trading.ratio(100 * t.gain / nullif(greatest(t.capital, 0), 0))
  into day_pnl, day_pnl_percent
  from (
    select coalesce(sum(s.profit - s.profit_before), 0) as gain, min(s.deposits + s.profit_before) as capital
    from trading.equity_spans(trading.find_part(owned, null, date_trunc('day', now(), time_zone), null, null, null),
      trading.find_bucket('day', null)) s
  ) t;
  resting_orders := (select count(*) from trading.orders o
                     where case when o.status = 'open' then o.account_id end = owned.id and o.status = 'open');
  alerts := nullif(trading.newest_alert(owned.id, owned.epoch), 0);
  halted_at := owned.halted_at;
  strategies := array(select distinct p.strategy from trading.positions p where p.account_id = owned.id order by 1);
  symbols := array(select m.symbol from trading.marks m where m.account_id = owned.id
    order by m.marked_at desc, m.symbol limit 500);
end;
$$;
comment on function public.portfolio_overview is
  'The head of a dashboard, in one row. Money as decimal strings in the account''s currency. net_pnl = equity - '
  'deposits, net_pnl_percent of the deposits. day_pnl: what net_pnl grew by since midnight in time_zone, '
  'day_pnl_percent of the equity then. open_risk: what the positions lose from their marks until every resting stop '
  'has filled at its price; unprotected: the value at the mark of what no stop protects. alerts: the id of the newest '
  'alert, null before the first. strategies: those with a position, flat ones included; symbols: those with a mark, '
  'the one marked last first (at most 500). Errors: PT404 no such account, PT429 busy.';

-- Results -----------------------------------------------------------------------------------------

create function public.results(
  account text default 'default', by text default 'symbol', only_strategy text default null,
  only_symbol text default null
) returns table (
  name text, open_positions bigint, realized_pnl text, unrealized_pnl text, fees text, net_pnl text, income text
) language plpgsql stable set search_path = '' set statement_timeout = '2s'
  set plan_cache_mode = 'force_custom_plan' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
begin
  perform trading.require(by in ('symbol', 'strategy'), 'by must be symbol or strategy',
    'Leave it out for results by symbol.');
  perform trading.take_read_place('page');
  return query
  select g.name, g.held, trading.decimal(g.realized), trading.decimal(g.unrealized), trading.decimal(g.fees),
    trading.decimal(g.realized + g.unrealized - g.fees + g.income), trading.decimal(g.income)
  from (
    select case by when 'symbol' then r.symbol else r.strategy end as name,
      count(*) filter (where r.quantity <> 0) as held, sum(r.realized) as realized, sum(r.fees) as fees,
      sum(r.unrealized) as unrealized, sum(r.income) as income
    from (
      select p.symbol, p.strategy, p.quantity, p.realized_pnl::numeric as realized, p.fees::numeric as fees,
        coalesce(p.value - p.cost_basis, 0) as unrealized, 0 as income
      from trading.holdings p
      where p.account_id = owned.id and p.version > 0
      union all
      select c.symbol, c.strategy, 0, 0, 0, 0, c.amount
      from trading.list_results(trading.find_part(owned, null, null, null, array[only_strategy], only_symbol)) c
      where case by when 'symbol' then c.symbol else c.strategy end is not null
    ) r
    where (only_strategy is null or r.strategy = only_strategy) and (only_symbol is null or r.symbol = only_symbol)
    group by 1
  ) g
  order by g.realized + g.unrealized - g.fees + g.income desc, g.name
  limit 1000;
end;
$$;
comment on function public.results is
  'What each symbol (or strategy: by => ''strategy'') has made in the current epoch, best first, closed and open '
  'together: net_pnl = realized_pnl + unrealized_pnl - fees + income (of record_cash, where it names one), decimal '
  'strings in the account''s currency. Errors: PT404 no such account, PT400 bad by, PT429 busy.';

create function public.profit_curve(
  account text default 'default', bucket text default null, from_time timestamptz default null,
  to_time timestamptz default null, only_strategy text default null, only_symbol text default null
) returns table ("time" timestamptz, net_pnl text, gain text, drawdown text, trades bigint)
  language plpgsql stable set search_path = '' set statement_timeout = '5s'
  set plan_cache_mode = 'force_custom_plan' as $$
declare
  part trading.part := trading.find_part(
    trading.find_account(account), null, from_time, to_time, array[only_strategy], only_symbol);
begin
  perform trading.take_read_place('figures');
  part.from_time := '-infinity';  -- what was made before the range is part of its curve
  perform trading.find_bucket(bucket, '0');  -- refused also where nothing was closed
  return query
  with closed as (
    select e.*, sum(e.net) over (order by e.nr) as total
    from (
      select row_number() over (order by s.at, s.is_trade, s.id) as nr, s.* from trading.list_closed(part) s
    ) e
  ), followed as (
    select c.*, greatest(max(c.total) over (order by c.nr), first_value(c.total - c.net) over (order by c.nr)) as best
    from closed c where c.at >= coalesce(from_time, '-infinity')
  ), chosen as (select trading.find_bucket(bucket, max(f.at) - min(f.at)) as h from followed f), buckets as (
    select trading.bucket_start(f.at, c.h, part.time_zone) as starts_at, sum(f.net) as gain,
      max(f.best - f.total) as fall, (array_agg(f.total order by -f.nr))[1] as total,
      count(*) filter (where f.is_trade) as trades
    from followed f cross join chosen c group by 1
  )
  select b.starts_at, trading.decimal(b.total), trading.decimal(b.gain), trading.decimal(b.fall), b.trades
  from buckets b order by b.starts_at
  limit trading.check_points((select count(*) from buckets));
end;
$$;
comment on function public.profit_curve is
  'What the closed trades of a strategy or a symbol, and its results of record_cash, summed up to over time, oldest '
  'first, at most 1000 points, in money: the curve that equity_curve draws of a whole account. time is the bucket''s '
  'begin; buckets without either are left out. net_pnl: of all so far in this epoch; gain: of those of the bucket; '
  'trades: closed in it; drawdown: the deepest fall of net_pnl below its best since from_time, at least 0. Buckets, '
  'range and errors as those of equity_curve.';

create function public.daily_results(
  account text default 'default', from_day date default null, to_day date default null, only_strategy text default null
) returns table (day date, net_pnl text, trades bigint, wins bigint)
  language plpgsql stable set search_path = '' set statement_timeout = '5s'
  set plan_cache_mode = 'force_custom_plan' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  time_zone constant text := trading.time_zone(owned.id);
  first_day constant date := coalesce(from_day, date_trunc('month', now() at time zone time_zone)::date);
  last_day constant date := coalesce(to_day,
    (date_trunc('month', first_day::timestamp) + interval '1 month - 1 day')::date);
  part trading.part;
begin
  perform trading.require(isfinite(first_day) and isfinite(last_day) and last_day - first_day between 0 and 366,
    'from_day to to_day must be 1 to 367 days', 'Both days are included.');
  perform trading.take_read_place('figures');
  part := trading.find_part(owned, null, first_day::timestamp at time zone time_zone,
    (last_day + 1)::timestamp at time zone time_zone, array[only_strategy], null);
  return query
  with closed as (
    select (s.at at time zone time_zone)::date as day, sum(s.net) as net, count(*) filter (where s.is_trade) as trades,
      count(*) filter (where s.is_trade and s.net > 0) as wins
    from trading.list_closed(part) s group by 1
  ), grown as (
    select (s.starts_at at time zone time_zone)::date as day, s.profit - s.profit_before as net
    from trading.equity_spans(part, trading.find_bucket('day', null)) s
    where only_strategy is null
  )
  select coalesce(g.day, c.day), trading.decimal(coalesce(g.net, c.net)), coalesce(c.trades, 0), coalesce(c.wins, 0)
  from grown g full join closed c on c.day = g.day
  order by 1;
end;
$$;
comment on function public.daily_results is
  'A calendar of results: one row a day (in the account''s time zone) on which anything happened, from from_day to '
  'to_day, both included; without them this month. net_pnl: what the account''s equity less deposits grew by, in '
  'money; with only_strategy the net of the trades it closed, and its results of record_cash. trades, wins: closed on '
  'that day. Errors: PT404 no such account, PT400 bad range, PT429 busy.';

-- The chart of a symbol ---------------------------------------------------------------------------

create function public.symbol_chart(
  account text default 'default', symbol text default null, bucket text default null,
  from_time timestamptz default null, to_time timestamptz default null, only_strategy text default null
) returns table (
  "time" timestamptz, open text, high text, low text, close text,
  bought text, buy_price text, buys bigint, sold text, sell_price text, sells bigint
) language plpgsql stable set search_path = '' set statement_timeout = '5s'
  set plan_cache_mode = 'force_custom_plan' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  part constant trading.part := trading.find_part(
    owned, null, from_time, to_time, array[only_strategy], trading.charted_symbol(owned.id, symbol));
begin
  perform trading.take_read_place('figures');
  return query
  with bars as materialized (select l.* from trading.symbol_bars(part, bucket) l),
  times as materialized (select array_agg(b.time order by b.time) as begun from bars b),
  traded as (
    -- When the market was there: an alert may name an earlier time than the one it came at.
    select t.begun[greatest(width_bucket(least(a.alert_time, f.filled_at), t.begun), 1)] as starts_at, f.side,
      sum(f.quantity) as units, sum(f.quantity * f.price) as value, count(*) as fills
    from trading.fills f
    left join trading.alerts a on a.id = f.alert_id and a.account_id = part.account_id and a.epoch = part.epoch
      and a.symbol = part.symbol
    cross join times t
    where f.account_id = part.account_id and f.epoch = part.epoch and f.symbol = part.symbol and t.begun is not null
      and (part.strategies is null or f.strategy = any (part.strategies))
      and least(a.alert_time, f.filled_at) >= part.from_time and least(a.alert_time, f.filled_at) < part.to_time
    group by 1, 2
  )
  select l.time, trading.decimal(l.open), trading.decimal(l.high), trading.decimal(l.low), trading.decimal(l.close),
    trading.decimal(b.units), trading.decimal(trading.quotient(b.value, b.units)), coalesce(b.fills, 0),
    trading.decimal(s.units), trading.decimal(trading.quotient(s.value, s.units)), coalesce(s.fills, 0)
  from bars l
  left join traded b on b.starts_at = l.time and b.side = 'buy'
  left join traded s on s.starts_at = l.time and s.side = 'sell'
  order by l.time;
end;
$$;
comment on function public.symbol_chart is
  'The marks of a symbol as list_marks returns them, each bar with the fills of the current epoch in it: bought and '
  'sold in units, buy_price and sell_price the averages in money per unit (null without any), buys and sells how many. '
  'A fill between two bars belongs to the earlier one. only_strategy narrows the fills. Buckets, range and errors as '
  'those of list_marks.';

revoke execute on function public.list_accounts, public.portfolio_overview, public.results, public.profit_curve,
  public.daily_results, public.symbol_chart from public, anon, authenticated;
grant execute on function trading.open_risk, public.list_accounts, public.portfolio_overview, public.results,
  public.profit_curve, public.daily_results, public.symbol_chart to authenticated;
