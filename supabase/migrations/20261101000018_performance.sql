-- How an account did, in figures. A figure that is undefined is null, never a stand-in.

create function trading.ratio(value numeric) returns text
  language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  return trim_scale(round(value, 8))::text;
end;
$$;
comment on function trading.ratio is
  'A ratio, percentage or statistic as it leaves the database: a decimal string, 8 decimals (half away from zero), no trailing zeros.';

create function trading.list_results(
  account_id bigint, epoch integer, from_time timestamptz, to_time timestamptz, only_strategy text, only_symbol text
) returns table (id bigint, at timestamptz, strategy text, symbol text, amount numeric)
  language plpgsql stable security invoker set search_path = '' as $$
begin
  return query
  select c.id, c.created_at, c.strategy, c.symbol, c.amount
  from (select e.id, e.created_at, coalesce(e.strategy, case when e.symbol is not null then '' end) as strategy, e.symbol, e.amount::numeric
        from trading.cash_entries e
        where e.account_id = list_results.account_id and e.epoch = list_results.epoch and e.is_result) c
  where (from_time is null or c.created_at >= from_time) and (to_time is null or c.created_at < to_time)
    and (only_strategy is null or c.strategy = only_strategy) and (only_symbol is null or c.symbol = only_symbol)
  order by c.created_at, c.id;
end;
$$;
comment on function trading.list_results is
  'What record_cash booked in a range, oldest first. One that names a symbol and no strategy is of the alerts that name none; strategy null: it '
  'is of the account alone.';

create type trading.trade_group as (
  kind text, name text, trades bigint, wins bigint, losses bigint, gross numeric, fees numeric, won numeric, lost numeric,
  largest_win numeric, largest_loss numeric, deviation numeric, duration interval, income numeric
);
comment on type trading.trade_group is
  'Closed trades together: all of them, or those of one strategy or symbol (kind, name). won, lost: the sums of the net profits and '
  '(negative) of the net losses; deviation: sample standard deviation of net; duration: the average; income: of record_cash.';

create function trading.group_trades(
  account_id bigint, epoch integer, from_time timestamptz, to_time timestamptz, only_strategy text, only_symbol text
) returns setof trading.trade_group
  language plpgsql stable security invoker set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
begin
  return query
  with streams as (
    -- Once by strategy and symbol; the groups are then sums of sums, exact.
    select t.strategy, t.symbol, count(*) as trades, count(*) filter (where t.net_pnl > 0) as wins,
      count(*) filter (where t.net_pnl < 0) as losses, sum(t.net_pnl) as net, sum(t.fees) as fees,
      sum(t.net_pnl) filter (where t.net_pnl > 0) as won, sum(t.net_pnl * t.net_pnl) as squares,
      max(t.net_pnl::numeric) as best, min(t.net_pnl::numeric) as worst, sum(t.closed_at - t.opened_at) as duration,
      0::numeric as income
    from trading.trades t
    where t.account_id = group_trades.account_id and t.epoch = group_trades.epoch
      and (from_time is null or t.closed_at >= from_time) and (to_time is null or t.closed_at < to_time)
      and (only_strategy is null or t.strategy = only_strategy) and (only_symbol is null or t.symbol = only_symbol)
    group by t.strategy, t.symbol
    union all
    select r.strategy, r.symbol, 0, 0, 0, 0, 0, null, null, null, null, null, sum(r.amount)
    from trading.list_results(account_id, epoch, from_time, to_time, only_strategy, only_symbol) r
    group by r.strategy, r.symbol
  ), groups as (
    select case grouping(s.strategy, s.symbol) when 3 then 'all' when 1 then 'strategy' else 'symbol' end as kind,
      coalesce(s.strategy, s.symbol) as name, coalesce(sum(s.trades), 0)::bigint as trades, coalesce(sum(s.wins), 0)::bigint as wins,
      coalesce(sum(s.losses), 0)::bigint as losses, coalesce(sum(s.net), 0) as net, coalesce(sum(s.fees), 0) as fees,
      coalesce(sum(s.won), 0) as won, sum(s.squares) as squares, max(s.best) as best, min(s.worst) as worst, sum(s.duration) as duration,
      coalesce(sum(s.income), 0) as income
    from streams s
    group by grouping sets ((), (s.strategy), (s.symbol))
  )
  select g.kind, g.name, g.trades, g.wins, g.losses, g.net + g.fees, g.fees, g.won, g.net - g.won,
    case when g.best > 0 then g.best end, case when g.worst < 0 then g.worst end,
    case when g.trades > 1 then sqrt(trading.quotient(g.trades * g.squares - g.net * g.net, g.trades::numeric * (g.trades - 1))) end,
    g.duration / nullif(g.trades, 0), g.income
  from groups g
  where g.kind = 'all' or g.name is not null;
end;
$$;
comment on function trading.group_trades is 'The trades closed in a range, with what record_cash booked in it: one group of all, one a strategy, one a symbol.';

create function trading.trade_groups_json(groups trading.trade_group[], kind text) returns jsonb
  language plpgsql immutable set search_path = '' as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(g.kind, g.name, 'trades', g.trades, 'wins', g.wins, 'losses', g.losses,
      'net', trading.decimal(g.won + g.lost + g.income), 'gross', trading.decimal(g.gross), 'fees', trading.decimal(g.fees),
      'income', trading.decimal(g.income), 'win_rate', trading.ratio(g.wins::numeric / nullif(g.trades, 0)), 'profit_factor', trading.ratio(g.won / -nullif(g.lost, 0)),
      'expectancy', trading.decimal(trading.quotient(g.won + g.lost, nullif(g.trades, 0)))) order by g.name), '[]')
    from unnest(groups) g where g.kind = trade_groups_json.kind);
end;
$$;
comment on function trading.trade_groups_json is 'The groups of a kind as performance shows them in per_strategy and per_symbol, by name.';

create type trading.trade_sequence as (longest_wins integer, longest_losses integer, drawdown numeric);
comment on type trading.trade_sequence is
  'What depends on the order of trades: the longest runs of wins and of losses, the deepest fall of summed net below its best '
  '(at least 0).';

create function trading.follow_result(inout total numeric, inout best numeric, inout deepest numeric, amount numeric)
  language plpgsql immutable set search_path = '' as $$
begin
  total := total + amount;
  best := greatest(best, total);
  deepest := greatest(deepest, best - total);
end;
$$;
comment on function trading.follow_result is 'A sum, its best so far and its deepest fall below that, after amount more.';

create function trading.follow_trades(
  account_id bigint, epoch integer, from_time timestamptz, to_time timestamptz, only_strategy text, only_symbol text
) returns trading.trade_sequence
  language plpgsql stable security invoker set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
declare
  results numeric[];
  result_times timestamptz[];
  next_result integer := 1;
  net numeric;
  closed_at timestamptz;
  total numeric := 0;
  best numeric := 0;
  deepest numeric := 0;
  wins integer := 0;
  losses integer := 0;
  longest_wins integer := 0;
  longest_losses integer := 0;
begin
  select array_agg(r.amount order by r.at, r.id), array_agg(r.at order by r.at, r.id) into results, result_times
  from trading.list_results(account_id, epoch, from_time, to_time, only_strategy, only_symbol) r;
  for net, closed_at in
    select t.net_pnl::numeric, t.closed_at from trading.trades t
    where t.account_id = follow_trades.account_id and t.epoch = follow_trades.epoch
      and (from_time is null or t.closed_at >= from_time) and (to_time is null or t.closed_at < to_time)
      and (only_strategy is null or t.strategy = only_strategy) and (only_symbol is null or t.symbol = only_symbol)
    order by t.id + 0
  loop
    while result_times[next_result] <= closed_at loop
      select f.total, f.best, f.deepest into total, best, deepest from trading.follow_result(total, best, deepest, results[next_result]) f;
      next_result := next_result + 1;
    end loop;
    total := total + net;
    if total > best then
      best := total;
    elsif best - total > deepest then
      deepest := best - total;
    end if;
    wins := case when net > 0 then wins + 1 else 0 end;
    losses := case when net < 0 then losses + 1 else 0 end;
    if wins > longest_wins then
      longest_wins := wins;
    elsif losses > longest_losses then
      longest_losses := losses;
    end if;
  end loop;
  while next_result <= cardinality(results) loop
    select f.total, f.best, f.deepest into total, best, deepest from trading.follow_result(total, best, deepest, results[next_result]) f;
    next_result := next_result + 1;
  end loop;
  return row(longest_wins, longest_losses, deepest)::trading.trade_sequence;
end;
$$;
comment on function trading.follow_trades is 'The trades closed in a range, in the order in which they closed, what record_cash booked between them.';

create type trading.equity_figures as (
  drawdown numeric, drawdown_percent numeric, sharpe numeric, sortino numeric, calmar numeric, exposure numeric
);
comment on type trading.equity_figures is 'What the equity of a whole account comes to; performance defines each.';

create function trading.judge_equity(account_id bigint, epoch integer, time_zone text, from_time timestamptz, to_time timestamptz)
  returns trading.equity_figures
  language plpgsql stable security invoker set search_path = '' as $$
declare
  figures trading.equity_figures;
begin
  with days as (
    select s.*, (s.starts_at at time zone time_zone)::date as day, s.deposits + s.profit_before as capital,
      s.profit - s.profit_before as gain
    from trading.equity_spans(account_id, epoch, trading.find_bucket('day', null), time_zone, from_time, to_time) s
  ), overall as (
    select min(d.day) as first_day, max(d.day) as last_day,
      coalesce(max(d.drawdown), 0) as drawdown, max(d.drawdown_percent) as drawdown_percent,
      extract(epoch from coalesce(sum(d.exposed), '0')) / nullif(extract(epoch from max(d.last_minute) - min(d.first_minute)), 0) as exposure
    from days d
  ), returns as (
    select case when d.day is null then 0 when d.capital > 0 then d.gain / d.capital end as daily
    from overall o
    cross join lateral generate_series(o.first_day::timestamp, o.last_day::timestamp, '1 day') every (day)
    left join days d on d.day = every.day::date
  ), moments as (
    select avg(r.daily) as mean, stddev_samp(r.daily) as deviation,
      case when count(r.daily) > 1 then sqrt(avg(least(r.daily, 0) ^ 2) filter (where r.daily is not null)) end as downside
    from returns r
  )
  select o.drawdown, o.drawdown_percent,
    sqrt(365::numeric) * m.mean / nullif(m.deviation, 0), sqrt(365::numeric) * m.mean / nullif(m.downside, 0),
    case when m.deviation is not null then 365 * m.mean / nullif(o.drawdown_percent / 100, 0) end, o.exposure
  into figures
  from overall o cross join moments m;
  return figures;
end;
$$;
comment on function trading.judge_equity is 'The figures of a whole account''s equity in a range.';

create function public.performance(
  inout account text default 'default', from_time timestamptz default null, to_time timestamptz default null,
  only_strategy text default null, only_symbol text default null, in_epoch integer default null,
  out epoch integer, out currency text, out net text, out gross text, out fees text, out income text,
  out trades bigint, out wins bigint, out losses bigint, out win_rate text, out profit_factor text, out profit_loss_ratio text,
  out expectancy text, out average_win text, out average_loss text, out largest_win text, out largest_loss text,
  out max_consecutive_wins integer, out max_consecutive_losses integer, out average_duration interval, out sharpe_per_trade text,
  out max_drawdown text, out max_drawdown_percent text, out sharpe text, out sortino text, out calmar text, out exposure text,
  out per_strategy jsonb, out per_symbol jsonb
)
  language plpgsql stable security invoker set search_path = '' set statement_timeout = '5s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  groups trading.trade_group[];
  whole trading.trade_group;
  sequence trading.trade_sequence;
  equity trading.equity_figures;
begin
  perform trading.take_read_place('figures');
  perform trading.check_range(from_time, to_time);
  epoch := trading.find_epoch(owned, in_epoch);
  currency := owned.currency;
  groups := array(select g from trading.group_trades(owned.id, epoch, from_time, to_time, only_strategy, only_symbol) g);
  select g.* into whole from unnest(groups) g where g.kind = 'all';
  sequence := trading.follow_trades(owned.id, epoch, from_time, to_time, only_strategy, only_symbol);
  if only_strategy is null and only_symbol is null then
    equity := trading.judge_equity(owned.id, epoch, trading.time_zone(owned.id), from_time, to_time);
  else
    equity.drawdown := sequence.drawdown;
  end if;

  net := trading.decimal(whole.won + whole.lost + whole.income);
  income := trading.decimal(whole.income);
  gross := trading.decimal(whole.gross);
  fees := trading.decimal(whole.fees);
  trades := whole.trades;
  wins := whole.wins;
  losses := whole.losses;
  win_rate := trading.ratio(wins / nullif(trades, 0)::numeric);
  profit_factor := trading.ratio(whole.won / -nullif(whole.lost, 0));
  profit_loss_ratio := trading.ratio((whole.won / nullif(wins, 0)) / -(whole.lost / nullif(losses, 0)));
  expectancy := trading.decimal(trading.quotient(whole.won + whole.lost, nullif(trades, 0)));
  average_win := trading.decimal(trading.quotient(whole.won, nullif(wins, 0)));
  average_loss := trading.decimal(trading.quotient(whole.lost, nullif(losses, 0)));
  largest_win := trading.decimal(whole.largest_win);
  largest_loss := trading.decimal(whole.largest_loss);
  max_consecutive_wins := sequence.longest_wins;
  max_consecutive_losses := sequence.longest_losses;
  average_duration := whole.duration;
  sharpe_per_trade := trading.ratio((whole.won + whole.lost) / nullif(trades, 0) / nullif(whole.deviation, 0));
  max_drawdown := trading.decimal(equity.drawdown);
  max_drawdown_percent := trading.ratio(equity.drawdown_percent);
  sharpe := trading.ratio(equity.sharpe);
  sortino := trading.ratio(equity.sortino);
  calmar := trading.ratio(equity.calmar);
  exposure := trading.ratio(equity.exposure);
  per_strategy := trading.trade_groups_json(groups, 'strategy');
  per_symbol := trading.trade_groups_json(groups, 'symbol');
end;
$$;
comment on function public.performance is
'How an account did, in one row. A figure that is undefined is null. Money as decimal strings in the account''s currency; ratios,
percentages and statistics as decimal strings, rounded to 8 decimals.

Of the trades closed from from_time on and before to_time, of only_strategy and only_symbol where given:
gross: sum of gross_pnl; fees: theirs; income: what record_cash booked then, of only_strategy and only_symbol; net = gross - fees +
income. trades: how many; wins: net above 0; losses: net below 0 (a trade at 0
is neither, and ends a run). win_rate = wins / trades. profit_factor = net profits / |net losses|. expectancy = (gross - fees) / trades.
average_win, largest_win: of the wins; average_loss, largest_loss: of the losses, negative. profit_loss_ratio = average_win /
|average_loss|. max_consecutive_wins, max_consecutive_losses: longest runs in the order of closing. average_duration: from opening
to closing. sharpe_per_trade = mean / sample standard deviation of net per trade, not annualized; null below two trades.
per_strategy, per_symbol: arrays of { strategy or symbol, trades, wins, losses, net, gross, fees, income, win_rate,
profit_factor, expectancy }.

Of the equity of the whole account, and so null with only_strategy or only_symbol, but for max_drawdown:
max_drawdown: deepest fall of net profit (equity less deposits) below its best, at least 0, by minute bars: within a minute the low
is taken to come before the high. With a filter: deepest fall of the sum of net (closed trades and income) below its best, at least 0.
max_drawdown_percent: the deepest in percent (0 to 100) of what equity would be at that best.
Daily returns: profit of a calendar day (of the account''s time zone) / (profit before it + deposits at its end). Every day from the
first to the last with an alert counts, one without an alert as 0; a day without capital is left out. The risk-free rate is 0; a
year has 365 of these days, which for what trades on 252 of them comes to the same as counting those 252.
sharpe = mean / sample standard deviation x sqrt(365). sortino = mean / root mean square of the negative returns over all days x
sqrt(365). calmar = 365 x mean / max_drawdown_percent x 100. Each is null below two days.
exposure: share (0 to 1) of the time between the first and the last alert in which a position was held.

in_epoch reads what lies before a reset. Errors: PT404 no such account, PT400 bad range or epoch, PT429 busy.';

grant execute on function trading.ratio, trading.list_results, trading.follow_result, trading.group_trades, trading.trade_groups_json, trading.follow_trades, trading.judge_equity
  to authenticated;
revoke execute on function public.performance from public, anon;
grant execute on function public.performance to authenticated, service_role;
