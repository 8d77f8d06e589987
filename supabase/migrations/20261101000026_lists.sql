-- The lists of a dashboard, and an account in one row.

-- The lists are planned for the filters of each call (force_custom_plan, a third of a millisecond): a plan for all
-- calls could not use the index of a filter that may be null, and would read the whole history for one page.

create function public.list_positions(
  account text default 'default', "limit" integer default 1000, after_symbol text default null,
  after_strategy text default '', only_strategy text default null, only_symbol text default null
) returns table (
  strategy text, symbol text, side text, quantity text, average_price text, cost_basis text, multiplier text, mark text,
  marked_at timestamptz, market_value text, unrealized_pnl text, realized_pnl text, fees text, opened_at timestamptz,
  version bigint, rate text
) language plpgsql stable set search_path = '' set statement_timeout = '2s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
begin
  perform trading.take_read_place('page');
  return query
  select p.strategy, p.symbol, case sign(p.quantity) when 1 then 'long' when -1 then 'short' else 'flat' end,
    trading.decimal(p.quantity),
    case when p.quantity = 0 then '0'
      else trading.decimal(trading.quotient(coalesce(p.quote_basis, p.cost_basis), p.quantity * p.multiplier)) end,
    trading.decimal(p.cost_basis), trading.decimal(p.multiplier), trading.decimal(p.mark), p.marked_at,
    trading.decimal(p.value), trading.decimal(p.value - p.cost_basis),
    trading.decimal(p.realized_pnl), trading.decimal(p.fees), p.opened_at, p.version, trading.decimal(p.rate)
  from trading.holdings p
  where p.account_id = owned.id
    and (after_symbol is null or (p.symbol, p.strategy) > (after_symbol, after_strategy))
    and (only_strategy is null or p.strategy = only_strategy) and (only_symbol is null or p.symbol = only_symbol)
  order by p.symbol, p.strategy
  limit trading.page_size("limit");
end;
$$;
comment on function public.list_positions is
  'Every position of an account, flat ones included, by symbol and strategy. quantity is signed units; cost_basis = '
  'quantity x average_price x multiplier; unrealized_pnl = quantity x mark x multiplier - cost_basis; realized_pnl is '
  'gross, fees apart. rate: account currency per unit of the instrument''s own, in which average_price and mark are; '
  'where it is not 1, cost_basis is at the rates of the fills, unrealized_pnl = quantity x (mark - average_price) x '
  'multiplier x rate, and market_value the sum of both. Next page: after_symbol, after_strategy = those of the last '
  'row. Errors: PT404 no such account, PT400 bad limit, PT429 busy.';

create function public.list_orders(
  account text default 'default', "limit" integer default 100, before bigint default null,
  only_strategy text default null, only_symbol text default null, only_status text default null,
  in_epoch integer default null
) returns table (
  id text, alert_id text, strategy text, symbol text, side text, type text, quantity text, limit_price text,
  stop_price text, trail_amount text, trail_percent text, time_in_force text, expires_at timestamptz,
  reduce_only boolean, bracket_id text, leg text, status text, reason text, created_at timestamptz,
  closed_at timestamptz, waiting boolean
) language plpgsql stable set search_path = '' set statement_timeout = '2s'
  set plan_cache_mode = 'force_custom_plan' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
begin
  perform trading.take_search_place(only_strategy, only_symbol, nullif(only_status, 'open'));
  return query
  select o.id::text, o.alert_id::text, o.strategy, o.symbol, o.side::text, o.type::text, trading.decimal(o.quantity),
    trading.decimal(o.limit_price), trading.decimal(o.stop_price), trading.decimal(o.trail_amount),
    trading.decimal(o.trail_percent), o.time_in_force::text, o.expires_at, o.reduce_only, o.bracket_id::text,
    o.leg::text, o.status::text, o.reason::text, o.created_at, o.closed_at, o.waiting
  from trading.orders o
  where o.account_id = owned.id and o.epoch = trading.find_epoch(owned, in_epoch)
    and o.id + 0 < trading.page_start(before)
    and (only_strategy is null or o.strategy = only_strategy) and (only_symbol is null or o.symbol = only_symbol)
    and (only_status is null or o.status = trading.known_status(only_status, 'open', 'filled', 'canceled', 'expired'))
    -- as orders_open_idx has it
    and (only_status is distinct from 'open' or case when o.status = 'open' then o.account_id end = owned.id)
  order by o.id + 0 desc
  limit trading.page_size("limit");
end;
$$;
comment on function public.list_orders is
  'Orders of an account, newest first; only_status => ''open'' for those that rest. quantity in units, unsigned; '
  'prices in money per unit; leg and bracket_id of a bracket''s exits; reason says why an order was canceled. waiting: '
  'a market order without a price, until the next mark of its symbol; quantity is null where it is decided then. '
  'Errors: PT404 no such account, PT400 bad limit, before, status or epoch, PT429 busy.';

create function public.list_fills(
  account text default 'default', "limit" integer default 100, before bigint default null,
  only_strategy text default null, only_symbol text default null, in_epoch integer default null
) returns table (
  id text, order_id text, alert_id text, strategy text, symbol text, side text, quantity text, price text,
  multiplier text, fee text, realized_pnl text, filled_at timestamptz, rate text
) language plpgsql stable set search_path = '' set statement_timeout = '2s'
  set plan_cache_mode = 'force_custom_plan' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
begin
  perform trading.take_search_place(only_strategy, only_symbol);
  return query
  select f.id::text, f.order_id::text, f.alert_id::text, f.strategy, f.symbol, f.side::text,
    trading.decimal(f.quantity), trading.decimal(f.price), trading.decimal(f.multiplier), trading.decimal(f.fee),
    trading.decimal(f.realized_pnl), f.filled_at, trading.decimal(coalesce(f.rate, 1))
  from trading.fills f
  where f.account_id = owned.id and f.epoch = trading.find_epoch(owned, in_epoch)
    and f.id + 0 < trading.page_start(before)
    and (only_strategy is null or f.strategy = only_strategy) and (only_symbol is null or f.symbol = only_symbol)
  order by f.id + 0 desc
  limit trading.page_size("limit");
end;
$$;
comment on function public.list_fills is
  'Fills of an account, newest first. price in money per unit, fee in money (below 0: a rebate), realized_pnl gross; '
  'rate: account currency per unit of the price''s. Errors: PT404 no such account, PT400 bad limit, before or epoch, '
  'PT429 busy.';

create function public.list_trades(
  account text default 'default', "limit" integer default 100, before bigint default null,
  only_strategy text default null, only_symbol text default null, in_epoch integer default null
) returns table (
  id text, strategy text, symbol text, side text, quantity text, entry_price text, exit_price text, gross_pnl text,
  fees text, net_pnl text, opened_at timestamptz, closed_at timestamptz, duration interval, mae text, mfe text,
  drawdown text
) language plpgsql stable set search_path = '' set statement_timeout = '2s'
  set plan_cache_mode = 'force_custom_plan' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
begin
  perform trading.take_search_place(only_strategy, only_symbol);
  return query
  with page as materialized (
    select t.* from trading.trades t
    where t.account_id = owned.id and t.epoch = trading.find_epoch(owned, in_epoch)
      and t.id + 0 < trading.page_start(before)
      and (only_strategy is null or t.strategy = only_strategy) and (only_symbol is null or t.symbol = only_symbol)
    order by t.id + 0 desc
    limit trading.page_size("limit")
  )
  select t.id::text, t.strategy, t.symbol, t.side, trading.decimal(t.quantity), trading.decimal(t.entry_price),
    trading.decimal(t.exit_price), trading.decimal(t.gross_pnl), trading.decimal(t.fees), trading.decimal(t.net_pnl),
    t.opened_at, t.closed_at, t.closed_at - t.opened_at, trading.decimal(case when u.id is null then t.mae end),
    trading.decimal(case when u.id is null then t.mfe end), trading.decimal(case when u.id is null then t.drawdown end)
  from page t
  left join trading.list_unseen_trades(owned.id, array(select p.id from page p)) u (id) on u.id = t.id
  order by t.id desc;
end;
$$;
comment on function public.list_trades is
  'Closed round trips of an account, newest first: from flat to flat, or to a flip, whose fee is split pro rata. '
  'quantity is all that was entered; prices are averages; net_pnl = gross_pnl - fees; mae and mfe: worst and best mark '
  'against entry_price, drawdown: deepest fall from a best mark, all in money per unit, and null where fewer than nine '
  'in ten of the days at whose end the trade was open had a mark: see coverage of performance. Errors: PT404 no such '
  'account, PT400 bad limit, before or epoch, PT429 busy.';

create function public.list_alerts(
  account text default 'default', "limit" integer default 100, before bigint default null,
  only_strategy text default null, only_symbol text default null, only_status text default null,
  in_epoch integer default null
) returns table (
  id text, strategy text, symbol text, status text, code text, request jsonb, answer json,
  alert_time timestamptz, received_at timestamptz, duplicates integer, last_duplicate_at timestamptz, ignored text[]
) language plpgsql stable set search_path = '' set statement_timeout = '2s'
  set plan_cache_mode = 'force_custom_plan' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
begin
  perform trading.take_search_place(only_strategy, only_symbol, only_status);
  return query
  select a.id::text, a.strategy, a.symbol, a.status::text, a.code::text, a.request, trading.short_answer(a.answer),
    a.alert_time, a.received_at, coalesce(d.nr, 0), d.received_at,
    case jsonb_typeof(a.request -> 'ignored')
      when 'array' then array(select jsonb_array_elements_text(a.request -> 'ignored')) else '{}' end
  from trading.alerts a
  left join lateral (
    select k.nr, k.received_at from trading.duplicates k where k.alert_id = a.id order by k.nr desc limit 1
  ) d on true
  where a.account_id = owned.id and a.epoch = trading.find_epoch(owned, in_epoch)
    and a.id + 0 < trading.page_start(before)
    and (only_strategy is null or a.strategy = only_strategy) and (only_symbol is null or a.symbol = only_symbol)
    and (only_status is null
      or a.status = trading.known_status(only_status, 'filled', 'accepted', 'ignored', 'canceled', 'rejected'))
  order by a.id + 0 desc
  limit trading.page_size("limit");
end;
$$;
comment on function public.list_alerts is
  'Alerts of an account, newest first, refused ones with their code: request as it was read, answer as it was given: '
  'one of more than 8,192 characters without its orders and fills, with truncated: true. duplicates: how often it came '
  'again and was answered with that answer; last_duplicate_at: when it did last; ignored: the names of its fields that '
  'were not understood. A mark that filled no order has the status ignored: its price was taken. Old marks are not '
  'among them: history_archive counts those. Errors: PT404 no such account, PT400 bad limit, before, status or epoch, '
  'PT429 busy.';

create function public.portfolio_summary(
  inout account text default 'default', out currency text, out epoch integer, out cash text, out equity text,
  out deposits text, out net_pnl text, out realized_pnl text, out unrealized_pnl text, out fees text, out income text,
  out gross_exposure text, out open_positions integer, out halted boolean, out halt_reason text, out version bigint
) language plpgsql stable set search_path = '' set statement_timeout = '2s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
begin
  perform trading.take_read_place('page');
  select owned.currency, owned.epoch, owned.version, owned.halted_at is not null, owned.halt_reason,
    trading.decimal(owned.cash), trading.decimal(owned.deposits), trading.decimal(owned.cash + h.value),
    trading.decimal(owned.cash + h.value - owned.deposits), trading.decimal(h.realized), trading.decimal(h.unrealized),
    trading.decimal(h.fees), trading.decimal(h.exposure), h.open_positions
  into currency, epoch, version, halted, halt_reason, cash, deposits, equity, net_pnl, realized_pnl, unrealized_pnl,
    fees, gross_exposure, open_positions
  from (
    select coalesce(sum(p.value), 0) as value, coalesce(sum(abs(p.notional)), 0) as exposure,
      coalesce(sum(p.value - p.cost_basis), 0) as unrealized, coalesce(sum(p.realized_pnl), 0) as realized,
      coalesce(sum(p.fees), 0) as fees, count(*) filter (where p.quantity <> 0) as open_positions
    from trading.holdings p where p.account_id = owned.id
  ) h;
  income := trading.decimal((select coalesce(sum(c.amount), 0) from trading.cash_entries c
                             where c.account_id = owned.id and c.epoch = owned.epoch and c.is_result));
end;
$$;
comment on function public.portfolio_summary is
  'An account in one row: equity = cash + sum of market_value (list_positions); net_pnl = equity - deposits = '
  'realized_pnl - fees + unrealized_pnl + income, exactly; income: dividends, funding, interest and the like '
  '(record_cash). Errors: PT404 no such account, PT429 busy.';

revoke execute on function public.list_positions, public.list_orders, public.list_fills, public.list_trades,
  public.list_alerts, public.portfolio_summary from public, anon, authenticated;
grant execute on function public.list_positions, public.list_orders, public.list_fills, public.list_trades,
  public.list_alerts, public.portfolio_summary to authenticated;
