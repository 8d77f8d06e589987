-- Booking the alerts of one account: each in three acts, in memory, in order of arrival, and the fourth for all of them
-- together.
--   see     the mark that an alert brings: what is held is valued at it, and which resting orders its path reaches is
--           found
--   decide  what it commands: halt, resume, cancel, modify. Before the fills of its own price: a cancel at 94 saves the
--           limit at 95
--   fill    what was reached, then its own order, then what that placed on the path, one at a time, each under all the
--           rules
--   keep    what all of them came to, in one statement a table
-- The caller holds the locks.

create type trading.reached_order as (slot integer, price numeric, place numeric);
comment on type trading.reached_order is
  'A resting order that the path of a mark reaches: its slot in orders, the price that fills it, and where.';

create type trading.booking as (
  account trading.accounts, settings trading.account_settings, portfolio trading.portfolio,
  known_symbols integer, order_times timestamptz[],
  request trading.alert_request, alert_id bigint, at timestamptz, seen_from timestamptz,
  market trading.market, positions trading.positions[], own_slot integer, called boolean,
  orders trading.orders[], changed_slots integer[], touched integer[],
  places_unloaded integer, places_elsewhere integer, sources trading.alerts[],
  bar trading.bar, seen_places numeric[], reached trading.reached_order[],
  own trading.order_plan, last_fill trading.fills, last_opened numeric, last_trade trading.trades,
  fills trading.fills[], trades trading.trades[], status text, code text, message text
);
comment on type trading.booking is
  'An alert while it is booked: the acts hand it on. Of its account: known_symbols, counted when first needed; '
  'order_times, those of its newest orders where their rate is limited, else null. Of the alert: when it arrived (at), '
  'and from when on what it places or opens sees prices (seen_from; null: it carries no time). Of its symbol: the '
  'market; the positions of all strategies, own_slot that of its own, or in a margin call the one that is called. '
  'orders: the open ones that may be concerned, then those that it places; changed_slots and touched changed, the '
  'latter its answer shows; places_elsewhere: what the other orders count toward max_resting_orders, where that may '
  'matter, and places_unloaded those that were not loaded; sources: alerts of this pass whose orders are sized at '
  'their fill. bar: its mark; seen_places: up to where each position has seen it (null: it is none of its); reached: '
  'what is to fill. own: the plan of its own order. last_fill, what it opened and the trade that it closed; and all '
  'fills and trades. What it is answered: status, code, message.';

-- See ---------------------------------------------------------------------------------------------

create function trading.halt_on_loss(inout booking trading.booking)
  language plpgsql immutable set search_path = '' as $$
begin
  if (booking.account).halted_at is null
     and (booking.account).day_equity - (booking.portfolio).cash - (booking.portfolio).holdings_value
       >= (booking.settings).max_daily_loss then
    booking.account.halted_at := booking.at;
    booking.account.halt_reason := 'max_daily_loss';
    booking.portfolio.halted := true;
  end if;
end;
$$;
comment on function trading.halt_on_loss is 'Halts an account that has lost max_daily_loss since its day began.';

create function trading.see(
  inout booking trading.booking, request trading.alert_request, at timestamptz, market trading.market,
  positions trading.positions[], own_slot integer, orders trading.orders[]
) language plpgsql volatile set search_path = '' as $$
declare
  settings constant trading.account_settings := booking.settings;
  portfolio trading.portfolio := booking.portfolio;
  held constant trading.positions := positions[own_slot];
  is_of_symbol constant boolean := coalesce(request.action, 'buy') not in ('halt', 'resume');
  seen_from constant timestamptz := case when request.interval is not null and settings.clock = 'arrival'
    then trading.end_of_bar(request.time, request.interval, at) else request.time end;
  marked_at timestamptz;
  bar trading.bar;
  has_room boolean := true;
  is_worthless boolean := false;  -- it closes at 0, which is no mark: it is its own fill's price only
  known_as text;                  -- the exchange that its symbol is known under, where it names another
  change numeric;
  seen record;
begin
  if num_nonnulls(request.open, request.high, request.low) > 0 then
    request.time := seen_from;  -- An order's stays: whether it is late is judged by what its sender wrote.
  end if;
  -- a clock that runs ahead may not freeze the mark, nor make stale all that follows
  request.time := case when request.time > at then at else request.time end;
  booking.request := request;
  booking.alert_id := nextval('trading.alerts_id_seq');
  booking.at := at;
  booking.seen_from := case when request.time is not null then least(seen_from, at) end;
  booking.own_slot := own_slot;
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
    select r.has_room, r.code, r.message, r.known_symbols
    into has_room, booking.code, booking.message, booking.known_symbols
    from trading.check_room(request, positions, market, settings, orders, booking.known_symbols) r;
  end if;
  if request.exchange <> market.exchange then
    known_as := market.exchange;
  elsif request.exchange is not null and market.exchange is null and cardinality(orders) > 0 then
    -- Of a symbol that only orders rest of: their alerts cannot have named two.
    known_as := nullif((select o.exchange from unnest(orders) o where o.status = 'open'
      and o.symbol = request.symbol and o.exchange is not null limit 1), request.exchange);
  end if;
  if is_of_symbol and least(request.price, request.open, request.high, request.low) <= 0
    and not market.allow_nonpositive then
    is_worthless := trading.is_worthless(request, held, market, portfolio);
    if not is_worthless then
      booking.code := 'invalid_price';
      booking.message := 'the price is 0 or below: leave it out of a market order; where it is right, '
        'allow_nonpositive of the instrument allows it';
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
    -- without a rate it moves nothing
    change := (bar.close - coalesce(market.mark, 0)) * coalesce(market.multiplier, 0);
    portfolio.holdings_value := portfolio.holdings_value + market.net_quantity * change;
    portfolio.exposure := portfolio.exposure
      + market.gross_quantity * (abs(bar.close) - abs(coalesce(market.mark, 0))) * coalesce(market.multiplier, 0);
    if market.currency is not null then
      portfolio := trading.move_currency(portfolio, market.currency, market.net_quantity
        * (bar.close - coalesce(market.mark, 0)) * market.quote_multiplier, market.gross_quantity
        * (abs(bar.close) - abs(coalesce(market.mark, 0))) * market.quote_multiplier);
    end if;
    if portfolio.currencies is not null then
      portfolio := trading.rate_currencies(portfolio, market.symbol, bar.close, marked_at);
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
    for seen in select * from trading.watch_orders(orders, request.symbol, bar, at) loop
      if (seen.watched).expires_at <= at then
        seen.watched.status := 'expired';
        seen.watched.closed_at := at;
        booking.touched := array_append(booking.touched, seen.slot);
      elsif seen.fill_price is not null then
        booking.reached := array_append(booking.reached,
          row(seen.slot, seen.fill_price, seen.place)::trading.reached_order);
      end if;
      if seen.watched is distinct from orders[seen.slot] then
        orders[seen.slot] := seen.watched;
        booking.changed_slots := array_append(booking.changed_slots, seen.slot);
      end if;
    end loop;
  end if;
  booking.orders := orders;
  if settings.max_daily_loss is not null then
    booking := trading.halt_on_loss(booking);  -- before the fills: the price that shows the loss may not open more
  end if;
end;
$$;
comment on function trading.see is
  'The first act: what an alert''s price says. Values at it what is held of its symbol, and finds which resting orders '
  'it reaches. It is no mark where it is refused, is older than the last one, or there is no room for its symbol.';

-- Decide ------------------------------------------------------------------------------------------

create function trading.note_alert(inout held trading.positions, request trading.alert_request, is_overtaken boolean)
  language plpgsql immutable set search_path = '' as $$
declare
  previous constant numeric := trading.signed_target(request.previous);
  target constant numeric := case when (request.target).quantity is not null
    then trading.signed_target(request.target) end;
begin
  if request.time is distinct from held.last_alert_at and request.time is not null then
    held.last_held := coalesce(held.last_target, held.quantity);
    held.last_previous := previous;
    held.last_target := target;
  elsif request.time is not null and target is not null then
    if is_overtaken is not true and previous is distinct from held.last_target
      or is_overtaken and target = held.last_previous then
      held.last_previous := previous;
    end if;
    held.last_target := case when is_overtaken then held.last_target else target end;
  end if;
  held.last_alert_at := greatest(held.last_alert_at, request.time);
end;
$$;
comment on function trading.note_alert is 'A position that an alert was applied to: older ones are stale from now on.';

create function trading.modify_meant(inout booking trading.booking) language plpgsql volatile set search_path = '' as $$
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
      case when market.marked_at >= booking.at - make_interval(secs => settings.max_mark_age) then market.mark end),
      settings.max_stop_distance)
  loop
    booking.code := seen.code;
    booking.message := seen.message;
    if request.time < held.last_alert_at and not settings.allow_stale
      or extract(epoch from booking.at - request.time) > request.max_age then
      booking.code := 'stale_alert';
      booking.message := 'the alert is older than one already applied, or than its max_age';
    end if;
    exit when booking.code is not null;
    orders[seen.slot] := seen.modified;
    booking.touched := array_append(booking.touched, seen.slot);
    booking.reached := array(select row(r.slot, r.price, r.place)::trading.reached_order
      from unnest(booking.reached) with ordinality r
                             where r.slot <> seen.slot order by r.ordinality);  -- by its old price
    if seen.fill_price is not null then
      booking.reached := row(seen.slot, seen.fill_price, (booking.bar).length)::trading.reached_order
        || booking.reached;
    end if;
  end loop;
  booking.orders := orders;
  if booking.code is null and trading.is_known(held) then
    booking.positions[booking.own_slot] := trading.note_alert(held, request, false);
  end if;
end;
$$;
comment on function trading.modify_meant is
  'Changes resting orders as a modify asks, all or none; those whose new price is passed already are to fill.';

create function trading.decide(inout booking trading.booking) language plpgsql volatile set search_path = '' as $$
declare
  orders trading.orders[];
  gone record;
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
      -- or the same loss would halt it again at once
      booking.account.day_equity := (booking.portfolio).cash + (booking.portfolio).holdings_value;
      booking.portfolio.halted := false;
      booking.status := 'accepted';
    when 'cancel' then
      if booking.code is null then
        orders := booking.orders;
        for gone in select * from trading.cancel_orders(orders, booking.request, booking.at) loop
          orders[gone.slot] := gone.canceled;
          booking.touched := array_append(booking.touched, gone.slot);
          booking.status := 'canceled';
        end loop;
        booking.orders := orders;
      end if;
    when 'modify' then
      if booking.code is null then
        booking := trading.modify_meant(booking);
      end if;
    else null;
  end case;
end;
$$;
comment on function trading.decide is
  'The second act: what an alert commands beside trades: halt, resume, cancel, modify.';
