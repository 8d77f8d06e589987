-- The fourth act of booking, keep; and all four together.

create function trading.keep(
  booking trading.booking, positions trading.positions[], markets trading.market[], alerts trading.alerts[],
  placed trading.orders[], changed trading.orders[], fills trading.fills[], trades trading.trades[],
  mark_bars trading.mark_bars[], equity_bars trading.equity_bars[]
) returns void language plpgsql volatile set search_path = '' as $$
declare
  booked trading.accounts := booking.account;
begin
  booked.cash := (booking.portfolio).cash;
  booked.version := booked.version + 1;
  insert into trading.alerts select a.* from unnest(alerts) a;
  -- A statement for nothing would still be set up: much of what a lone alert costs.
  if cardinality(placed) > 0 then
    insert into trading.orders select o.* from unnest(placed) o;
  end if;
  if cardinality(changed) > 0 then
    update trading.orders kept set
      side = o.side, type = o.type, quantity = o.quantity, stop_price = o.stop_price, limit_price = o.limit_price,
      trail_amount = o.trail_amount, trail_percent = o.trail_percent, trail_peak = o.trail_peak,
      activation_price = o.activation_price, take_profits = o.take_profits, stop_loss = o.stop_loss,
      triggered = o.triggered, seen_from = o.seen_from, expires_at = o.expires_at, reduce_only = o.reduce_only,
      waiting = o.waiting, status = o.status, reason = o.reason, closed_at = o.closed_at
    from unnest(changed) o where kept.id = o.id;
  end if;
  if cardinality(fills) > 0 then
    insert into trading.fills select f.* from unnest(fills) f;
  end if;
  if cardinality(trades) > 0 then
    insert into trading.trades (account_id, epoch, strategy, symbol, side, quantity, entry_price, exit_price,
                                gross_pnl, fees, opened_at, closed_at, closing_fill_id, mae, mfe, drawdown)
    select booked.id, booked.epoch, t.strategy, t.symbol, t.side, t.quantity, t.entry_price, t.exit_price,
           t.gross_pnl, t.fees, t.opened_at, t.closed_at, t.closing_fill_id, t.mae, t.mfe, t.drawdown
    from unnest(trades) t;
  end if;
  perform trading.notify_booking(booked, alerts, fills, changed || placed);
  insert into trading.positions select p.* from unnest(positions) p where p.version > 0 or p.last_alert_at is not null
  on conflict (account_id, symbol, strategy) do update set
    quantity = excluded.quantity, cost_basis = excluded.cost_basis, realized_pnl = excluded.realized_pnl,
    fees = excluded.fees, version = excluded.version, opened_at = excluded.opened_at,
    entry_quantity = excluded.entry_quantity, entry_value = excluded.entry_value, exit_value = excluded.exit_value,
    trade_pnl = excluded.trade_pnl, trade_fees = excluded.trade_fees, low_price = excluded.low_price,
    high_price = excluded.high_price, drawdown = excluded.drawdown, last_alert_at = excluded.last_alert_at,
    last_previous = excluded.last_previous, last_target = excluded.last_target, last_held = excluded.last_held,
    seen_from = excluded.seen_from, quote_basis = excluded.quote_basis;
  insert into trading.marks
  select booked.id, m.symbol, m.mark, m.marked_at, m.exchange from unnest(markets) m where m.mark is not null
  on conflict (account_id, symbol) do update set price = excluded.price, marked_at = excluded.marked_at,
    exchange = excluded.exchange;
  if cardinality(mark_bars) > 1 then  -- in their order: one bar of each symbol and minute
    mark_bars := array(
      select row(b.account_id, b.symbol, b.minute, (array_agg(b.open order by b.ordinality))[1], max(b.high),
                 min(b.low), (array_agg(b.close order by b.ordinality desc))[1])::trading.mark_bars
      from unnest(mark_bars) with ordinality b group by b.account_id, b.symbol, b.minute);
  end if;
  insert into trading.mark_bars as kept select b.* from unnest(mark_bars) b
  on conflict (account_id, symbol, minute) do update set
    high = greatest(kept.high, excluded.high), low = least(kept.low, excluded.low), close = excluded.close;
  if cardinality(equity_bars) > 1 then
    equity_bars := array(
      select row(b.account_id, b.epoch, b.minute, (array_agg(b.open order by b.ordinality))[1], max(b.high),
                 min(b.low), (array_agg(b.close order by b.ordinality desc))[1],
                 (array_agg(b.exposure order by b.ordinality desc))[1])::trading.equity_bars
      from unnest(equity_bars) with ordinality b group by b.account_id, b.epoch, b.minute);
  end if;
  insert into trading.equity_bars as kept select b.* from unnest(equity_bars) b
  on conflict (account_id, epoch, minute) do update set
    high = greatest(kept.high, excluded.high), low = least(kept.low, excluded.low),
    close = excluded.close, exposure = excluded.exposure;
  update trading.accounts a set cash = booked.cash, version = booked.version, halted_at = booked.halted_at,
    halt_reason = booked.halt_reason, day_equity = booked.day_equity, day_ends_at = booked.day_ends_at
  where a.id = booked.id;
end;
$$;
comment on function trading.keep is
  'The fourth act: writes what a pass over an account''s alerts came to, in one statement a table; in two for orders.';

-- All four ----------------------------------------------------------------------------------------

create function trading.load_booking(booked trading.accounts) returns trading.booking
  language plpgsql volatile set search_path = '' as $$
declare
  booking trading.booking;
  settings trading.account_settings;
begin
  select s.* into settings from trading.account_settings s where s.account_id = booked.id;
  booking.account := booked;
  booking.settings := settings;
  booking.portfolio := trading.load_portfolio(booked);
  if settings.max_orders_per_minute is not null then
    -- By id + 0, as orders_epoch_idx has it: by id the planner walks past the newer orders of other accounts.
    booking.order_times := array(select r.created_at from trading.orders r
                                 where r.account_id = booked.id and r.epoch = booked.epoch and r.leg is null
                                   and r.reason is distinct from 'margin_call'
                                 order by r.id + 0 desc limit settings.max_orders_per_minute);
  end if;
  return booking;
end;
$$;
comment on function trading.load_booking is 'An account that is about to be booked.';

create function trading.inbox_row(
  booking trading.booking, dedupe_key text, orders trading.orders[], touched integer[], held trading.positions,
  multiplier numeric
) returns trading.alerts language plpgsql immutable set search_path = '' as $$
declare
  request constant trading.alert_request := booking.request;
  code constant text := booking.code;
  cash constant numeric := (booking.portfolio).cash;
  equity constant numeric := cash + (booking.portfolio).holdings_value;
  money constant text[] := case when scale(equity) <= 18 then array[trim_scale(cash), trim_scale(equity)]::text[]
    else array[trading.decimal(cash), trading.decimal(equity)] end;
  inbox trading.alerts;
  slot integer;
  touched_orders text := '';
  fill trading.fills;
  fills text := '';
begin
  foreach slot in array touched loop
    touched_orders := touched_orders || case when touched_orders = '' then '' else ',' end
      || trading.order_json(orders[slot]);
  end loop;
  foreach fill in array booking.fills loop
    fills := fills || case when fills = '' then '' else ',' end || trading.fill_json(fill);
  end loop;
  inbox.account_id := (booking.account).id;
  inbox.epoch := (booking.account).epoch;
  inbox.id := booking.alert_id;
  inbox.dedupe_key := coalesce(dedupe_key,
    (booking.account).id || '/' || (booking.account).epoch || '/alert:' || booking.alert_id);
  inbox.message_id := request.message_id;
  inbox.content_hash := request.hash;
  inbox.strategy := request.strategy;
  inbox.symbol := request.symbol;
  inbox.request := request.message;
  inbox.alert_time := request.time;
  inbox.received_at := booking.at;
  inbox.status := case when code is null then booking.status else 'rejected' end;
  inbox.code := code;
  inbox.answer := trading.answer_json(inbox.status, code, booking.message, booking.alert_id, request, touched_orders,
    fills, trading.position_json(held, multiplier), ',"cash":"' || money[1] || '","equity":"' || money[2] || '"'
      || case when (booking.portfolio).halted then ',"halted":' || to_json((booking.account).halt_reason) else '' end
      || case when ((booking.own).placed).waiting and code is null then ',"reason":"waiting_for_price"' else '' end
      || case when code = 'stop_too_far' then ',"path":"stop_loss"' when code = 'invalid_price' then ',"path":"price"'
           when code = 'invalid_bracket' and starts_with(booking.message, 'take_profits[')
             then ',"path":"' || split_part(booking.message, ' ', 1) || '"' else '' end
      || case when (booking.own).repaired is not null and code is null
           then ',"repaired":{"expected":"' || trading.decimal((booking.own).repaired) || '","booked":"'
             || trading.decimal((booking.own).delta) || '"}' else '' end);
  if request.action = 'modify' then  -- it may be sent again and again, and name hundreds of orders each time
    inbox.answer := trading.short_answer(inbox.answer);
  end if;
  return inbox;
end;
$$;
comment on function trading.inbox_row is
  'An alert as the inbox keeps it, with its answer. touched: the slots of the orders that it shows.';

create function trading.count_places(inout booking trading.booking, loaded trading.orders[], others trading.orders[])
  language plpgsql volatile set search_path = '' as $$
begin
  if booking.places_unloaded is null then
    booking.places_unloaded := (
      select coalesce(sum(trading.places_of(o)), 0) from trading.orders o
      where case when o.status = 'open' then o.account_id end = (booking.account).id and o.status = 'open'
        and o.id <> all (array(select l.id from unnest(loaded) l)));
  end if;
  booking.places_elsewhere := booking.places_unloaded
    + (select coalesce(sum(trading.places_of(o)), 0) from unnest(others) o);
end;
$$;
comment on function trading.count_places is
  'A booking that knows what the orders not handed over count: others, and those not loaded, which are counted once.';

create function trading.book_account(booked trading.accounts, requests trading.alert_request[], all_held boolean)
  returns json[] language plpgsql volatile set search_path = '' as $$
declare
  now_at constant timestamptz := clock_timestamp();
  held_symbols constant text[] := case when all_held then array(select distinct p.symbol from trading.positions p
    where p.account_id = booked.id and p.quantity <> 0) end;  -- what a margin call may close
  booking trading.booking := trading.load_booking(booked);
  orders trading.orders[] := trading.load_orders(booked.id, requests, held_symbols, now_at);  -- then those it places
  loaded constant integer := cardinality(orders);
  positions trading.positions[] := trading.load_positions(booked.id, requests, held_symbols, orders);
  markets trading.market[] := trading.load_markets(booked, positions);
  resting integer[] := '{}';          -- the slots of the orders that rest,
  resting_symbols text[];             -- their symbols,
  first_expiry timestamptz;           -- when the first of them expires,
  is_outdated boolean := loaded > 0;  -- and whether that has changed since
  asked trading.planned_request; request trading.alert_request; twin trading.alerts; market trading.market;
  at timestamptz; own_slot integer; slot integer; equity numeric; fill trading.fills;
  concerned integer[];                -- the slots of the orders that are handed over
  handed trading.orders[]; touched integer[];
  calls integer;                      -- positions that margin calls have closed at this alert
  answers json[] := '{}'; new_alerts trading.alerts[] := '{}'; duplicates trading.duplicates[] := '{}';
  fills trading.fills[] := '{}'; trades trading.trades[] := '{}'; changed integer[] := '{}';
  mark_bars trading.mark_bars[] := '{}'; equity_bars trading.equity_bars[] := '{}';
begin
  for asked in select * from trading.load_requests(
    booked, requests, positions, now_at, (booking.settings).dedupe_window) loop
    request := requests[asked.nr];
    if asked.twin_id is not null or asked.twin_nr is not null then
      twin := trading.find_twin(asked, request, new_alerts, coalesce(request.received_at, now_at),
        (booking.settings).dedupe_window);
      if twin.content_hash = request.hash and asked.earlier_key is not null and request.id is null
        and trading.is_overtaken(twin, new_alerts) then
        asked.dedupe_key := trading.next_dedupe_key(asked.dedupe_key, twin.dedupe_key);
      elsif twin.id is not null then
        answers[asked.nr] := trading.twin_json(twin, asked, request, positions[asked.position_slot],
          markets[asked.market_slot]);
        duplicates := case when twin.content_hash = request.hash
          then array_append(duplicates, row(twin.account_id, twin.id, null, coalesce(request.received_at, now_at),
            request.message ->> 'request_id', request.message ->> 'key_id')::trading.duplicates) else duplicates end;
        continue;
      end if;
    end if;

    at := coalesce(request.received_at,
      case when (booking.settings).clock = 'alert' then least(request.time, now_at) end, now_at);
    market := markets[asked.market_slot]; own_slot := asked.position_slot;
    touched := '{}'; calls := 0;
    loop
      if market.currency is not null then
        booking.portfolio := trading.with_currency(booking.portfolio, booked, market.currency, markets);
        market := trading.at_rate(market, booking.portfolio);
      end if;
      if is_outdated then
        resting := array(select s from generate_subscripts(orders, 1) s where (orders[s]).status = 'open');
        resting_symbols := array(select (orders[s]).symbol from unnest(resting) s);
        first_expiry := (select min((orders[s]).expires_at) from unnest(resting) s);
        is_outdated := false;
      end if;
      concerned := '{}'; handed := '{}'; booking.sources := '{}';
      if market.symbol = any (resting_symbols) or first_expiry <= at or request.action = 'cancel' then
        concerned := array(select s from unnest(resting) s where (orders[s]).symbol = market.symbol
                             or (orders[s]).expires_at <= at or request.action = 'cancel' order by s);
        handed := array(select orders[s] from unnest(concerned) s order by s);
        booking.sources := array(select a from unnest(new_alerts) a
          where a.id in (select o.alert_id from unnest(handed) o where o.waiting or o.resize));
      end if;
      if coalesce(request.action, 'buy') in ('buy', 'sell', 'close')
        and (request.price is null or request.order_type <> 'market'
          or request.take_profits is not null or request.stop_loss is distinct from null) then
        booking := trading.count_places(booking, case when booking.places_unloaded is null then orders[:loaded] end,
                                        array(select orders[s] from unnest(resting) s where s <> all (concerned)));
      end if;
      if calls = 0 then
        booking := trading.see(booking, request, at, market, positions[market.first_slot:market.last_slot],
                               own_slot - market.first_slot + 1, handed);
        if request.action in ('halt', 'resume', 'cancel', 'modify') then
          booking := trading.decide(booking);
        end if;
      else
        booking.market := market; booking.positions := positions[market.first_slot:market.last_slot];
        booking.own_slot := own_slot - market.first_slot + 1; booking.called := true;
        booking.orders := handed; booking.changed_slots := '{}'; booking.touched := '{}';
        booking.bar := null; booking.reached := '{}';
      end if;
      if request.action is distinct from 'mark' or cardinality(booking.reached) > 0 or (booking.bar).length > 0
        or calls > 0 then
        booking := trading.fill(booking);
      end if;

      markets[market.slot] := booking.market;
      positions[market.first_slot:market.last_slot] := booking.positions;
      handed := booking.orders;
      foreach slot in array booking.changed_slots || booking.touched loop
        continue when slot > cardinality(concerned);
        orders[concerned[slot]] := handed[slot];
        changed := array_append(changed, concerned[slot]);
        is_outdated := true;
      end loop;
      for nr in cardinality(concerned) + 1 .. cardinality(handed) loop
        orders := array_append(orders, handed[nr]);
        concerned[nr] := cardinality(orders);
        is_outdated := is_outdated or (handed[nr]).status = 'open';
      end loop;
      foreach slot in array booking.touched loop
        touched := case when concerned[slot] = any (touched) then touched
          else array_append(touched, concerned[slot]) end;
      end loop;
      if (booking.bar).close is not null then
        mark_bars := array_append(mark_bars, row(booked.id, market.symbol,
          date_trunc('minute', (booking.market).marked_at), (booking.bar).open, (booking.bar).high, (booking.bar).low,
          (booking.bar).close)::trading.mark_bars);
      end if;
      exit when ((booking.settings).margin_call = 'close' and calls < 20
        and trading.is_called(booking.portfolio, booking.settings)) is not true;
      if not all_held then
        return null;
      end if;
      calls := calls + 1;  -- the next alert goes on
      own_slot := trading.called_position(positions, markets, booking.portfolio);
      market := (select m from unnest(markets) m where m.symbol = (positions[own_slot]).symbol);
    end loop;

    new_alerts := array_append(new_alerts, trading.inbox_row(booking, asked.dedupe_key, orders, touched,
      positions[asked.position_slot], (markets[asked.market_slot]).quote_multiplier));
    answers[asked.nr] := (new_alerts[cardinality(new_alerts)]).answer;
    foreach fill in array booking.fills loop
      fills := array_append(fills, fill);
    end loop;
    if cardinality(booking.trades) > 0 then
      trades := trades || booking.trades;
    end if;
    -- A mark older than the last changes nothing: on the alerts' clock it would put today's equity into its own minute.
    if request.action is distinct from 'mark'
      or coalesce((booking.request).time >= (markets[asked.market_slot]).marked_at, true) then
      equity := (booking.portfolio).cash + (booking.portfolio).holdings_value;
      equity_bars := array_append(equity_bars, row(booked.id, booked.epoch, date_trunc('minute', booking.at),
        equity, equity, equity, equity, (booking.portfolio).exposure)::trading.equity_bars);
    end if;
  end loop;

  if cardinality(new_alerts) > 0 then
    perform trading.keep(booking, positions, markets, new_alerts, orders[loaded + 1:],
      array(select orders[c.slot] from (select distinct unnest(changed) as slot) c
            where c.slot <= loaded order by c.slot), fills, trades, mark_bars, equity_bars);
  end if;
  perform trading.write_duplicates(duplicates);
  return answers;
end;
$$;
comment on function trading.book_account is
  'Books the requests of one account, whose locks are held, in order of arrival; an answer each. Null, with nothing '
  'written: a margin call came, for which all_held is needed.';
