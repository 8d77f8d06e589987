-- The third act of booking: fill.

create function trading.plan_reached(booking trading.booking, resting trading.orders, price numeric)
  returns trading.order_plan language plpgsql volatile set search_path = '' as $$
declare
  held constant trading.positions := booking.positions[trading.slot_of(booking.positions, resting.strategy)];
  portfolio constant trading.portfolio := booking.portfolio;
  settings constant trading.account_settings := booking.settings;
  market constant trading.market := booking.market;
  request trading.alert_request;  -- its alert, where its size is made anew
  plan trading.order_plan;
  quantity numeric;
  fits trading.refused;
begin
  if resting.waiting or resting.resize and not resting.reduce_only then
    -- As it was read, whether in this pass or before.
    request := (trading.read_requests(jsonb_build_array(coalesce(
      (select n.request from unnest(booking.sources) n where n.id = resting.alert_id),
      (select a.request from trading.alerts a where a.id = resting.alert_id)))))[1];
  end if;
  if resting.waiting then
    request.price := price;
    request.time := null;  -- that it is not stale was judged when it came
    request.max_age := null;
    plan := trading.plan_order(request, held, market, portfolio, settings, booking.at);
    plan.code := coalesce(plan.code, case when plan.delta = 0 then 'nothing_to_do' end);
    if plan.code is null then
      resting.side := (plan.placed).side;
      resting.quantity := (plan.placed).quantity;
      resting.reduce_only := (plan.placed).reduce_only;
      resting.waiting := false;
      resting.expires_at := case resting.time_in_force when 'day' then resting.expires_at end;
    end if;
    plan.placed := resting;
    return plan;
  end if;

  plan.placed := resting;
  if market.multiplier is null then  -- its currency is another than when it was placed
    plan.code := 'no_rate';
  elsif request.quantity is not null then
    quantity := trading.order_size(resting.side, request.quantity, request.quantity_type,
                                   resting.stop_loss, held.quantity, price, portfolio, settings, market);
    plan.code := case when coalesce(quantity, 0) = 0 then 'quantity_too_small'
      when quantity >= 1e18 then 'quantity_too_large' end;
    plan.placed.quantity := case when plan.code is null then quantity else resting.quantity end;
  end if;
  if plan.code is not null then
    return plan;
  end if;
  plan.delta := case resting.side when 'buy' then (plan.placed).quantity else -(plan.placed).quantity end;
  plan.price := case when resting.type in ('stop', 'trailing_stop') and settings.slippage_bps <> 0
    then trading.slipped_price(price, plan.delta, settings.slippage_bps) else price end;
  plan.fee := coalesce(resting.fee, trading.fill_fee(settings, abs(plan.delta), plan.price, market.multiplier));
  fits := trading.refusal(held.quantity, plan.delta, plan.price, plan.fee, portfolio, settings, market);
  if fits.code is not null then
    plan := trading.fit_plan(plan, held.quantity, plan.price, portfolio, settings, market);
    plan.placed.reason := case when plan.repaired is not null then 'cut_to_funds' end;
  end if;
  return plan;
end;
$$;
comment on function trading.plan_reached is
  'What an order that rests comes to at the price that fills it, as the rules allow it by then, or the code of a '
  'refusal. One that waited for a price: its alert planned anew, given what is held now; nothing_to_do when nothing is '
  'left to trade. Of what does not fit only the part that may be traded (reason cut_to_funds).';

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
                             booking.portfolio, booking.settings, booking.at, array(
      -- Those that wait for a price and fill before it: not those of an earlier target, which goes.
      select resting[s] from generate_subscripts(resting, 1) s
      where (resting[s]).status = 'open' and (resting[s]).waiting
        and (resting[s]).symbol = (booking.request).symbol and (resting[s]).strategy = (booking.request).strategy
        and not ((resting[s]).for_target and ((booking.request).target).quantity is not null)
      order by s));
  end if;
  o := own.placed;
  if own.code is not null or own.delta = 0 and o.waiting is not true then
    return own;
  end if;
  o.time_in_force := coalesce((booking.request).time_in_force, 'gtc');
  o.take_profits := (booking.request).take_profits;
  o.stop_loss := (booking.request).stop_loss;
  own.placed := o;
  if booking.places_elsewhere is not null then
    places := trading.places_needed(own);
    -- What goes on resting: a target takes away an earlier target's.
    if places > 0 and booking.places_elsewhere + places + (
      select coalesce(sum(trading.places_of(r)), 0) from unnest(resting) r
      where r.status = 'open' and (((booking.request).target).quantity is null or not (
        r.for_target and r.symbol = (booking.request).symbol and r.strategy = (booking.request).strategy))
    ) > (booking.settings).max_resting_orders then
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
  o.status := 'open';
  if o.time_in_force = 'day' then
    o.expires_at := least(o.expires_at, trading.day_end(booking.at, (booking.settings).time_zone));
  end if;
  own.placed := case when own.price is null and o.time_in_force = 'ioc' then trading.canceled(o, 'ioc', booking.at)
    else o end;
  return own;
end;
$$;
comment on function trading.plan_own is
  'What an alert''s own order comes to: it fills at once (price) or rests, or is nothing (no id); or why not.';

create function trading.plan_call(booking trading.booking) returns trading.order_plan
  language plpgsql volatile set search_path = '' as $$
declare
  held constant trading.positions := booking.positions[booking.own_slot];
  closing trading.alert_request;
  due trading.order_plan;
begin
  closing.action := 'close';
  closing.strategy := held.strategy;
  closing.symbol := held.symbol;
  closing.price := (booking.market).mark;
  booking.request := closing;
  booking.seen_from := null;
  due := trading.plan_own(booking, '{}');
  due.placed.reason := 'margin_call';
  return due;
end;
$$;
comment on function trading.plan_call is
  'The order by which a margin call closes the position at own_slot, at its last mark. Its alert is the one that '
  'brought the call about.';

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
  cost numeric;
begin
  if bar.length > 0 and was.quantity <> 0 and booking.seen_places[slot] <= coalesce(place, bar.length) then
    was := trading.watch_position(was, trading.prices_watched(bar, was, booking.seen_places[slot], place));
    booking.seen_places[slot] := coalesce(place, bar.length);
  end if;
  filled := trading.apply_fill(was, delta, price, market.quote_multiplier, due.fee, booking.at, market.rate);
  held := filled.held;
  change := abs(held.quantity) - abs(was.quantity);
  cost := case when market.rate is null then delta * price * market.multiplier
    else held.cost_basis - was.cost_basis - filled.realized end;
  portfolio.cash := portfolio.cash - cost - due.fee;
  portfolio.holdings_value := portfolio.holdings_value + delta * (market.mark - price) * market.multiplier + cost;
  portfolio.exposure := portfolio.exposure + change * abs(market.mark) * market.multiplier;
  if market.rate is not null then
    fill.rate := market.rate;
    fill.cost := cost;
    portfolio := trading.move_currency(portfolio, market.currency,
      delta * market.mark * market.quote_multiplier - coalesce(held.quote_basis, 0) + coalesce(was.quote_basis, 0),
      change * abs(market.mark) * market.quote_multiplier);
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
  positions trading.positions[];
  next_reached integer := 1;
  met trading.reached_order;
  slot integer;   -- of the order at hand
  place numeric;  -- on the path of the mark; null: outside of it
  o trading.orders;
  leg trading.orders;
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
      for leg in
        select l.* from trading.bracket_legs(
          o, booking.last_opened, (booking.last_fill).price, booking.market, booking.at, booking.seen_from) l
      loop
        orders := array_append(orders, leg);
        touched := array_append(touched, cardinality(orders));
        continue when place is null;
        -- The rest of the path may reach it.
        seen := trading.watch_in_bar(leg, booking.bar, case when (booking.bar).path is not null then place end);
        orders[cardinality(orders)] := seen.resting;
        if seen.fill_price is not null then
          slot := next_reached;  -- behind those that the path reaches before it, or at the same place
          while (reached[slot]).place <= seen.place loop
            slot := slot + 1;
          end loop;
          reached := reached[:slot - 1]
            || row(cardinality(orders), seen.fill_price, seen.place)::trading.reached_order || reached[slot:];
        end if;
      end loop;
    end if;
  end loop;
  booking.orders := orders;
  booking.touched := touched;
  booking.fills := fills;
  booking.trades := trades;
  if (booking.bar).length > 0 then
    -- What is held at the end of the bar has seen the rest of its path.
    positions := booking.positions;
    for slot in 1 .. cardinality(positions) loop
      if booking.seen_places[slot] is not null and (positions[slot]).quantity <> 0 then
        positions[slot] := trading.watch_position(positions[slot],
          trading.prices_watched(booking.bar, positions[slot], booking.seen_places[slot], null));
      end if;
    end loop;
    booking.positions := positions;
  end if;
  if (booking.settings).max_daily_loss is not null then
    booking := trading.halt_on_loss(booking);
  end if;
end;
$$;
comment on function trading.fill is
  'The third act: one at a time, each under all the rules, the orders that the mark reaches, the alert''s own, and '
  'those of its exits that the rest of the path reaches. In a margin call, the position that is called.';
