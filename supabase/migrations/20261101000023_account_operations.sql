-- What an operator does to an account: cash in and out, halt and resume, a new beginning. Each is recorded as an event.

create function trading.move_cash(account text, kind text, amount numeric, note text, at timestamptz default null)
  returns jsonb language plpgsql volatile set search_path = '' as $$
declare
  owned trading.accounts := trading.lock_account(account);
  moved_at constant timestamptz := coalesce(at, clock_timestamp());
  held constant trading.portfolio := trading.load_portfolio(owned);
  leverage constant numeric := (select s.leverage from trading.account_settings s where s.account_id = owned.id);
  -- So far as equity still carries what is held: the proceeds of a short are not free.
  free constant numeric := greatest(0, least(owned.cash, held.cash + held.holdings_value
    - case when leverage is null then 0 else trading.quotient(held.exposure, leverage) end));
begin
  amount := trim_scale(amount);
  perform trading.require(amount > -1e18 and amount < 1e18 and amount <> 0 and scale(amount) <= 18
    and (kind = 'adjustment' or amount > 0), 'amount must be above 0 and below 1e18, with at most 18 decimals',
    'Give money in the account''s currency, e.g. "1000".');
  perform trading.require(coalesce(length(note), 0) <= 500, 'note must have at most 500 characters', 'Shorten it.');
  perform trading.require(kind <> 'withdrawal' or free >= amount, 'not enough free cash: % is there',
    'Close positions first, or withdraw less.', 'PT422', trading.decimal(free));
  amount := case kind when 'withdrawal' then -amount else amount end;
  update trading.accounts a
  set cash = a.cash + amount, deposits = a.deposits + amount, day_equity = a.day_equity + amount
  where a.id = owned.id returning a.* into owned;
  insert into trading.cash_entries (account_id, epoch, kind, amount, note, created_at)
  values (owned.id, owned.epoch, kind, amount, note, moved_at);
  update trading.equity_bars e
  set open = e.open + amount, high = e.high + amount, low = e.low + amount, close = e.close + amount
  where e.account_id = owned.id and e.epoch = owned.epoch and e.minute = date_trunc('minute', moved_at);
  perform trading.log_event(owned, kind, jsonb_build_object('amount', trading.decimal(amount)), moved_at);
  return jsonb_build_object('account', owned.name, 'cash', trading.decimal(owned.cash),
    'deposits', trading.decimal(owned.deposits));
end;
$$;
comment on function trading.move_cash is
  'Moves cash into or out of an account, apart from profit; at: when (now, but for a replay). Errors: PT404 no such '
  'account, PT400 bad amount, PT422 not enough cash.';

create function public.deposit(account text, amount numeric, note text default null) returns jsonb
  language sql volatile set search_path = '' set lock_timeout = '2s'
  return trading.move_cash(account, 'deposit', amount, note);
comment on function public.deposit is
  'Adds cash (account currency, above 0). Errors: PT404 no such account, PT400 bad amount.';

create function public.withdraw(account text, amount numeric, note text default null) returns jsonb
  language sql volatile set search_path = '' set lock_timeout = '2s'
  return trading.move_cash(account, 'withdrawal', amount, note);
comment on function public.withdraw is
  'Takes cash out (account currency, above 0), at most what is free: equity goes on carrying what is held. Errors: '
  'PT404 no such account, PT400 bad amount, PT422 not enough cash.';

create function public.adjust_cash(account text, amount numeric, note text) returns jsonb
  language sql volatile set search_path = '' set lock_timeout = '2s'
  return trading.move_cash(account, 'adjustment', amount, note);
comment on function public.adjust_cash is
  'Corrects cash by a signed amount. Counts as a deposit, not as profit; see record_cash. Errors: PT404, PT400.';

create function public.record_cash(
  account text, kind text, amount numeric, symbol text default null, strategy text default null, note text default null,
  at timestamptz default null
) returns jsonb language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  owned trading.accounts := trading.lock_account(account);
  of_symbol constant text := coalesce((select a.symbol from trading.instrument_aliases a
    where a.alias = upper(record_cash.symbol)), upper(record_cash.symbol));
  held trading.portfolio;
  equity numeric;
begin
  amount := trim_scale(amount);
  at := coalesce(at, clock_timestamp());
  perform trading.require(kind in ('dividend', 'funding', 'interest', 'fee', 'correction'),
    'kind must be dividend, funding, interest, fee or correction',
    'Deposits and withdrawals are no results: see deposit, withdraw and adjust_cash.');
  perform trading.require(amount > -1e18 and amount < 1e18 and amount <> 0 and scale(amount) <= 18,
    'amount must not be 0, and lie below 1e18, with at most 18 decimals',
    'Give money in the account''s currency: "12.5" was received, "-3" was paid.');
  perform trading.require(
    coalesce(greatest(length(of_symbol), length(strategy)), 0) <= 64 and coalesce(length(note), 0) <= 500,
    'symbol and strategy have at most 64 characters, note 500', 'Shorten it.');
  perform trading.require(at <= clock_timestamp(), 'at lies ahead', 'Leave it out for now.');
  update trading.accounts a set cash = a.cash + record_cash.amount where a.id = owned.id returning a.* into owned;
  insert into trading.cash_entries (account_id, epoch, kind, amount, note, symbol, strategy, created_at)
  values (owned.id, owned.epoch, kind, amount, note, of_symbol, strategy, at);
  held := trading.load_portfolio(owned);
  equity := held.cash + held.holdings_value;
  -- Into the last bar, where that is later.
  insert into trading.equity_bars as kept (account_id, epoch, minute, open, high, low, close, exposure)
  values (owned.id, owned.epoch, greatest(date_trunc('minute', at), (
    select e.minute from trading.equity_bars e where e.account_id = owned.id and e.epoch = owned.epoch
    order by e.minute desc limit 1)), equity, equity, equity, equity, held.exposure)
  on conflict on constraint equity_bars_pkey do update set
    high = greatest(kept.high, excluded.high), low = least(kept.low, excluded.low), close = excluded.close;
  perform trading.log_event(owned, 'result',
    jsonb_build_object('kind', kind, 'amount', trading.decimal(amount),
      'symbol', of_symbol, 'strategy', strategy, 'note', note), at);
  return jsonb_build_object('account', owned.name, 'cash', trading.decimal(owned.cash));
end;
$$;
comment on function public.record_cash is
  'Books what holding earned or cost: kind dividend, funding, interest, fee or correction; amount signed, in the '
  'account''s currency, above 0 when it was received. It is profit or loss, of the symbol and strategy that are named; '
  'at: when, now by default. Errors: PT404 no such account, PT400 bad kind, amount or time.';

-- Splits ------------------------------------------------------------------------------------------

create function trading.split_units(units numeric, new_units numeric, old_units numeric) returns numeric
  language plpgsql immutable strict set search_path = '' as $$
begin
  return trim_scale(round(trading.quotient(units * new_units, old_units), 18));
end;
$$;
comment on function trading.split_units is
  'Units after a split, at 18 decimals; with old_units and new_units turned round, money per unit.';

create function trading.split_position(inout held trading.positions, new_units numeric, old_units numeric)
  language plpgsql immutable set search_path = '' as $$
begin
  held.quantity := trading.split_units(held.quantity, new_units, old_units);
  held.entry_quantity := trading.split_units(held.entry_quantity, new_units, old_units);
  held.low_price := trading.split_units(held.low_price, old_units, new_units);
  held.high_price := trading.split_units(held.high_price, old_units, new_units);
  held.drawdown := trading.split_units(held.drawdown, old_units, new_units);
  held.last_previous := trading.split_units(held.last_previous, new_units, old_units);
  held.last_target := trading.split_units(held.last_target, new_units, old_units);
  held.last_held := trading.split_units(held.last_held, new_units, old_units);
end;
$$;
comment on function trading.split_position is
  'A position of which old_units have become new_units: what it cost, realized and paid is the same.';

create function trading.split_exit(rule trading.exit_rule, new_units numeric, old_units numeric)
  returns trading.exit_rule language plpgsql immutable set search_path = '' as $$
begin
  rule.amount := trading.split_units(rule.amount, old_units, new_units);
  rule.stop_price := trading.split_units(rule.stop_price, old_units, new_units);
  rule.limit_price := trading.split_units(rule.limit_price, old_units, new_units);
  rule.trail_amount := trading.split_units(rule.trail_amount, old_units, new_units);
  rule.activation_price := trading.split_units(rule.activation_price, old_units, new_units);
  rule.activation_amount := trading.split_units(rule.activation_amount, old_units, new_units);
  rule.quantity := trading.split_units(rule.quantity, new_units, old_units);
  return rule;
end;
$$;
comment on function trading.split_exit is 'Where an exit lies after a split, and how much it closes.';

create function trading.split_account(
  owned trading.accounts, symbol text, new_units numeric, old_units numeric, at timestamptz
) returns void language plpgsql volatile set search_path = '' as $$
begin
  update trading.positions p
    set (quantity, entry_quantity, low_price, high_price, drawdown, last_previous, last_target, last_held) = (
    select s.quantity, s.entry_quantity, s.low_price, s.high_price, s.drawdown, s.last_previous, s.last_target,
      s.last_held
    from trading.split_position(p, new_units, old_units) s)
  where p.account_id = owned.id and p.symbol = split_account.symbol;
  update trading.orders o set
    quantity = trading.split_units(o.quantity, new_units, old_units),
    limit_price = trading.split_units(o.limit_price, old_units, new_units),
    stop_price = trading.split_units(o.stop_price, old_units, new_units),
    trail_amount = trading.split_units(o.trail_amount, old_units, new_units),
    trail_peak = trading.split_units(o.trail_peak, old_units, new_units),
    activation_price = trading.split_units(o.activation_price, old_units, new_units),
    take_profits = case when o.take_profits is not null then array(
      select trading.split_exit(o.take_profits[nr], new_units, old_units)
      from generate_subscripts(o.take_profits, 1) nr order by nr) end,
    stop_loss = case when o.stop_loss is distinct from null
      then trading.split_exit(o.stop_loss, new_units, old_units) end,
    -- What waits is planned anew from its alert, which counts in old units.
    status = case when o.waiting then 'canceled' else o.status end, reason = case when o.waiting then 'split' end,
    closed_at = case when o.waiting then split_account.at end
  where case when o.status = 'open' then o.account_id end = owned.id and o.status = 'open'
    and o.symbol = split_account.symbol;
  update trading.marks m set price = trading.split_units(m.price, old_units, new_units)
  where m.account_id = owned.id and m.symbol = split_account.symbol;
  update trading.mark_bars b set
    open = trading.split_units(b.open, old_units, new_units), high = trading.split_units(b.high, old_units, new_units),
    low = trading.split_units(b.low, old_units, new_units), close = trading.split_units(b.close, old_units, new_units)
  where b.account_id = owned.id and b.symbol = split_account.symbol;
  update trading.mark_hours b set
    open = trading.split_units(b.open, old_units, new_units), high = trading.split_units(b.high, old_units, new_units),
    low = trading.split_units(b.low, old_units, new_units), close = trading.split_units(b.close, old_units, new_units)
  where b.account_id = owned.id and b.symbol = split_account.symbol;
  perform trading.log_event(owned, 'split',
    jsonb_build_object('symbol', symbol, 'new_units', trading.decimal(new_units),
      'old_units', trading.decimal(old_units), 'after_fill_id', coalesce(
      (select f.id from trading.fills f where f.account_id = owned.id and f.epoch = owned.epoch
        order by f.id + 0 desc limit 1), 0)), at);
end;
$$;
comment on function trading.split_account is
  'A split in one account, whose row is locked. Fills and closed trades stay as they were made. The event says after '
  'which fill it came: with that the account is rebuilt.';

create function public.split(symbol text, new_units numeric, old_units numeric default 1) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  of_symbol constant text := coalesce((select a.symbol from trading.instrument_aliases a
    where a.alias = upper(split.symbol)), upper(split.symbol));
  name text;
  owned trading.accounts;
  names text[] := '{}';
begin
  perform trading.require(of_symbol is not null and least(new_units, old_units) > 0
    and greatest(new_units, old_units) <= 100000 and greatest(scale(new_units), scale(old_units)) <= 6
    and num_nulls(new_units, old_units) = 0,
    'a split needs a symbol, new_units and old_units, above 0 and at most 100000',
    'Four for one: new_units 4, old_units 1. One for ten: 1, 10.');
  for name in
    select a.name from trading.accounts a
    where exists (select from trading.marks m where m.account_id = a.id and m.symbol = of_symbol)
      or exists (select from trading.positions p where p.account_id = a.id and p.symbol = of_symbol)
      or exists (select from trading.orders o
        where case when o.status = 'open' then o.account_id end = a.id and o.status = 'open' and o.symbol = of_symbol)
    -- An account before its shadows, as its alerts are booked: what comes now waits for all of them.
    order by a.role = 'shadow', a.name
  loop
    owned := trading.lock_account(name);
    perform trading.require(
      not exists (select from trading.shadow_accounts s where s.account_id = owned.id and trading.count_behind(s) > 0),
      'a shadow of % has alerts to book that came before this',
      'Call catch_up_shadow_account first, or remove_shadow_account.', 'PT409', name);
    perform trading.split_account(owned, of_symbol, new_units, old_units, clock_timestamp());
    names := array_append(names, name);
  end loop;
  return jsonb_build_object('symbol', of_symbol, 'accounts', names);
end;
$$;
comment on function public.split is
  'Books a split of an instrument in every account that knows it, now: old_units have become new_units, and a price is '
  'worth so much less. Values, costs and profits stay. Orders that wait for a price are canceled (reason split). '
  'Errors: PT400 bad units, PT409 a shadow is behind.';

-- Halt and reset ----------------------------------------------------------------------------------

create function public.halt_account(account text, reason text default 'operator') returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  owned constant trading.accounts := trading.lock_account(account);
begin
  perform trading.require(coalesce(length(reason), 0) <= 500, 'reason must have at most 500 characters', 'Shorten it.');
  update trading.accounts a
    set halted_at = coalesce(a.halted_at, clock_timestamp()), halt_reason = coalesce(a.halt_reason, reason, 'operator')
  where a.id = owned.id;
  perform trading.log_event(owned, 'halted', jsonb_build_object('reason', coalesce(reason, 'operator')));
  return jsonb_build_object('account', owned.name, 'halted', true);
end;
$$;
comment on function public.halt_account is
  'From now on only orders that reduce a position are taken; others answer account_halted. Errors: PT404 no such '
  'account.';

create function public.resume_account(account text) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  owned constant trading.accounts := trading.lock_account(account);
begin
  update trading.accounts a set halted_at = null, halt_reason = null, day_ends_at = '-infinity' where a.id = owned.id;
  perform trading.log_event(owned, 'resumed', '{}');
  return jsonb_build_object('account', owned.name, 'halted', false);
end;
$$;
comment on function public.resume_account is
  'Lifts a halt; the day''s loss is counted anew from the next alert. Errors: PT404 no such account.';

create function trading.opening_cash(account_id bigint, epoch integer) returns numeric
  language sql stable set search_path = '' as $$
  select (e.details ->> 'initial_cash')::numeric from trading.account_events e
  where e.account_id = opening_cash.account_id and e.epoch = opening_cash.epoch and e.kind in ('created', 'reset')
  order by e.id limit 1;
$$;
comment on function trading.opening_cash is 'What an epoch began with, in the account''s currency.';

create function public.reset_account(account text, initial_cash numeric default null) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  owned trading.accounts := trading.lock_account(account);
  opening constant numeric := coalesce(
    trim_scale(initial_cash), trading.opening_cash(owned.id, owned.epoch), 0);
begin
  perform trading.require(opening >= 0 and opening < 1e18 and scale(opening) <= 18,
    'initial_cash must be between 0 and 1e18, with at most 18 decimals',
    'Leave it out to begin with what the account began with.');
  update trading.orders o set status = 'canceled', reason = 'reset', closed_at = clock_timestamp()
  where case when o.status = 'open' then o.account_id end = owned.id and o.status = 'open';
  delete from trading.positions p where p.account_id = owned.id;
  delete from trading.marks m where m.account_id = owned.id;
  update trading.accounts a
  set epoch = a.epoch + 1, cash = opening, deposits = opening, day_ends_at = '-infinity', halted_at = null,
    halt_reason = null
  where a.id = owned.id returning a.* into owned;
  if opening > 0 then
    insert into trading.cash_entries (account_id, epoch, kind, amount, note)
    values (owned.id, owned.epoch, 'deposit', opening, 'reset');
  end if;
  perform trading.log_event(owned, 'reset', jsonb_build_object('initial_cash', trading.decimal(opening)));
  return jsonb_build_object('account', owned.name, 'epoch', owned.epoch, 'cash', trading.decimal(owned.cash));
end;
$$;
comment on function public.reset_account is
  'Begins a new epoch: no position, no order, cash as at the beginning (or initial_cash). What came before stays, '
  'readable by its epoch. Errors: PT404 no such account, PT400 bad cash.';

grant execute on function trading.split_units, trading.split_position, trading.opening_cash to authenticated;

revoke execute on function public.deposit, public.withdraw, public.adjust_cash, public.record_cash, public.split,
  public.halt_account, public.resume_account, public.reset_account from public, anon, authenticated;
