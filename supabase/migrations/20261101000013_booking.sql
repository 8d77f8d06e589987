-- Booking the alerts of one account: each in three acts, in memory, in order of arrival, and the fourth for all of them together.
--   see     the mark that an alert brings: what is held is valued at it, and which resting orders its path reaches is found
--   decide  what it commands: halt, resume, cancel, modify. Before the fills of its own price: a cancel at 94 saves the limit at 95
--   fill    what was reached, then its own order, then what that placed on the path, one at a time, each under all the rules
--   keep    what all of them came to, in one statement a table
-- The caller holds the locks.

create type trading.reached_order as (slot integer, price numeric, place numeric);
comment on type trading.reached_order is 'A resting order that the path of a mark reaches: its slot in orders, the price that fills it, and where on the path.';

create type trading.booking as (
  account trading.accounts, settings trading.account_settings, portfolio trading.portfolio, known_symbols integer, order_times timestamptz[],
  request trading.alert_request, alert_id bigint, at timestamptz, seen_from timestamptz,
  market trading.market, positions trading.positions[], own_slot integer, called boolean,
  orders trading.orders[], changed_slots integer[], touched integer[], places_unloaded integer, places_elsewhere integer, sources trading.alerts[],
  bar trading.bar, seen_places numeric[], reached trading.reached_order[],
  own trading.order_plan, last_fill trading.fills, last_opened numeric, last_trade trading.trades,
  fills trading.fills[], trades trading.trades[], status text, code text, message text
);
comment on type trading.booking is
  'An alert while it is booked: the acts hand it on. Of its account: known_symbols, counted when first needed; order_times, those of its newest '
  'orders where their rate is limited, else null. Of the alert: when it arrived (at), and from when on what it places or opens sees prices '
  '(seen_from; null: it carries no time). Of its symbol: the market; the positions of all strategies, own_slot that of its own, or in a margin '
  'call the one that is called. orders: the open ones that may be concerned, then those that it places; changed_slots and touched changed, the latter its '
  'answer shows; places_elsewhere: what the other orders count toward max_resting_orders, where that may matter, and places_unloaded those '
  'that were not loaded; sources: alerts of this pass '
  'whose orders are sized at their fill. bar: its mark; seen_places: up to where each position has seen it (null: it is none of its); reached: '
  'what is to fill. own: the plan of its own order. last_fill, what it opened and the trade that it closed; and all fills and trades. What it '
  'is answered: status, code, message.';

-- See ----------------------------------------------------------------------------------------------

create function trading.halt_on_loss(inout booking trading.booking)
  language plpgsql immutable set search_path = '' as $$
begin
  if (booking.account).halted_at is null
     and (booking.account).day_equity - (booking.portfolio).cash - (booking.portfolio).holdings_value >= (booking.settings).max_daily_loss then
    booking.account.halted_at := booking.at;
    booking.account.halt_reason := 'max_daily_loss';
    booking.portfolio.halted := true;
  end if;
end;
$$;
comment on function trading.halt_on_loss is 'Halts an account that has lost max_daily_loss since its day began.';

create function trading.see(
  inout booking trading.booking, request trading.alert_request, at timestamptz, market trading.market, positions trading.positions[], own_slot integer,
  orders trading.orders[], sources trading.alerts[]
)
  language plpgsql volatile set search_path = '' as $$
declare
  settings constant trading.account_settings := booking.settings;
  portfolio trading.portfolio := booking.portfolio;
  held constant trading.positions := positions[own_slot];
  is_of_symbol constant boolean := coalesce(request.action, 'buy') not in ('halt', 'resume');
  seen_from constant timestamptz := case when request.interval is not null and settings.clock = 'arrival' then trading.end_of_bar(request, at) else request.time end;
  marked_at timestamptz;
  bar trading.bar;
  has_room boolean := true;
  is_worthless boolean := false;  -- it closes at 0, which is no mark: it is its own fill's price only
  known_as text;                  -- the exchange that its symbol is known under, where it names another
  change numeric;
begin
  if num_nonnulls(request.open, request.high, request.low) > 0 then
    request.time := seen_from;  -- An order's stays: whether it is late is judged by what its sender wrote.
  end if;
  request.time := case when request.time > at then at else request.time end;  -- a clock that runs ahead may not freeze the mark, nor make stale all that follows
  booking.request := request;
  booking.alert_id := nextval('trading.alerts_id_seq');
  booking.at := at;
  booking.seen_from := case when request.time is not null then least(seen_from, at) end;
  booking.own_slot := own_slot;
  booking.orders := orders;
  booking.sources := sources;
  booking.changed_slots := '{}';
  booking.touched := '{}';
  booking.seen_places := '{}';
  booking.reached := '{}';
  booking.own := null;
  booking.status := 'ignored';
  booking.code := null;
  booking.message := null;
  booking.fills := '{}';
  booking.trades := '{}';
  if at >= (booking.account).day_ends_at then
    booking.account.day_equity := portfolio.cash + portfolio.holdings_value;
    booking.account.day_ends_at := trading.day_end(at, settings.time_zone);
  end if;

  if held.version = 0 and held.last_alert_at is null then
    select r.has_room, r.code, r.message, r.known_symbols into has_room, booking.code, booking.message, booking.known_symbols
    from trading.check_room(request, positions, market, settings, orders, booking.known_symbols) r;
  end if;
  known_as := case
    when request.exchange <> market.exchange then market.exchange
    when request.exchange is not null and market.exchange is null
      then nullif(trading.resting_exchange(orders, request.symbol), request.exchange) end;
  if is_of_symbol and least(request.price, request.open, request.high, request.low) <= 0 and not market.allow_nonpositive then
    is_worthless := trading.is_worthless(request, held, market, portfolio);
    if not is_worthless then
      booking.code := 'invalid_price';
      booking.message := 'the price is 0 or below: leave it out of a market order; where it is right, allow_nonpositive of the instrument allows it';
    end if;
  end if;
  if is_of_symbol and known_as is not null and booking.code is null and request.order_id is null then
    booking.code := 'exchange_conflict';
    booking.message := request.symbol || ' is known here under ' || known_as || ', and this is ' || request.exchange
      || ': name that exchange or none, or set symbols to with_exchange';
  end if;

  marked_at := coalesce(request.time, at);
  if has_room and booking.code is null and known_as is null and not is_worthless and request.price is not null
     and coalesce(marked_at >= market.marked_at, true) then
    bar := trading.bar_of(request, settings.bar_path);
    change := (bar.close - coalesce(market.mark, 0)) * coalesce(market.multiplier, 0);  -- without a rate it moves nothing
    portfolio.holdings_value := portfolio.holdings_value + market.net_quantity * change;
    portfolio.exposure := portfolio.exposure
      + market.gross_quantity * (abs(bar.close) - abs(coalesce(market.mark, 0))) * coalesce(market.multiplier, 0);
    if portfolio.currencies is not null then
      portfolio := trading.mark_currencies(portfolio, market, bar.close, marked_at);
      market := trading.at_rate(market, portfolio);  -- it may be its own pair
    end if;
    market.mark := bar.close;
    market.marked_at := marked_at;
    market.exchange := coalesce(market.exchange, request.exchange);
    for slot in 1 .. cardinality(positions) loop
      if (positions[slot]).quantity = 0 then
        booking.seen_places[slot] := null;
      elsif bar.length > 0 then
        booking.seen_places[slot] := trading.first_place((positions[slot]).seen_from, bar);
      elsif coalesce((positions[slot]).seen_from <= bar.ends_at, true) then
        positions[slot] := trading.watch_position(positions[slot], array[bar.close]);
      end if;
    end loop;
  end if;
  booking.bar := bar;
  booking.portfolio := portfolio;
  booking.market := market;
  booking.positions := positions;
  if cardinality(orders) > 0 then
    booking := trading.watch_book(booking);
  end if;
  if settings.max_daily_loss is not null then
    booking := trading.halt_on_loss(booking);  -- before the fills: the price that shows the loss may not open more
  end if;
end;
$$;
comment on function trading.see is
  'The first act: what an alert''s price says. Values at it what is held of its symbol, and finds which resting orders it reaches. It is no '
  'mark where it is refused, is older than the last one, or there is no room for its symbol.';

create function trading.watch_book(inout booking trading.booking)
  language plpgsql volatile set search_path = '' as $$
declare
  orders trading.orders[] := booking.orders;
  seen record;
begin
  for seen in select * from trading.watch_orders(orders, (booking.request).symbol, booking.bar, booking.at) loop
    if (seen.watched).expires_at <= booking.at then
      seen.watched.status := 'expired';
      seen.watched.closed_at := booking.at;
      booking.touched := array_append(booking.touched, seen.slot);
    elsif seen.fill_price is not null then
      booking.reached := array_append(booking.reached, row(seen.slot, seen.fill_price, seen.place)::trading.reached_order);
    end if;
    if seen.watched is distinct from orders[seen.slot] then
      orders[seen.slot] := seen.watched;
      booking.changed_slots := array_append(booking.changed_slots, seen.slot);
    end if;
  end loop;
  booking.orders := orders;
end;
$$;
comment on function trading.watch_book is 'The resting orders see the bar: those past their day expire, those that it reaches are to fill.';

-- Decide -------------------------------------------------------------------------------------------

create function trading.decide(inout booking trading.booking)
  language plpgsql volatile set search_path = '' as $$
declare
  touched constant integer := cardinality(booking.touched);
begin
  case (booking.request).action
    when 'halt' then
      booking.account.halted_at := booking.at;
      booking.account.halt_reason := 'alert';
      booking.portfolio.halted := true;
      booking.status := 'accepted';
    when 'resume' then
      booking.account.halted_at := null;
      booking.account.halt_reason := null;
      booking.account.day_equity := (booking.portfolio).cash + (booking.portfolio).holdings_value;  -- or the same loss would halt it again at once
      booking.portfolio.halted := false;
      booking.status := 'accepted';
    when 'cancel' then
      if booking.code is null then
        booking := trading.cancel_meant(booking);
        booking.status := case when cardinality(booking.touched) > touched then 'canceled' else booking.status end;
      end if;
    when 'modify' then
      if booking.code is null then
        booking := trading.modify_meant(booking);
      end if;
    else null;
  end case;
end;
$$;
comment on function trading.decide is 'The second act: what an alert commands beside trades: halt, resume, cancel, modify.';

create function trading.cancel_meant(inout booking trading.booking)
  language plpgsql volatile set search_path = '' as $$
declare
  orders trading.orders[] := booking.orders;
  gone record;
begin
  for gone in select * from trading.cancel_orders(orders, booking.request, booking.at) loop
    orders[gone.slot] := gone.canceled;
    booking.touched := array_append(booking.touched, gone.slot);
  end loop;
  booking.orders := orders;
end;
$$;
comment on function trading.cancel_meant is 'Takes away the resting orders that a cancel means, or that an earlier target left.';

create function trading.modify_meant(inout booking trading.booking)
  language plpgsql volatile set search_path = '' as $$
declare
  request constant trading.alert_request := booking.request;
  settings constant trading.account_settings := booking.settings;
  market constant trading.market := booking.market;
  orders trading.orders[] := booking.orders;
  held trading.positions := booking.positions[booking.own_slot];
  seen record;
begin
  booking.status := 'accepted';
  for seen in
    select * from trading.modify_orders(orders, request, held, market, coalesce(request.price,
      case when market.marked_at >= booking.at - make_interval(secs => settings.max_mark_age) then market.mark end), settings.max_stop_distance, booking.at)
  loop
    booking.code := seen.code;
    booking.message := seen.message;
    if request.time < held.last_alert_at and not settings.allow_stale or extract(epoch from booking.at - request.time) > request.max_age then
      booking.code := 'stale_alert';
      booking.message := 'the alert is older than one already applied, or than its max_age';
    end if;
    exit when booking.code is not null;
    orders[seen.slot] := seen.modified;
    booking.touched := array_append(booking.touched, seen.slot);
    booking.reached := array(select row(r.slot, r.price, r.place)::trading.reached_order from unnest(booking.reached) with ordinality r
                             where r.slot <> seen.slot order by r.ordinality);  -- by its old price
    if seen.fill_price is not null then
      booking.reached := row(seen.slot, seen.fill_price, (booking.bar).length)::trading.reached_order || booking.reached;
    end if;
  end loop;
  booking.orders := orders;
  if booking.code is null and trading.is_known(held) then
    held.last_alert_at := greatest(held.last_alert_at, request.time);
    booking.positions[booking.own_slot] := held;
  end if;
end;
$$;
comment on function trading.modify_meant is 'Changes resting orders as a modify asks, all or none; those whose new price is passed already are to fill.';

-- Fill ---------------------------------------------------------------------------------------------

create function trading.fill(inout booking trading.booking)
  language plpgsql volatile set search_path = '' as $$
declare
  is_order constant boolean := coalesce((booking.request).action, 'buy') in ('buy', 'sell', 'close');
  is_target constant boolean := ((booking.request).target).quantity is not null;
  -- Apart from the booking, which each step is handed: there may be thousands.
  orders trading.orders[] := booking.orders;
  reached trading.reached_order[] := booking.reached;
  touched integer[] := booking.touched;
  fills trading.fills[] := booking.fills;
  trades trading.trades[] := booking.trades;
  next_reached integer := 1;
  met trading.reached_order;
  slot integer;   -- of the order at hand
  place numeric;  -- on the path of the mark; null: outside of it
  o trading.orders;
  due trading.order_plan;
  seen record;
begin
  booking.orders := '{}';
  booking.fills := '{}';
  booking.trades := '{}';
  loop
    if next_reached <= cardinality(reached) then
      met := reached[next_reached];
      next_reached := next_reached + 1;
      slot := met.slot;
      o := orders[slot];
      continue when o.status <> 'open';
      due := trading.plan_reached(booking, o, met.price);
      place := case when o.waiting then (booking.bar).length else met.place end;
      if due.code is not null then
        orders[slot] := trading.canceled(due.placed, due.code, booking.at);
        touched := array_append(touched, slot);
        if (booking.status = 'ignored' or (booking.request).action = 'modify') and due.code <> 'nothing_to_do' then
          booking.status := 'canceled';
        end if;
        continue;
      end if;
    elsif booking.called then
      booking.called := false;
      due := trading.plan_call(booking);
      slot := cardinality(orders) + 1;
      place := null;
    elsif is_order and booking.own is null and booking.code is null then
      due := trading.plan_own(booking, orders);
      booking.own := due;
      booking.code := due.code;
      booking.message := due.message;
      continue when due.code is not null;
      if (booking.request).time is not null then
        booking.positions[booking.own_slot] := trading.note_alert(booking.positions[booking.own_slot], booking.request, due.overtaken);
      end if;
      slot := cardinality(orders) + 1;
      place := null;
      if is_target and due.overtaken is not true and cardinality(orders) > 0 then
        for seen in select * from trading.cancel_orders(orders, booking.request, booking.at) loop
          orders[seen.slot] := seen.canceled;
          touched := array_append(touched, seen.slot);
        end loop;
      end if;
      continue when (due.placed).id is null;
      if booking.order_times is not null then
        booking.order_times := array_append(booking.order_times, booking.at);
      end if;
      if due.price is null then
        orders[slot] := due.placed;
        touched := array_append(touched, slot);
        booking.status := case (due.placed).status when 'open' then 'accepted' else 'canceled' end;
        continue;
      end if;
    else
      exit;
    end if;

    booking := trading.book_fill(booking, due, place);
    fills := array_append(fills, booking.last_fill);
    if (booking.last_trade).closed_at is not null then
      trades := array_append(trades, booking.last_trade);
    end if;
    o := due.placed;
    o.status := 'filled';
    o.closed_at := booking.at;
    orders[slot] := o;
    touched := array_append(touched, slot);
    if booking.last_opened < (booking.last_fill).quantity and cardinality(orders) > 1 then
      for seen in
        select * from trading.trim_exits(orders, booking.positions[trading.slot_of(booking.positions, o.strategy)], o, booking.at)
      loop
        orders[seen.slot] := seen.trimmed;
        touched := array_append(touched, seen.slot);
      end loop;
    end if;
    if booking.last_opened > 0 and not o.reduce_only and (o.stop_loss is distinct from null or o.take_profits is not null) then
      for seen in select * from trading.place_exits(booking, o, place) loop
        orders := array_append(orders, seen.resting);
        touched := array_append(touched, cardinality(orders));
        if seen.fill_price is not null then
          slot := next_reached;  -- behind those that the path reaches before it, or at the same place
          while (reached[slot]).place <= seen.reached_at loop
            slot := slot + 1;
          end loop;
          reached := reached[:slot - 1] || row(cardinality(orders), seen.fill_price, seen.reached_at)::trading.reached_order || reached[slot:];
        end if;
      end loop;
    end if;
  end loop;
  booking.orders := orders;
  booking.touched := touched;
  booking.fills := fills;
  booking.trades := trades;
  if (booking.bar).length > 0 then
    booking := trading.watch_rest(booking);
  end if;
  if (booking.settings).max_daily_loss is not null then
    booking := trading.halt_on_loss(booking);
  end if;
end;
$$;
comment on function trading.fill is
  'The third act: one at a time, each under all the rules, the orders that the mark reaches, the alert''s own, and those of its exits that the '
  'rest of the path reaches. In a margin call, the position that is called.';

create function trading.plan_reached(booking trading.booking, resting trading.orders, price numeric) returns trading.order_plan
  language plpgsql volatile set search_path = '' as $$
declare
  held constant trading.positions := booking.positions[trading.slot_of(booking.positions, resting.strategy)];
begin
  if resting.waiting then
    return trading.plan_waited(resting, trading.request_of(resting, booking.sources), held, booking.market, price, booking.portfolio,
                               booking.settings, booking.at);
  end if;
  return trading.plan_rested(resting, case when resting.resize then trading.request_of(resting, booking.sources) end, held, booking.market, price,
                             booking.portfolio, booking.settings);
end;
$$;
comment on function trading.plan_reached is 'What an order that rests comes to at the price that fills it, as the rules allow it by then.';

create function trading.plan_call(booking trading.booking) returns trading.order_plan
  language plpgsql volatile set search_path = '' as $$
declare
  held constant trading.positions := booking.positions[booking.own_slot];
  due trading.order_plan;
begin
  due.placed := trading.margin_order(held, (booking.account).epoch, booking.alert_id, booking.at);
  due.delta := -held.quantity;
  due.price := trading.slipped_price((booking.market).mark, due.delta, (booking.settings).slippage_bps);
  due.fee := trading.fill_fee(booking.settings, abs(due.delta), due.price, (booking.market).multiplier);
  return due;
end;
$$;
comment on function trading.plan_call is 'The order by which a margin call closes the position at own_slot, at its last mark.';

create function trading.plan_own(booking trading.booking, resting trading.orders[]) returns trading.order_plan
  language plpgsql volatile set search_path = '' as $$
declare
  own trading.order_plan;
  o trading.orders;
  places integer;
begin
  if booking.order_times is not null then
    booking.portfolio.recent_orders := (select count(*) from unnest(booking.order_times) t where t > booking.at - interval '1 minute');
  end if;
  own := trading.plan_order(booking.request, booking.positions[booking.own_slot], booking.market, booking.portfolio, booking.settings, booking.at);
  if own.code = 'no_price' then
    own := trading.plan_wait(own, booking.request, booking.positions[booking.own_slot], booking.market, booking.portfolio, booking.settings, booking.at,
                             trading.orders_ahead(resting, booking.request));
  end if;
  o := own.placed;
  if own.code is not null or own.delta = 0 and o.waiting is not true then
    return own;
  end if;
  if booking.places_elsewhere is not null then
    places := trading.places_needed(own);
    if places > 0 and booking.places_elsewhere + trading.places_taken(resting, booking.request) + places > (booking.settings).max_resting_orders then
      own.code := 'too_many_orders';
      own.message := 'max_resting_orders: ' || (booking.settings).max_resting_orders || ' rest, with the exits that they would place';
      return own;
    end if;
  end if;

  o.id := nextval('trading.orders_id_seq');
  o.account_id := (booking.account).id;
  o.epoch := (booking.account).epoch;
  o.alert_id := booking.alert_id;
  o.strategy := (booking.request).strategy;
  o.symbol := (booking.request).symbol;
  o.exchange := (booking.request).exchange;
  o.seen_from := booking.seen_from;
  o.created_at := booking.at;
  own.placed := case when own.price is null and o.time_in_force = 'ioc' then trading.canceled(o, 'ioc', booking.at) else o end;
  return own;
end;
$$;
comment on function trading.plan_own is
  'What an alert''s own order comes to: it fills at once (price) or rests; without an id there is nothing to trade. Or why there is none.';

create function trading.note_alert(inout held trading.positions, request trading.alert_request, is_overtaken boolean)
  language plpgsql immutable set search_path = '' as $$
begin
  if (request.target).quantity is not null and request.time is not null then
    held.last_previous := trading.signed_target(request.previous);
    held.last_target := case when is_overtaken then held.last_target else trading.signed_target(request.target) end;
  end if;
  held.last_alert_at := greatest(held.last_alert_at, request.time);
end;
$$;
comment on function trading.note_alert is 'A position that an alert was applied to: older ones are stale from now on.';

create function trading.book_fill(inout booking trading.booking, due trading.order_plan, place numeric)
  language plpgsql volatile set search_path = '' as $$
declare
  o constant trading.orders := due.placed;
  delta constant numeric := due.delta;
  price constant numeric := due.price;
  bar constant trading.bar := booking.bar;
  slot constant integer := case when (booking.positions[booking.own_slot]).strategy = o.strategy then booking.own_slot
    else trading.slot_of(booking.positions, o.strategy) end;
  was trading.positions := booking.positions[slot];
  held trading.positions;
  market trading.market := booking.market;
  portfolio trading.portfolio := booking.portfolio;
  fill trading.fills;
  filled trading.applied_fill;
  change numeric;
begin
  if bar.length > 0 and was.quantity <> 0 and booking.seen_places[slot] <= coalesce(place, bar.length) then
    was := trading.watch_position(was, trading.prices_watched(bar, was, booking.seen_places[slot], place));
    booking.seen_places[slot] := coalesce(place, bar.length);
  end if;
  filled := case when market.rate is null then trading.apply_fill(was, delta, price, market.multiplier, due.fee, booking.at)
                 else trading.apply_foreign_fill(was, delta, price, market.quote_multiplier, due.fee, booking.at, market.rate) end;
  held := filled.held;
  change := abs(held.quantity) - abs(was.quantity);
  portfolio.cash := portfolio.cash - delta * price * market.multiplier - due.fee;
  portfolio.holdings_value := portfolio.holdings_value + delta * market.mark * market.multiplier;
  portfolio.exposure := portfolio.exposure + change * abs(market.mark) * market.multiplier;
  if portfolio.currencies is not null then
    fill.rate := market.rate;
    fill.cost := case when market.rate is not null then held.cost_basis - was.cost_basis - filled.realized end;
    portfolio := trading.fill_currency(portfolio, market, was, held, delta, price, fill.cost);
  end if;
  portfolio.open_positions := portfolio.open_positions + case when was.quantity = 0 then 1 when held.quantity = 0 then -1 else 0 end;
  market.net_quantity := market.net_quantity + delta;
  market.gross_quantity := market.gross_quantity + change;
  market.exchange := coalesce(market.exchange, o.exchange);
  booking.last_opened := case when sign(was.quantity) = -sign(delta) then greatest(abs(delta) - abs(was.quantity), 0) else abs(delta) end;
  if booking.last_opened > 0 and sign(was.quantity) <> sign(delta) then
    held.seen_from := booking.seen_from;
    booking.seen_places[slot] := place;
  end if;
  booking.portfolio := portfolio;
  booking.market := market;
  booking.positions[slot] := held;
  booking.status := 'filled';

  -- Field by field: a row() of that many columns takes 2 microseconds, each field a tenth of one.
  fill.id := nextval('trading.fills_id_seq');
  fill.account_id := o.account_id;
  fill.epoch := o.epoch;
  fill.order_id := o.id;
  fill.alert_id := booking.alert_id;
  fill.strategy := o.strategy;
  fill.symbol := o.symbol;
  fill.side := o.side;
  fill.quantity := abs(delta);
  fill.price := price;
  fill.multiplier := market.quote_multiplier;
  fill.fee := due.fee;
  fill.realized_pnl := filled.realized;
  fill.filled_at := booking.at;
  booking.last_fill := fill;
  booking.last_trade := filled.closed;
  booking.last_trade.closing_fill_id := fill.id;
end;
$$;
comment on function trading.book_fill is
  'A fill as due has it, at a place of the mark''s path (null: outside of it): what it changes in its position, in cash and in the market.';

create function trading.place_exits(booking trading.booking, entry trading.orders, place numeric)
  returns table (resting trading.orders, fill_price numeric, reached_at numeric)
  language plpgsql volatile set search_path = '' as $$
begin
  return query
  select coalesce(w.resting, l), w.fill_price, w.place
  from trading.bracket_legs(entry, booking.last_opened, (booking.last_fill).price, booking.market, booking.at, booking.seen_from) l
  left join lateral trading.watch_in_bar(l, booking.bar, case when (booking.bar).path is not null then place_exits.place end) w
    on place_exits.place is not null;
end;
$$;
comment on function trading.place_exits is
  'The exits of what entry has just opened at a place of the mark''s path, and where the rest of the path reaches them; nulls: it does not.';

create function trading.watch_rest(inout booking trading.booking)
  language plpgsql immutable set search_path = '' as $$
declare
  positions trading.positions[] := booking.positions;
begin
  for slot in 1 .. cardinality(positions) loop
    if booking.seen_places[slot] is not null and (positions[slot]).quantity <> 0 then
      positions[slot] := trading.watch_position(positions[slot], trading.prices_watched(booking.bar, positions[slot], booking.seen_places[slot], null));
    end if;
  end loop;
  booking.positions := positions;
end;
$$;
comment on function trading.watch_rest is 'What is held at the end of a bar has seen the rest of its path.';

-- Keep ---------------------------------------------------------------------------------------------

create function trading.minute_marks(bars trading.mark_bars[]) returns trading.mark_bars[]
  language plpgsql immutable set search_path = '' as $$
begin
  return array(
    select row(b.account_id, b.symbol, b.minute, (array_agg(b.open order by b.ordinality))[1], max(b.high), min(b.low),
               (array_agg(b.close order by b.ordinality desc))[1])::trading.mark_bars
    from unnest(bars) with ordinality b group by b.account_id, b.symbol, b.minute);
end;
$$;
comment on function trading.minute_marks is 'Marks in their order as bars: one of each symbol and minute.';

create function trading.minute_equity(bars trading.equity_bars[]) returns trading.equity_bars[]
  language plpgsql immutable set search_path = '' as $$
begin
  return array(
    select row(b.account_id, b.epoch, b.minute, (array_agg(b.open order by b.ordinality))[1], max(b.high), min(b.low),
               (array_agg(b.close order by b.ordinality desc))[1], (array_agg(b.exposure order by b.ordinality desc))[1])::trading.equity_bars
    from unnest(bars) with ordinality b group by b.account_id, b.epoch, b.minute);
end;
$$;
comment on function trading.minute_equity is 'Equity after alerts, in their order, as bars: one of each minute.';

create function trading.keep(
  booking trading.booking, positions trading.positions[], markets trading.market[], alerts trading.alerts[],
  placed trading.orders[], changed trading.orders[], fills trading.fills[], trades trading.trades[],
  mark_bars trading.mark_bars[], equity_bars trading.equity_bars[]
) returns void
  language plpgsql volatile set search_path = '' as $$
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
      trail_amount = o.trail_amount, trail_percent = o.trail_percent, trail_peak = o.trail_peak, activation_price = o.activation_price,
      take_profits = o.take_profits, stop_loss = o.stop_loss, triggered = o.triggered, seen_from = o.seen_from,
      expires_at = o.expires_at, reduce_only = o.reduce_only, waiting = o.waiting,
      status = o.status, reason = o.reason, closed_at = o.closed_at
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
    last_previous = excluded.last_previous, last_target = excluded.last_target, seen_from = excluded.seen_from,
    quote_basis = excluded.quote_basis;
  insert into trading.marks select booked.id, m.symbol, m.mark, m.marked_at, m.exchange from unnest(markets) m where m.mark is not null
  on conflict (account_id, symbol) do update set price = excluded.price, marked_at = excluded.marked_at, exchange = excluded.exchange;
  insert into trading.mark_bars as kept
  select b.* from unnest(case when cardinality(mark_bars) = 1 then mark_bars else trading.minute_marks(mark_bars) end) b
  on conflict (account_id, symbol, minute) do update set
    high = greatest(kept.high, excluded.high), low = least(kept.low, excluded.low), close = excluded.close;
  insert into trading.equity_bars as kept
  select b.* from unnest(case when cardinality(equity_bars) = 1 then equity_bars else trading.minute_equity(equity_bars) end) b
  on conflict (account_id, epoch, minute) do update set
    high = greatest(kept.high, excluded.high), low = least(kept.low, excluded.low),
    close = excluded.close, exposure = excluded.exposure;
  update trading.accounts a set cash = booked.cash, version = booked.version, halted_at = booked.halted_at,
    halt_reason = booked.halt_reason, day_equity = booked.day_equity, day_ends_at = booked.day_ends_at
  where a.id = booked.id;
end;
$$;
comment on function trading.keep is
  'The fourth act: writes what a pass over an account''s alerts came to: one statement a table, two for orders: those it placed, those it changed.';

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
                                 where r.account_id = booked.id and r.epoch = booked.epoch and r.leg is null and r.reason is distinct from 'margin_call'
                                 order by r.id + 0 desc limit settings.max_orders_per_minute);
  end if;
  return booking;
end;
$$;
comment on function trading.load_booking is 'An account that is about to be booked.';

create function trading.inbox_row(booking trading.booking, dedupe_key text, orders text, held trading.positions, multiplier numeric) returns trading.alerts
  language plpgsql immutable set search_path = '' as $$
declare
  request constant trading.alert_request := booking.request;
  code constant text := booking.code;
  cash constant numeric := (booking.portfolio).cash;
  equity constant numeric := cash + (booking.portfolio).holdings_value;
  money constant text[] := case when scale(equity) <= 18 then array[trim_scale(cash), trim_scale(equity)]::text[]
    else trading.decimals(array[cash, equity]) end;
  inbox trading.alerts;
  fill trading.fills;
  fills text := '';
begin
  foreach fill in array booking.fills loop
    fills := fills || case when fills = '' then '' else ',' end || trading.fill_json(fill);
  end loop;
  inbox.account_id := (booking.account).id;
  inbox.epoch := (booking.account).epoch;
  inbox.id := booking.alert_id;
  inbox.dedupe_key := coalesce(dedupe_key, (booking.account).id || '/' || (booking.account).epoch || '/alert:' || booking.alert_id);
  inbox.message_id := request.message_id;
  inbox.content_hash := request.hash;
  inbox.strategy := request.strategy;
  inbox.symbol := request.symbol;
  inbox.request := request.message;
  inbox.alert_time := request.time;
  inbox.received_at := booking.at;
  inbox.status := case when code is null then booking.status else 'rejected' end;
  inbox.code := code;
  inbox.answer := trading.answer_json(inbox.status, code, booking.message, booking.alert_id, request, orders, fills,
    trading.position_json(held, multiplier),
    ',"cash":"' || money[1] || '","equity":"' || money[2] || '"'
      || case when (booking.portfolio).halted then ',"halted":' || to_json((booking.account).halt_reason) else '' end
      || case when ((booking.own).placed).waiting and code is null then ',"reason":"waiting_for_price"' else '' end
      || case when code = 'stop_too_far' then ',"path":"stop_loss"' when code = 'invalid_price' then ',"path":"price"'
           when code = 'invalid_bracket' and starts_with(booking.message, 'take_profits[')
             then ',"path":"' || split_part(booking.message, ' ', 1) || '"' else '' end
      || case when (booking.own).repaired is not null and code is null
           then ',"repaired":{"expected":"' || trading.decimal((booking.own).repaired) || '","booked":"' || trading.decimal((booking.own).delta) || '"}' else '' end);
  if request.action = 'modify' then  -- it may be sent again and again, and name hundreds of orders each time
    inbox.answer := trading.short_answer(inbox.answer);
  end if;
  return inbox;
end;
$$;
comment on function trading.inbox_row is
  'An alert as the inbox keeps it, with its answer: the orders that it touched (as JSON, with commas between), its fills, the position and the account after it.';

-- All four -----------------------------------------------------------------------------------------

create function trading.count_places(inout booking trading.booking, loaded trading.orders[], others trading.orders[])
  language plpgsql volatile set search_path = '' as $$
begin
  booking.places_unloaded := coalesce(booking.places_unloaded, trading.count_places_elsewhere((booking.account).id, loaded));
  booking.places_elsewhere := booking.places_unloaded + (select coalesce(sum(trading.places_of(o)), 0) from unnest(others) o);
end;
$$;
comment on function trading.count_places is
  'A booking that knows what the orders that are not handed over count: others, and in the table those that were not loaded, counted once.';

create function trading.call_margin(
  inout booking trading.booking, market trading.market, positions trading.positions[], own_slot integer, orders trading.orders[]
)
  language plpgsql immutable set search_path = '' as $$
begin
  booking.market := market;
  booking.positions := positions;
  booking.orders := orders;
  booking.changed_slots := '{}';
  booking.touched := '{}';
  booking.reached := '{}';
  booking.bar := null;
  booking.own_slot := own_slot;
  booking.called := true;
end;
$$;
comment on function trading.call_margin is 'A booking that goes on with a margin call: of the position at own_slot, of whatever symbol.';

create function trading.book_account(booked trading.accounts, requests trading.alert_request[], all_held boolean) returns json[]
  language plpgsql volatile set search_path = '' as $$
declare
  now_at constant timestamptz := clock_timestamp();
  held_symbols constant text[] := case when all_held then trading.held_symbols(booked.id) end;
  booking trading.booking := trading.load_booking(booked);
  orders trading.orders[] := trading.load_orders(booked.id, requests, held_symbols, now_at);  -- then those that this pass places
  loaded constant integer := cardinality(orders);
  positions trading.positions[] := trading.load_positions(booked.id, requests, held_symbols, orders);
  markets trading.market[] := trading.load_markets(booked, positions);
  resting integer[] := '{}';          -- the slots of the orders that rest,
  resting_symbols text[];             -- their symbols,
  first_expiry timestamptz;           -- when the first of them expires,
  is_outdated boolean := loaded > 0;  -- and whether that has changed since
  asked trading.planned_request;
  request trading.alert_request;
  twin trading.alerts;
  at timestamptz;
  market trading.market;
  slot integer;
  concerned integer[];  -- the slots of the orders that are handed over
  handed trading.orders[];
  touched integer[];
  orders_json text;
  fill trading.fills;
  equity numeric;
  calls integer;        -- positions that margin calls have closed at this alert
  answers json[] := '{}';
  new_alerts trading.alerts[] := '{}';
  duplicates trading.duplicates[] := '{}';
  fills trading.fills[] := '{}';
  trades trading.trades[] := '{}';
  changed integer[] := '{}';
  mark_bars trading.mark_bars[] := '{}';
  equity_bars trading.equity_bars[] := '{}';
begin
  for asked in select * from trading.load_requests(booked, requests, positions, now_at, (booking.settings).dedupe_window) loop
    request := requests[asked.nr];
    if asked.twin_id is not null or asked.twin_nr is not null then
      twin := trading.find_twin(asked, request, new_alerts, coalesce(request.received_at, now_at), (booking.settings).dedupe_window);
      if twin.content_hash = request.hash and asked.earlier_key is not null and request.id is null and trading.is_overtaken(twin, new_alerts) then
        asked.dedupe_key := trading.next_dedupe_key(asked.dedupe_key, twin.dedupe_key);
      elsif twin.id is not null then
        answers[asked.nr] := trading.twin_json(twin, asked, request, positions[asked.position_slot], markets[asked.market_slot]);
        duplicates := case when twin.content_hash = request.hash then array_append(duplicates, trading.duplicate_of(twin, request, now_at)) else duplicates end;
        continue;
      end if;
    end if;

    at := coalesce(request.received_at, case when (booking.settings).clock = 'alert' then least(request.time, now_at) end, now_at);
    market := markets[asked.market_slot];
    slot := asked.position_slot;
    touched := '{}';
    calls := 0;
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
      concerned := '{}';
      handed := '{}';
      if market.symbol = any (resting_symbols) or first_expiry <= at or request.action = 'cancel' then
        concerned := array(select s from unnest(resting) s
                           where (orders[s]).symbol = market.symbol or (orders[s]).expires_at <= at or request.action = 'cancel' order by s);
        handed := array(select orders[s] from unnest(concerned) s order by s);
      end if;
      if coalesce(request.action, 'buy') in ('buy', 'sell', 'close') and (request.price is null or request.order_type <> 'market'
          or request.take_profits is not null or request.stop_loss is distinct from null) then
        booking := trading.count_places(booking, case when booking.places_unloaded is null then orders[:loaded] end,
                                        array(select orders[s] from unnest(resting) s where s <> all (concerned)));
      end if;
      if calls = 0 then
        booking := trading.see(booking, request, at, market, positions[market.first_slot:market.last_slot], slot - market.first_slot + 1, handed,
                               case when handed <> '{}' then trading.sources_of(handed, new_alerts) end);
        if request.action in ('halt', 'resume', 'cancel', 'modify') then
          booking := trading.decide(booking);
        end if;
      else
        booking := trading.call_margin(booking, market, positions[market.first_slot:market.last_slot], slot - market.first_slot + 1, handed);
      end if;
      if request.action is distinct from 'mark' or cardinality(booking.reached) > 0 or (booking.bar).length > 0 or calls > 0 then
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
        touched := case when concerned[slot] = any (touched) then touched else array_append(touched, concerned[slot]) end;
      end loop;
      if (booking.bar).close is not null then
        mark_bars := array_append(mark_bars, row(booked.id, market.symbol, date_trunc('minute', (booking.market).marked_at), (booking.bar).open, (booking.bar).high,
          (booking.bar).low, (booking.bar).close)::trading.mark_bars);
      end if;
      exit when ((booking.settings).margin_call = 'close' and calls < 20 and trading.is_called(booking.portfolio, booking.settings)) is not true;
      if not all_held then
        return null;
      end if;
      calls := calls + 1;  -- the next alert goes on
      slot := trading.called_position(positions, markets, booking.portfolio);
      market := markets[(select s from generate_subscripts(markets, 1) s where slot between (markets[s]).first_slot and (markets[s]).last_slot)];
    end loop;

    orders_json := '';
    foreach slot in array touched loop
      orders_json := orders_json || case when orders_json = '' then '' else ',' end || trading.order_json(orders[slot]);
    end loop;
    new_alerts := array_append(new_alerts,
      trading.inbox_row(booking, asked.dedupe_key, orders_json, positions[asked.position_slot], (markets[asked.market_slot]).quote_multiplier));
    answers[asked.nr] := (new_alerts[cardinality(new_alerts)]).answer;
    foreach fill in array booking.fills loop
      fills := array_append(fills, fill);
    end loop;
    if cardinality(booking.trades) > 0 then
      trades := trades || booking.trades;
    end if;
    -- A mark that is older than the last one changes nothing: on the alerts' clock it would put today's equity into its own minute.
    if request.action is distinct from 'mark' or coalesce((booking.request).time >= (markets[asked.market_slot]).marked_at, true) then
      equity := (booking.portfolio).cash + (booking.portfolio).holdings_value;
      equity_bars := array_append(equity_bars, row(booked.id, booked.epoch, date_trunc('minute', booking.at), equity, equity, equity, equity,
        (booking.portfolio).exposure)::trading.equity_bars);
    end if;
  end loop;

  if cardinality(new_alerts) > 0 then
    perform trading.keep(booking, positions, markets, new_alerts, orders[loaded + 1:],
      array(select orders[c.slot] from (select distinct unnest(changed) as slot) c where c.slot <= loaded order by c.slot),
      fills, trades, mark_bars, equity_bars);
  end if;
  perform trading.write_duplicates(duplicates);
  return answers;
end;
$$;
comment on function trading.book_account is
  'Books the requests of one account, whose locks are held, in order of arrival; an answer each. Null, with nothing written: a margin call came, '
  'for which all_held is needed.';
