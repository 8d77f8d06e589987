-- The third act of booking: fill.

create function trading.plan_reached(booking trading.booking, resting trading.orders, price numeric)
  returns trading.order_plan language plpgsql volatile set search_path = '' as $$
declare
  held constant trading.positions := booking.positions[trading.slot_of(booking.positions, resting.strategy)];
begin
  if resting.waiting then
    return trading.plan_waited(resting, trading.request_of(resting, booking.sources), held, booking.market, price,
                               booking.portfolio, booking.settings, booking.at);
  end if;
  return trading.plan_rested(resting, case when resting.resize and not resting.reduce_only
                               then trading.request_of(resting, booking.sources) end,
                             held, booking.market, price, booking.portfolio, booking.settings);
end;
$$;
comment on function trading.plan_reached is
  'What an order that rests comes to at the price that fills it, as the rules allow it by then.';

create function trading.plan_call(booking trading.booking) returns trading.order_plan
  language plpgsql volatile set search_path = '' as $$
declare
  held constant trading.positions := booking.positions[booking.own_slot];
  due trading.order_plan;
  placed trading.orders;
begin
  placed.id := nextval('trading.orders_id_seq');
  placed.account_id := held.account_id;
  placed.epoch := (booking.account).epoch;
  placed.alert_id := booking.alert_id;  -- of the alert that brought it about
  placed.strategy := held.strategy;
  placed.symbol := held.symbol;
  placed.side := case when held.quantity > 0 then 'sell' else 'buy' end;
  placed.type := 'market';
  placed.quantity := abs(held.quantity);
  placed.triggered := false;
  placed.time_in_force := 'gtc';
  placed.reduce_only := true;
  placed.for_target := false;
  placed.resize := false;
  placed.waiting := false;
  placed.status := 'open';
  placed.reason := 'margin_call';
  placed.created_at := booking.at;
  due.placed := placed;
  due.delta := -held.quantity;
  due.price := trading.slipped_price((booking.market).mark, due.delta, (booking.settings).slippage_bps);
  due.fee := trading.fill_fee(booking.settings, abs(due.delta), due.price, (booking.market).multiplier);
  return due;
end;
$$;
comment on function trading.plan_call is
  'The order by which a margin call closes the position at own_slot, at its last mark.';

create function trading.plan_own(booking trading.booking, resting trading.orders[]) returns trading.order_plan
  language plpgsql volatile set search_path = '' as $$
declare
  own trading.order_plan;
  o trading.orders;
  places integer;
begin
  if booking.order_times is not null then
    booking.portfolio.recent_orders := (select count(*) from unnest(booking.order_times) t
      where t > booking.at - interval '1 minute');
  end if;
  own := trading.plan_order(booking.request, booking.positions[booking.own_slot], booking.market, booking.portfolio,
    booking.settings, booking.at);
  if own.code = 'no_price' then
    own := trading.plan_wait(own, booking.request, booking.positions[booking.own_slot], booking.market,
                             booking.portfolio, booking.settings, booking.at,
                             trading.orders_ahead(resting, booking.request));
  end if;
  o := own.placed;
  if own.code is not null or own.delta = 0 and o.waiting is not true then
    return own;
  end if;
  if booking.places_elsewhere is not null then
    places := trading.places_needed(own);
    if places > 0 and booking.places_elsewhere + trading.places_taken(resting, booking.request) + places
      > (booking.settings).max_resting_orders then
      return trading.refused_plan('too_many_orders', 'max_resting_orders: ' || (booking.settings).max_resting_orders
        || ' rest, with the exits that they would place');
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
  own.placed := case when own.price is null and o.time_in_force = 'ioc' then trading.canceled(o, 'ioc', booking.at)
    else o end;
  return own;
end;
$$;
comment on function trading.plan_own is
  'What an alert''s own order comes to: it fills at once (price) or rests, or is nothing (no id); or why not.';

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
  filled := case when market.rate is null
    then trading.apply_fill(was, delta, price, market.multiplier, due.fee, booking.at)
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
  portfolio.open_positions := portfolio.open_positions + case when was.quantity = 0 then 1
    when held.quantity = 0 then -1 else 0 end;
  market.net_quantity := market.net_quantity + delta;
  market.gross_quantity := market.gross_quantity + change;
  market.exchange := coalesce(market.exchange, o.exchange);
  booking.last_opened := case when sign(was.quantity) = -sign(delta) then greatest(abs(delta) - abs(was.quantity), 0)
    else abs(delta) end;
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
  'A fill at a place of the mark''s path (null: outside of it): what it changes in its position, cash and the market.';

create function trading.place_exits(booking trading.booking, entry trading.orders, place numeric)
  returns table (resting trading.orders, fill_price numeric, reached_at numeric)
  language plpgsql volatile set search_path = '' as $$
begin
  return query
  select coalesce(w.resting, l), w.fill_price, w.place
  from trading.bracket_legs(
    entry, booking.last_opened, (booking.last_fill).price, booking.market, booking.at, booking.seen_from) l
  left join lateral trading.watch_in_bar(
    l, booking.bar, case when (booking.bar).path is not null then place_exits.place end) w
    on place_exits.place is not null;
end;
$$;
comment on function trading.place_exits is
  'The exits of what entry opened at a place of the mark''s path, and where the rest of it reaches them; or nulls.';

create function trading.watch_rest(inout booking trading.booking) language plpgsql immutable set search_path = '' as $$
declare
  positions trading.positions[] := booking.positions;
begin
  for slot in 1 .. cardinality(positions) loop
    if booking.seen_places[slot] is not null and (positions[slot]).quantity <> 0 then
      positions[slot] := trading.watch_position(positions[slot],
        trading.prices_watched(booking.bar, positions[slot], booking.seen_places[slot], null));
    end if;
  end loop;
  booking.positions := positions;
end;
$$;
comment on function trading.watch_rest is 'What is held at the end of a bar has seen the rest of its path.';

create function trading.fill(inout booking trading.booking) language plpgsql volatile set search_path = '' as $$
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
  is_followed boolean;  -- by a close of all, which goes with what is held
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
        booking.positions[booking.own_slot] := trading.note_alert(booking.positions[booking.own_slot],
          booking.request, due.overtaken);
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
    -- Asked once, and only beside other orders: a query in an expression takes 13 microseconds.
    if cardinality(orders) > 1 and is_followed is null then
      is_followed := exists (select from unnest(orders) r where r.resize and r.reduce_only);
    end if;
    if cardinality(orders) > 1 and (is_followed or booking.last_opened < (booking.last_fill).quantity) then
      for seen in
        select * from trading.fit_exits(
          orders, booking.positions[trading.slot_of(booking.positions, o.strategy)], o, booking.at)
      loop
        orders[seen.slot] := seen.fitted;
        touched := array_append(touched, seen.slot);
      end loop;
    end if;
    if booking.last_opened > 0 and not o.reduce_only
      and (o.stop_loss is distinct from null or o.take_profits is not null) then
      for seen in select * from trading.place_exits(booking, o, place) loop
        orders := array_append(orders, seen.resting);
        touched := array_append(touched, cardinality(orders));
        if seen.fill_price is not null then
          slot := next_reached;  -- behind those that the path reaches before it, or at the same place
          while (reached[slot]).place <= seen.reached_at loop
            slot := slot + 1;
          end loop;
          reached := reached[:slot - 1]
            || row(cardinality(orders), seen.fill_price, seen.reached_at)::trading.reached_order || reached[slot:];
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
  'The third act: one at a time, each under all the rules, the orders that the mark reaches, the alert''s own, and '
  'those of its exits that the rest of the path reaches. In a margin call, the position that is called.';
