-- How an account did, in figures. A figure that is undefined is null, never a stand-in.

create function trading.list_results(part trading.part)
  returns table (id bigint, at timestamptz, strategy text, symbol text, amount numeric)
  language sql stable set search_path = '' as $$
  select e.id, e.created_at, s.strategy, e.symbol, e.amount::numeric
  from trading.cash_entries e
  cross join lateral (select coalesce(e.strategy, case when e.symbol is not null then '' end) as strategy) s
  where e.account_id = part.account_id and e.epoch = part.epoch and e.is_result
    and e.created_at >= part.from_time and e.created_at < part.to_time
    and (part.strategies is null or s.strategy = any (part.strategies))
    and (part.symbol is null or e.symbol = part.symbol)
  order by e.created_at, e.id;
$$;
comment on function trading.list_results is
  'What record_cash booked, oldest first. One that names a symbol and no strategy is of the alerts that '
  'name none; strategy null: it is of the account alone.';

create function trading.list_closed(part trading.part)
  returns table (id bigint, at timestamptz, strategy text, net numeric, is_trade boolean)
  language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
begin
  return query
  select t.id, t.closed_at, t.strategy, t.net_pnl::numeric, true from trading.trades t
  where t.account_id = part.account_id and t.epoch = part.epoch
    and t.closed_at >= part.from_time and t.closed_at < part.to_time
    and (part.strategies is null or t.strategy = any (part.strategies))
    and (part.symbol is null or t.symbol = part.symbol)
  union all
  select r.id, r.at, r.strategy, r.amount, false from trading.list_results(part) r;
end;
$$;
comment on function trading.list_closed is 'The trades closed in a part, net, and what record_cash booked in it.';

create type trading.trade_group as (
  kind text, name text, trades bigint, wins bigint, losses bigint, gross numeric, fees numeric, won numeric,
  lost numeric, largest_win numeric, largest_loss numeric, deviation numeric, duration interval, income numeric,
  adverse numeric, favorable numeric
);
comment on type trading.trade_group is
  'Closed trades together: all of them, or those of one strategy or symbol (kind, name). won, lost: the sums of the '
  'net profits and (negative) of the net losses; deviation: sample standard deviation of net; duration: the average; '
  'income: of record_cash; adverse, favorable: the averages of mae and mfe in parts of the entry price; null where a '
  'trade was entered at 0.';

create function trading.group_trades(part trading.part) returns setof trading.trade_group
  language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
begin
  return query
  with streams as (
    -- Once by strategy and symbol; the groups are then sums of sums, exact.
    select t.strategy, t.symbol, count(*) as trades, count(*) filter (where t.net_pnl > 0) as wins,
      count(*) filter (where t.net_pnl < 0) as losses, sum(t.net_pnl) as net, sum(t.fees) as fees,
      sum(t.net_pnl) filter (where t.net_pnl > 0) as won, sum(t.net_pnl * t.net_pnl) as squares,
      max(t.net_pnl::numeric) as best, min(t.net_pnl::numeric) as worst, sum(t.closed_at - t.opened_at) as duration,
      0::numeric as income, sum(t.mae / abs(nullif(t.entry_price, 0))) as adverse,
      sum(t.mfe / abs(nullif(t.entry_price, 0))) as favorable, count(nullif(t.entry_price, 0)) as priced
    from trading.trades t
    where t.account_id = part.account_id and t.epoch = part.epoch
      and t.closed_at >= part.from_time and t.closed_at < part.to_time
      and (part.strategies is null or t.strategy = any (part.strategies))
      and (part.symbol is null or t.symbol = part.symbol)
    group by t.strategy, t.symbol
    union all
    select r.strategy, r.symbol, 0, 0, 0, 0, 0, null, null, null, null, null, sum(r.amount), null, null, 0
    from trading.list_results(part) r group by r.strategy, r.symbol
  ), groups as (
    select case grouping(s.strategy, s.symbol) when 3 then 'all' when 1 then 'strategy' else 'symbol' end as kind,
      coalesce(s.strategy, s.symbol) as name, coalesce(sum(s.trades), 0)::bigint as trades,
      coalesce(sum(s.wins), 0)::bigint as wins, coalesce(sum(s.losses), 0)::bigint as losses,
      coalesce(sum(s.net), 0) as net, coalesce(sum(s.fees), 0) as fees, coalesce(sum(s.won), 0) as won,
      sum(s.squares) as squares, max(s.best) as best, min(s.worst) as worst, sum(s.duration) as duration,
      coalesce(sum(s.income), 0) as income, sum(s.adverse) as adverse, sum(s.favorable) as favorable,
      sum(s.priced) as priced
    from streams s
    group by grouping sets ((), (s.strategy), (s.symbol))
  )
  select g.kind, g.name, g.trades, g.wins, g.losses, g.net + g.fees, g.fees, g.won, g.net - g.won,
    case when g.best > 0 then g.best end, case when g.worst < 0 then g.worst end,
    case when g.trades > 1 then sqrt(trading.quotient(g.trades * g.squares - g.net * g.net,
      g.trades::numeric * (g.trades - 1))) end,
    g.duration / nullif(g.trades, 0), g.income, g.adverse / nullif(g.priced, 0), g.favorable / nullif(g.priced, 0)
  from groups g
  where g.kind = 'all' or g.name is not null;
end;
$$;
comment on function trading.group_trades is
  'The trades closed in a part, with what record_cash booked in it: one group of all, one a strategy, one a symbol.';

create function trading.group_json(g trading.trade_group) returns jsonb language sql immutable set search_path = ''
  return jsonb_build_object(g.kind, g.name, 'trades', g.trades, 'wins', g.wins, 'losses', g.losses,
    'net', trading.decimal(g.won + g.lost + g.income), 'gross', trading.decimal(g.gross),
    'fees', trading.decimal(g.fees), 'income', trading.decimal(g.income),
    'win_rate', trading.ratio(g.wins::numeric / nullif(g.trades, 0)),
    'profit_factor', trading.ratio(g.won / -nullif(g.lost, 0)),
    'expectancy', trading.decimal(trading.quotient(g.won + g.lost, nullif(g.trades, 0))));
comment on function trading.group_json is 'A group as performance shows it.';

create function trading.follow_trades(
  part trading.part, out longest_wins integer, out longest_losses integer, out drawdown numeric
) language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
declare
  results numeric[];
  result_times timestamptz[];
  next_result integer := 1;
  net numeric;
  closed_at timestamptz;
  total numeric := 0;
  best numeric := 0;
  wins integer := 0;
  losses integer := 0;
begin
  drawdown := 0;
  longest_wins := 0;
  longest_losses := 0;
  select array_agg(r.amount order by r.at, r.id), array_agg(r.at order by r.at, r.id) into results, result_times
  from trading.list_results(part) r;
  for net, closed_at in
    (select t.net_pnl::numeric, t.closed_at from trading.trades t
     where t.account_id = part.account_id and t.epoch = part.epoch
       and t.closed_at >= part.from_time and t.closed_at < part.to_time
       and (part.strategies is null or t.strategy = any (part.strategies))
       and (part.symbol is null or t.symbol = part.symbol)
     order by t.id + 0)
    union all
    select null, 'infinity'
  loop
    while result_times[next_result] <= closed_at loop
      total := total + results[next_result];
      best := greatest(best, total);
      drawdown := greatest(drawdown, best - total);
      next_result := next_result + 1;
    end loop;
    exit when net is null;
    total := total + net;
    if total > best then
      best := total;
    elsif best - total > drawdown then
      drawdown := best - total;
    end if;
    wins := case when net > 0 then wins + 1 else 0 end;
    losses := case when net < 0 then losses + 1 else 0 end;
    longest_wins := greatest(longest_wins, wins);
    longest_losses := greatest(longest_losses, losses);
  end loop;
end;
$$;
comment on function trading.follow_trades is
  'The longest runs of wins and losses among the trades closed in a part, and the deepest fall of their summed net, '
  'with what record_cash booked between them.';

create function trading.judge_equity(
  part trading.part, out drawdown numeric, out drawdown_percent numeric, out sharpe numeric, out sortino numeric,
  out calmar numeric, out exposure numeric
) language sql stable set search_path = '' as $$
  with days as (
    select s.*, (s.starts_at at time zone part.time_zone)::date as day, s.deposits + s.profit_before as capital,
      s.profit - s.profit_before as gain
    from trading.equity_spans(part, trading.find_bucket('day', null)) s
  ), overall as (
    select min(d.day) as first_day, max(d.day) as last_day,
      coalesce(max(d.drawdown), 0) as drawdown, max(d.drawdown_percent) as drawdown_percent,
      extract(epoch from coalesce(sum(d.exposed), '0'))
        / nullif(extract(epoch from max(d.last_minute) - min(d.first_minute)), 0) as exposure
    from days d
  ), returns as (
    select case when d.day is null then 0 when d.capital > 0 then d.gain / d.capital end as daily
    from overall o
    cross join lateral generate_series(o.first_day::timestamp, o.last_day::timestamp, '1 day') every (day)
    left join days d on d.day = every.day::date
  ), moments as (
    select avg(r.daily) as mean, stddev_samp(r.daily) as deviation,
      case when count(r.daily) > 1
        then sqrt(avg(least(r.daily, 0) ^ 2) filter (where r.daily is not null)) end as downside
    from returns r
  )
  select o.drawdown, o.drawdown_percent,
    sqrt(365::numeric) * m.mean / nullif(m.deviation, 0), sqrt(365::numeric) * m.mean / nullif(m.downside, 0),
    case when m.deviation is not null then 365 * m.mean / nullif(o.drawdown_percent / 100, 0) end, o.exposure
  from overall o cross join moments m;
$$;
comment on function trading.judge_equity is 'A whole account''s equity in a part; performance defines each.';

-- Returns -----------------------------------------------------------------------------------------

create function trading.judge_returns(
  part trading.part, out first_at timestamptz, out last_at timestamptz, out total numeric, out weighted numeric,
  out moves integer
) language plpgsql stable set search_path = '' as $$
declare
  cash constant trading.cash_history := trading.load_cash_history(part.account_id, part.epoch);
  place integer := width_bucket(part.from_time, cash.at);
  profit numeric := trading.profit_before(part, cash, part.from_time);
  paid_in numeric := profit + cash.moved[place];
  capital numeric;
  gain numeric;
  growth numeric := 1;
begin
  first_at := (
    select b.minute from trading.equity_history b
    where b.account_id = part.account_id and b.epoch = part.epoch
      and b.minute >= part.from_time and b.minute < part.to_time
    order by b.minute limit 1);
  last_at := (
    select coalesce(b.last_minute, b.minute) from trading.equity_history b
    where b.account_id = part.account_id and b.epoch = part.epoch and b.minute >= first_at and b.minute < part.to_time
    order by b.minute desc limit 1);
  moves := 0;
  total := -profit;
  while last_at is not null loop
    -- From one move of cash to the next: what moves is neither gain nor loss.
    capital := profit + cash.moved[place];
    gain := trading.profit_before(part, cash, least(cash.at[place + 1], part.to_time)) - profit;
    profit := profit + gain;
    if capital > 0 then
      growth := round(growth * (1 + gain / capital), 40);
    elsif gain <> 0 then
      growth := null;
    end if;
    exit when place = cardinality(cash.at) or cash.at[place + 1] > last_at;
    place := place + 1;
    moves := moves + (cash.at[place] > first_at)::integer;
    paid_in := paid_in + greatest(cash.moved[place] - cash.moved[place - 1], 0);
  end loop;
  if last_at is not null and paid_in > 0 then
    total := (total + profit) / paid_in;
    weighted := growth - 1;
  else
    total := null;
  end if;
end;
$$;
comment on function trading.judge_returns is
  'What a whole account made of its capital between its first and its last alert of a part, in shares of 1; '
  'performance defines both. moves: how often cash moved in between.';

create function trading.buy_and_hold(account_id bigint, symbol text, first_at timestamptz, last_at timestamptz)
  returns numeric language sql stable set search_path = '' as $$
  select 100 * (l.price / f.price - 1)
  from (select b.open::numeric as price from trading.mark_history b
        where b.account_id = buy_and_hold.account_id and b.symbol = buy_and_hold.symbol
          and b.minute between first_at and last_at
        order by b.minute limit 1) f
  cross join (select b.close::numeric as price from trading.mark_history b
              where b.account_id = buy_and_hold.account_id and b.symbol = buy_and_hold.symbol
                and b.minute between first_at and last_at
              order by b.minute desc limit 1) l
  where f.price > 0;
$$;
comment on function trading.buy_and_hold is
  'What a symbol gained in percent from its first to its last mark in a range, in the currency of its prices; null '
  'without a mark, or from a price that is not above 0.';

-- Reasons -----------------------------------------------------------------------------------------

create function trading.explain_nulls(
  figures jsonb, whole trading.trade_group, unseen text, causes jsonb default '{}'
) returns jsonb language plpgsql immutable set search_path = '' as $$
declare
  known constant jsonb := causes || jsonb_build_object(
    'no_trade', case when whole.trades = 0 then 'no trade was closed' end,
    'few_trades', case when whole.trades < 2 then 'fewer than two trades were closed' end,
    'no_win', case when whole.wins = 0 then 'no trade won' end,
    'no_loss', case when whole.losses = 0 then 'no trade lost' end,
    'unseen', unseen,
    'entered_at_0', 'every trade was entered at a price of 0',
    'flat_returns', 'every day returned the same',
    'flat_trades', 'every trade came to the same',
    'no_capital', 'there was no equity above 0 to measure it by',
    'no_price', 'no mark of the symbol above 0 is known',
    'no_losing_day', 'no day lost',
    'no_time', 'the alerts are of one minute',
    'never_fell', 'equity never fell');
begin
  return (
    select coalesce(jsonb_object_agg(n.name, (
      select known ->> c.cause from unnest(f.causes) with ordinality c (cause, nr) where known ->> c.cause is not null
      order by c.nr limit 1)), '{}')
    from (values
      ('{win_rate,expectancy,average_duration}'::text[], '{no_trade}'::text[]),
      ('{average_win,largest_win}', '{no_trade,no_win}'),
      ('{average_loss,largest_loss,profit_factor}', '{no_trade,no_loss}'),
      ('{profit_loss_ratio}', '{no_trade,no_win,no_loss}'),
      ('{sharpe_per_trade}', '{few_trades,flat_trades}'),
      ('{average_mae_percent,average_mfe_percent}', '{no_trade,unseen,entered_at_0}'),
      ('{max_drawdown}', '{unseen}'),
      ('{max_drawdown_percent}', '{filtered,no_alert,unseen,no_capital}'),
      ('{sharpe}', '{filtered,no_alert,unseen,one_day,flat_returns}'),
      ('{sortino}', '{filtered,no_alert,unseen,one_day,no_losing_day}'),
      ('{calmar}', '{filtered,no_alert,unseen,one_day,never_fell}'),
      ('{exposure}', '{filtered,no_alert,no_time}'),
      ('{total_return_percent}', '{filtered,no_alert,no_capital}'),
      ('{time_weighted_return_percent}', '{filtered,no_alert,unseen_move,no_capital}'),
      ('{cagr_percent}', '{filtered,no_alert,short,unseen_move,no_capital}'),
      ('{buy_and_hold_percent}', '{no_symbol,symbols,no_price}')
    ) f (names, causes)
    cross join unnest(f.names) n (name)
    where figures ? n.name and figures ->> n.name is null);
end;
$$;
comment on function trading.explain_nulls is
  'Why figures are null, in words, by name. What keeps some of them from being known is of the trades (whole), of the '
  'marks while they were held (unseen), or of the account or the question (causes, in words by what it is called '
  'here); the first that a figure names is its reason.';

create function public.performance(
  inout account text default 'default', from_time timestamptz default null, to_time timestamptz default null,
  only_strategy text default null, only_symbol text default null, in_epoch integer default null,
  out epoch integer, out currency text, out net text, out gross text, out fees text, out income text,
  out trades bigint, out wins bigint, out losses bigint, out win_rate text, out profit_factor text,
  out profit_loss_ratio text, out expectancy text, out average_win text, out average_loss text, out largest_win text,
  out largest_loss text, out max_consecutive_wins integer, out max_consecutive_losses integer,
  out average_duration interval, out sharpe_per_trade text, out average_mae_percent text, out average_mfe_percent text,
  out max_drawdown text, out max_drawdown_percent text, out sharpe text, out sortino text, out calmar text,
  out exposure text, out total_return_percent text, out time_weighted_return_percent text, out cagr_percent text,
  out buy_and_hold_percent text, out per_strategy jsonb, out per_symbol jsonb, out coverage jsonb, out reasons jsonb
) language plpgsql stable set search_path = '' set statement_timeout = '5s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  is_whole constant boolean := only_strategy is null and only_symbol is null;
  part trading.part;
  groups trading.trade_group[];
  whole trading.trade_group;
  sequence record;
  returns record;
  covered record;
  is_seen boolean;
  equity record;
  days numeric;
  held_from timestamptz;
  symbols text[];
begin
  perform trading.take_read_place('figures');
  part := trading.find_part(owned, in_epoch, from_time, to_time, array[only_strategy], only_symbol);
  epoch := part.epoch;
  currency := owned.currency;
  groups := array(select g from trading.group_trades(part) g);
  select g.* into whole from unnest(groups) g where g.kind = 'all';
  sequence := trading.follow_trades(part);
  returns := trading.judge_returns(part);
  covered := trading.cover(part);
  coverage := covered.coverage;
  is_seen := covered.unseen is null;

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
  if is_seen then
    average_mae_percent := trading.ratio(100 * whole.adverse);
    average_mfe_percent := trading.ratio(100 * whole.favorable);
    max_drawdown := trading.decimal(sequence.drawdown);
  end if;
  days := extract(epoch from returns.last_at - returns.first_at) / 86400;
  if is_whole then
    equity := trading.judge_equity(part);
    exposure := trading.ratio(equity.exposure);
    if is_seen then
      max_drawdown := trading.decimal(equity.drawdown);
      max_drawdown_percent := trading.ratio(equity.drawdown_percent);
      sharpe := trading.ratio(equity.sharpe);
      sortino := trading.ratio(equity.sortino);
      calmar := trading.ratio(equity.calmar);
    end if;
    total_return_percent := trading.ratio(100 * returns.total);
    if is_seen or returns.moves = 0 then
      time_weighted_return_percent := trading.ratio(100 * returns.weighted);
      cagr_percent := trading.ratio(case when days >= 365 and returns.weighted > -1
        then 100 * ((1 + returns.weighted) ^ (365 / days) - 1) end);
    end if;
  end if;
  per_strategy := (
    select coalesce(jsonb_agg(trading.group_json(g) order by g.name), '[]') from unnest(groups) g
    where g.kind = 'strategy');
  held_from := coalesce(from_time, date_trunc('day', returns.first_at, part.time_zone));
  per_symbol := (
    select coalesce(jsonb_agg(trading.group_json(g) || jsonb_build_object('buy_and_hold_percent', trading.ratio(
      trading.buy_and_hold(owned.id, g.name, held_from, returns.last_at))) order by g.name), '[]')
    from unnest(groups) g where g.kind = 'symbol');
  symbols := array(
    select g.name from unnest(groups) g where g.kind = 'symbol'
    union
    select p.symbol from trading.positions p
    where p.account_id = owned.id and part.is_current and p.quantity <> 0
      and (only_strategy is null or p.strategy = only_strategy) and (only_symbol is null or p.symbol = only_symbol));
  if cardinality(symbols) = 1 then
    buy_and_hold_percent := trading.ratio(trading.buy_and_hold(owned.id, symbols[1], held_from, returns.last_at));
  end if;

  reasons := trading.explain_nulls(
    (select to_jsonb(f) from (
      select win_rate, profit_factor, profit_loss_ratio, expectancy, average_win, average_loss, largest_win,
        largest_loss, average_duration, sharpe_per_trade, average_mae_percent, average_mfe_percent, max_drawdown,
        max_drawdown_percent, sharpe, sortino, calmar, exposure, total_return_percent, time_weighted_return_percent,
        cagr_percent, buy_and_hold_percent) f),
    whole, covered.unseen, jsonb_build_object(
      'filtered', case when not is_whole then 'it is of the whole account: leave out only_strategy and only_symbol' end,
      'no_alert', case when returns.last_at is null then 'no alert came' end,
      'unseen_move', covered.unseen || ', as cash moved',
      'one_day', case when date_trunc('day', returns.first_at, part.time_zone)
        = date_trunc('day', returns.last_at, part.time_zone) then 'all alerts came on one day' end,
      'short', case when days < 365 then format('the alerts span %s of the 365 days that are needed', trunc(days)) end,
      'no_symbol', case when cardinality(symbols) = 0 then 'nothing was traded' end,
      'symbols', case when cardinality(symbols) > 1
        then format('%s symbols were traded: it is known for one symbol only', cardinality(symbols)) end));
end;
$$;
comment on function public.performance is
'How an account did, in one row. A figure that is undefined, or that cannot be known, is null, and reasons says why, in
words, by the figure''s name. Money as decimal strings in the account''s currency; ratios, percentages and statistics
as decimal strings, rounded to 8 decimals.

Of the trades closed from from_time on and before to_time, of only_strategy and only_symbol where given:
gross: sum of gross_pnl; fees: theirs; income: what record_cash booked then, of only_strategy and only_symbol; net =
gross - fees + income. trades: how many; wins: net above 0; losses: net below 0 (a trade at 0 is neither, and ends
a run). win_rate = wins / trades. profit_factor = net profits / |net losses|. expectancy = (gross - fees) / trades.
average_win, largest_win: of the wins; average_loss, largest_loss: of the losses, negative.
profit_loss_ratio = average_win / |average_loss|. max_consecutive_wins, max_consecutive_losses: longest runs in the
order of closing. average_duration: from opening to closing. sharpe_per_trade = mean / sample standard deviation of
net per trade, not annualized; null below two trades. average_mae_percent, average_mfe_percent: mae and mfe (of
list_trades) in percent of the entry price.
per_strategy, per_symbol: arrays of { strategy or symbol, trades, wins, losses, net, gross, fees, income, win_rate,
profit_factor, expectancy }; of a symbol buy_and_hold_percent as well.

Of the equity of the whole account, and so null with only_strategy or only_symbol, but for max_drawdown:
max_drawdown: deepest fall of net profit (equity less deposits) below its best, at least 0, by minute bars: within a
minute the low is taken to come before the high. With a filter: deepest fall of the sum of net (closed trades and
income) below its best, at least 0. max_drawdown_percent: the deepest in percent (0 to 100) of what equity would be at
that best.
Daily returns: profit of a calendar day (of the account''s time zone) / (profit before it + deposits at its end).
Every day from the first to the last with an alert counts, one without an alert as 0; a day without capital is left
out. The risk-free rate is 0; a year has 365 of these days, which for what trades on 252 of them comes to the same as
counting those 252.
sharpe = mean / sample standard deviation x sqrt(365). sortino = mean / root mean square of the negative returns over
all days x sqrt(365). calmar = 365 x mean / max_drawdown_percent x 100. Each is null below two days.
exposure: share (0 to 1) of the time between the first and the last alert in which a position was held.
total_return_percent: profit of the range in percent of the equity at its beginning and all that was paid in since.
time_weighted_return_percent: the returns between one move of cash and the next, multiplied: neither a deposit nor a
withdrawal changes it. cagr_percent: that a year (365 days), null where the first and the last alert are less than one
apart.

buy_and_hold_percent: beside them, what the symbol traded gained from its first to its last mark of the range: what
all equity would have made in it, in the currency of its prices. null when several were traded.

coverage: what these rest on. held_days: days (of the account''s time zone) at whose end a symbol was held, in the
range and between the first and the last alert of all, one for each symbol; a Saturday or Sunday only where the symbol
had a mark on one while it was held. marked_days: those on which the symbol had a mark, or the fill that opened the
position. share = marked_days / held_days, null when nothing was held at the end of a day: then no mark is needed.
largest_gap_seconds: the longest time without a mark at the end of a held day, to the hour. Where share is below 0.9
these are null: sharpe, sortino, calmar, max_drawdown, max_drawdown_percent, average_mae_percent and
average_mfe_percent; and, if cash moved in the range, time_weighted_return_percent and cagr_percent.

in_epoch reads what lies before a reset. Errors: PT404 no such account, PT400 bad range or epoch, PT429 busy.';

revoke execute on function public.performance from public, anon, authenticated;
grant execute on function trading.list_results, trading.list_closed, trading.group_trades, trading.group_json,
  trading.follow_trades, trading.judge_equity, trading.judge_returns, trading.buy_and_hold, trading.explain_nulls,
  public.performance to authenticated;
