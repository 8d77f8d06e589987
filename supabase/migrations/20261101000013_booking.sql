-- Booking the alerts of one account: walk them in memory in order of arrival, then write every table once.
-- The caller holds the locks.

create function trading.book_account(booked trading.accounts, requests trading.alert_request[], all_held boolean) returns json[]
  language plpgsql volatile set search_path = '' as $$
declare
  now_at constant timestamptz := clock_timestamp();

  -- What the account is and holds.
  settings trading.account_settings;
  portfolio trading.portfolio;
  positions trading.positions[];
  markets trading.market[];
  orders trading.orders[];            -- open ones that may be concerned, so many were loaded, then those that this pass places
  loaded integer;
  held_symbols text[];                -- of all_held: what a margin call may close is loaded as well
  written_symbols text[];
  places_elsewhere integer;           -- of open orders that were not loaded, counted when first needed;
  places_here integer;                -- of the others, counted when one of them has changed
  known_symbols integer;              -- of the account, likewise
  position_slots integer[];           -- of each order; null: its symbol is in no request
  open_slots integer[];               -- the orders that rest,
  open_symbols text[];                -- their symbols,
  first_expiry timestamptz;           -- and when the first of them expires: what tells that none of them is concerned
  order_times timestamptz[] := '{}';  -- of the newest orders, where their rate is limited

  -- The request at hand.
  asked trading.planned_request;
  request trading.alert_request;
  twin trading.alerts;
  alert_id bigint;
  at timestamptz;
  market trading.market;
  has_room boolean;                   -- for its symbol and strategy
  is_worthless boolean;               -- it closes at 0, which is no mark: it is its own fill's price only
  known_as text;                      -- the exchange that its symbol is known under, where it names another
  bar trading.bar;
  seen_from timestamptz;              -- from when on what it places or opens sees prices; null: it carries no time
  minute timestamptz;
  mark_bar trading.mark_bars;
  equity numeric;
  equity_bar trading.equity_bars;
  status text;
  code text;
  message text;
  own trading.order_plan;
  touched integer[];                  -- orders that it placed or changed
  orders_json text;
  fills_json text;
  inbox trading.alerts;
  answers json[] := '{}';

  -- The fill at hand.
  reached integer[];                  -- orders that the mark fills, in the order in which it does,
  reached_prices numeric[];
  reached_places numeric[];           -- and where on its path
  next_reached integer;
  fill_place numeric;                 -- of the fill; null: it lies outside the bar
  seen_places numeric[];              -- up to where each position has seen the bar; null: it is none of its
  due trading.order_plan;
  calls integer;                      -- positions that margin calls have closed at this alert,
  called integer;                     -- and the one that they close now
  market_slot integer;                -- of the fill's symbol, which market is then
  slot integer;
  nr integer;
  o trading.orders;
  held trading.positions;
  delta numeric;
  price numeric;
  fee numeric;
  filled record;
  fill trading.fills;
  opened numeric;
  change numeric;
  seen record;

  -- What is written at the end.
  new_alerts trading.alerts[] := '{}';
  duplicates trading.duplicates[] := '{}';
  new_fills trading.fills[] := '{}';
  new_trades trading.trades[] := '{}';
  changed_slots integer[] := '{}';
  mark_bars trading.mark_bars[] := '{}';
  equity_bars trading.equity_bars[] := '{}';
begin
  select s.* into settings from trading.account_settings s where s.account_id = booked.id;
  -- Who cancels everywhere has written already when a margin call comes: there all is loaded from the start.
  all_held := all_held or settings.margin_call = 'close' and exists (select from unnest(requests) r where r.action = 'cancel' and r.symbol = '');
  held_symbols := case when all_held then trading.held_symbols(booked.id) end;
  orders := trading.load_orders(booked.id, requests, held_symbols, now_at);
  loaded := cardinality(orders);
  open_slots := array(select generate_subscripts(orders, 1));
  open_symbols := array(select r.symbol from unnest(orders) r);
  first_expiry := (select min(r.expires_at) from unnest(orders) r);
  positions := trading.load_positions(booked.id, requests, held_symbols, orders);
  position_slots := trading.position_slots(orders, positions);
  markets := trading.load_markets(booked, positions);
  portfolio := trading.load_portfolio(booked);
  -- Field by field: a row() of that many columns takes 2 microseconds, each field a tenth of one.
  fill.account_id := booked.id;
  fill.epoch := booked.epoch;
  inbox.account_id := booked.id;
  inbox.epoch := booked.epoch;
  if settings.max_orders_per_minute is not null then
    -- By -id, as orders_epoch_idx has it: by id the planner walks past the newer orders of other accounts.
    order_times := array(select r.created_at from trading.orders r
                         where r.account_id = booked.id and r.epoch = booked.epoch and r.leg is null and r.reason is distinct from 'margin_call'
                         order by -r.id limit settings.max_orders_per_minute);
  end if;

  for asked in
    select * from trading.load_requests(booked, requests, positions, now_at, settings.dedupe_window)
  loop
    request := requests[asked.nr];
    market_slot := asked.market_slot;
    market := markets[market_slot];
    if market.currency is not null then
      if not exists (select from unnest(portfolio.currencies) c where c.code = market.currency) then
        portfolio := trading.with_currency(portfolio, booked, market.currency, markets);
      end if;
      market := trading.at_rate(market, portfolio);
    end if;
    if asked.twin_id is not null or asked.twin_nr is not null then
      twin := trading.find_twin(asked, request, new_alerts, coalesce(request.received_at, now_at), settings.dedupe_window);
      if twin.content_hash = request.hash and asked.earlier_key is not null and request.id is null
         and trading.is_overtaken(twin, new_alerts) then
        asked.dedupe_key := trading.next_dedupe_key(asked.dedupe_key, twin.dedupe_key);
      elsif twin.content_hash = request.hash then
        answers[asked.nr] := trading.duplicate_json(twin.answer);
        duplicates := array_append(duplicates, row(booked.id, twin.id, 0, coalesce(request.received_at, now_at),
          request.message ->> 'request_id', request.message ->> 'key_id')::trading.duplicates);
        continue;
      elsif twin.id is not null then
        answers[asked.nr] := trading.answer_json('rejected', 'id_conflict',
          trading.conflict_message(request, request.idempotency_key is not null and twin.dedupe_key = asked.dedupe_key),
          null, request, '', '', trading.position_json(positions[asked.position_slot], market.quote_multiplier), '');
        continue;
      end if;
    end if;

    alert_id := nextval('trading.alerts_id_seq');
    at := coalesce(request.received_at, case when settings.clock = 'alert' then least(request.time, now_at) end, now_at);
    seen_from := case when request.interval is not null and settings.clock = 'arrival' then trading.end_of_bar(request, at) else request.time end;
    if num_nonnulls(request.open, request.high, request.low) > 0 then
      request.time := seen_from;  -- An order's stays: whether it is late is judged by what its sender wrote.
    end if;
    if request.time > at then  -- a clock that runs ahead may not freeze the mark, nor make stale all that follows
      request.time := at;
    end if;
    seen_from := case when request.time is not null then least(seen_from, at) end;
    status := 'ignored';
    code := null;
    message := null;
    own := null;
    touched := '{}';
    orders_json := '';
    fills_json := '';
    seen_places := '{}';
    calls := 0;
    reached := '{}';
    reached_prices := '{}';
    reached_places := '{}';
    next_reached := 1;
    if at >= booked.day_ends_at then
      booked.day_equity := portfolio.cash + portfolio.holdings_value;
      booked.day_ends_at := trading.day_end(at, settings.time_zone);
    end if;

    -- 1. The mark: value what is held at it and see which resting orders it reaches. None where there is no room for its symbol.
    bar := null;
    has_room := true;
    if not trading.is_known(positions[asked.position_slot]) then
      select r.has_room, r.code, r.message, r.known_symbols into has_room, code, message, known_symbols
      from trading.check_room(request, positions, market, settings, orders, known_symbols) r;
    end if;
    known_as := case
      when request.exchange <> market.exchange then market.exchange
      when request.exchange is not null and market.exchange is null
        then nullif(trading.resting_exchange(orders, open_slots, request.symbol), request.exchange) end;
    is_worthless := false;
    if least(request.price, request.open, request.high, request.low) <= 0 and not market.allow_nonpositive
       and coalesce(request.action, 'buy') not in ('halt', 'resume') then
      is_worthless := trading.is_worthless(request, positions[asked.position_slot], market, portfolio);
      if not is_worthless then
        code := 'invalid_price';
        message := 'the price is 0 or below: leave it out of a market order; where it is right, allow_nonpositive of the instrument allows it';
      end if;
    end if;
    if known_as is not null and code is null and request.order_id is null and coalesce(request.action, 'buy') not in ('halt', 'resume') then
      code := 'exchange_conflict';
      message := trading.foreign_message(request, known_as);
    end if;
    if has_room and code is null and known_as is null and not is_worthless and request.price is not null and coalesce(coalesce(request.time, at) >= market.marked_at, true) then
      bar := trading.bar_of(request, settings.bar_path);
      change := (bar.close - coalesce(market.mark, 0)) * coalesce(market.multiplier, 0);  -- without a rate it moves nothing
      portfolio.holdings_value := portfolio.holdings_value + market.net_quantity * change;
      portfolio.exposure := portfolio.exposure
        + market.gross_quantity * (abs(bar.close) - abs(coalesce(market.mark, 0))) * coalesce(market.multiplier, 0);
      if portfolio.currencies is not null then
        portfolio := trading.mark_currencies(portfolio, market, bar.close, coalesce(request.time, at));
        market := trading.at_rate(market, portfolio);  -- it may be its own pair
      end if;
      market.mark := bar.close;
      market.marked_at := coalesce(request.time, at);
      market.exchange := coalesce(market.exchange, request.exchange);
      minute := date_trunc('minute', market.marked_at);
      if market.bar_slot is null or (mark_bars[market.bar_slot]).minute <> minute then
        market.bar_slot := cardinality(mark_bars) + 1;
        mark_bars[market.bar_slot] := row(booked.id, market.symbol, minute, bar.open, bar.high, bar.low, bar.close);
      else
        mark_bar := mark_bars[market.bar_slot];
        mark_bar.high := greatest(mark_bar.high, bar.high);
        mark_bar.low := least(mark_bar.low, bar.low);
        mark_bar.close := bar.close;
        mark_bars[market.bar_slot] := mark_bar;
      end if;
      for i in market.first_slot .. market.last_slot loop
        if (positions[i]).quantity = 0 then
          seen_places[i] := null;
        elsif bar.length > 0 then
          seen_places[i] := trading.first_place((positions[i]).seen_from, bar);
        elsif coalesce((positions[i]).seen_from <= bar.ends_at, true) then
          positions[i] := trading.watch_position(positions[i], array[bar.close]);
        end if;
      end loop;
    end if;
    if request.symbol = any (open_symbols) or first_expiry <= at then
      for seen in select * from trading.watch_orders(orders, request.symbol, bar, at) loop
        if seen.watched is distinct from orders[seen.slot] then
          orders[seen.slot] := seen.watched;
          changed_slots := array_append(changed_slots, seen.slot);
        end if;
        if (seen.watched).expires_at <= at then
          orders[seen.slot].status := 'expired';
          orders[seen.slot].closed_at := at;
          touched := array_append(touched, seen.slot);
        elsif seen.fill_price is not null then
          reached := array_append(reached, seen.slot);
          reached_prices := array_append(reached_prices, seen.fill_price);
          reached_places := array_append(reached_places, seen.place);
        end if;
      end loop;
    end if;

    if booked.halted_at is null and booked.day_equity - portfolio.cash - portfolio.holdings_value >= settings.max_daily_loss then
      booked.halted_at := at;  -- before the fills: the price that shows the loss may not open more
      booked.halt_reason := 'max_daily_loss';
      portfolio.halted := true;
    end if;

    -- 2. What the alert commands. It comes before the fills of its own price: a cancel at 94 saves the limit at 95.
    case request.action
      when 'halt' then
        booked.halted_at := at;
        booked.halt_reason := 'alert';
        portfolio.halted := true;
        status := 'accepted';
      when 'resume' then
        booked.halted_at := null;
        booked.halt_reason := null;
        booked.day_equity := portfolio.cash + portfolio.holdings_value;  -- or the same loss would halt it again at once
        portfolio.halted := false;
        status := 'accepted';
      else null;
    end case;
    if request.action = 'cancel' and code is null then
      for seen in select * from trading.cancel_orders(orders, open_slots, request, at) loop
        orders[seen.slot] := seen.canceled;
        touched := array_append(touched, seen.slot);
        status := 'canceled';
      end loop;
      if request.symbol = '' and request.order_id is null then
        orders_json := trading.cancel_elsewhere(booked.id, request.strategy, at, orders[:loaded]);
        status := case when orders_json = '' then status else 'canceled' end;
        places_elsewhere := null;
      end if;
    end if;

    if request.action = 'modify' and code is null then
      status := 'accepted';
      held := positions[asked.position_slot];
      for seen in
        select * from trading.modify_orders(orders, open_slots, request, held, market, coalesce(request.price,
          case when market.marked_at >= at - make_interval(secs => settings.max_mark_age) then market.mark end), settings.max_stop_distance, at)
      loop
        code := seen.code;
        message := seen.message;
        if request.time < held.last_alert_at and not settings.allow_stale or extract(epoch from at - request.time) > request.max_age then
          code := 'stale_alert';
          message := 'the alert is older than one already applied, or than its max_age';
        end if;
        exit when code is not null;
        orders[seen.slot] := seen.modified;
        touched := array_append(touched, seen.slot);
        nr := array_position(reached, seen.slot);
        if nr is not null then  -- by its old price
          reached := reached[:nr - 1] || reached[nr + 1:];
          reached_prices := reached_prices[:nr - 1] || reached_prices[nr + 1:];
          reached_places := reached_places[:nr - 1] || reached_places[nr + 1:];
        end if;
        if seen.fill_price is not null then
          reached := seen.slot || reached;
          reached_prices := seen.fill_price || reached_prices;
          reached_places := bar.length || reached_places;
        end if;
      end loop;
      if code is null and trading.is_known(held) then
        held.last_alert_at := greatest(held.last_alert_at, request.time);
        positions[asked.position_slot] := held;
      end if;
    end if;

    -- 3. The fills: what the mark reached, the alert's own order, what a margin call closes, one at a time, each under all the rules.
    loop
      if calls > 0 then
        markets[market_slot] := market;
        market_slot := asked.market_slot;
        market := markets[market_slot];
      end if;
      if next_reached <= cardinality(reached) then
        slot := reached[next_reached];
        price := reached_prices[next_reached];
        fill_place := reached_places[next_reached];
        next_reached := next_reached + 1;
        o := orders[slot];
        continue when o.status <> 'open';
        held := positions[position_slots[slot]];
        if o.waiting then
          fill_place := bar.length;
        end if;
        due := case when o.waiting
          then trading.plan_waited(o, trading.request_of(o, new_alerts), held, market, price, portfolio, settings, at)
          else trading.plan_rested(o, case when o.resize then trading.request_of(o, new_alerts) end, held, market, price, portfolio, settings) end;
        o := due.placed;
        if due.code is not null then
          o.status := 'canceled';
          o.reason := due.code;
          o.closed_at := at;
          orders[slot] := o;
          touched := array_append(touched, slot);
          status := case when (status = 'ignored' or request.action = 'modify') and due.code <> 'nothing_to_do' then 'canceled' else status end;
          continue;
        end if;
        delta := due.delta;
        price := due.price;
        fee := due.fee;
      elsif own is null and code is null and coalesce(request.action, 'buy') in ('buy', 'sell', 'close') then
        held := positions[asked.position_slot];
        if settings.max_orders_per_minute is not null then
          portfolio.recent_orders := (select count(*) from unnest(order_times) t where t > at - interval '1 minute');
        end if;
        own := trading.plan_order(request, held, market, portfolio, settings, at);
        if own.code = 'no_price' then
          own := trading.plan_wait(own, request, held, market, portfolio, settings, at, trading.orders_ahead(orders, open_slots, request));
        end if;
        portfolio.recent_orders := null;
        code := own.code;
        message := own.message;
        continue when code is not null;
        if trading.places_needed(own) > 0 then
          places_elsewhere := coalesce(places_elsewhere, trading.count_places_elsewhere(booked.id, orders[:loaded]));
          if places_here is null or cardinality(touched) > 0 or (request.target).quantity is not null then
            places_here := trading.places_taken(orders, open_slots, request);
          end if;
          if places_elsewhere + places_here + trading.places_needed(own) > settings.max_resting_orders then
            code := 'too_many_orders';
            message := 'max_resting_orders: ' || settings.max_resting_orders || ' rest, with the exits that they would place';
            continue;
          end if;
        end if;
        if (request.target).quantity is not null and own.overtaken is not true and cardinality(open_slots) > 0 then
          for seen in select * from trading.cancel_orders(orders, open_slots, request, at) loop
            orders[seen.slot] := seen.canceled;
            touched := array_append(touched, seen.slot);
          end loop;
        end if;
        if (request.target).quantity is not null and request.time is not null then
          held.last_previous := trading.signed_target(request.previous);
          held.last_target := case when own.overtaken then held.last_target else trading.signed_target(request.target) end;
        end if;
        held.last_alert_at := greatest(held.last_alert_at, request.time);
        positions[asked.position_slot] := held;
        delta := own.delta;
        continue when delta = 0 and (own.placed).waiting is not true;
        fill_place := null;

        order_times := array_append(order_times, at);
        slot := cardinality(orders) + 1;
        position_slots[slot] := asked.position_slot;
        o := own.placed;
        o.id := nextval('trading.orders_id_seq');
        o.account_id := booked.id;
        o.epoch := booked.epoch;
        o.alert_id := alert_id;
        o.strategy := request.strategy;
        o.symbol := request.symbol;
        o.exchange := request.exchange;
        o.seen_from := seen_from;
        o.created_at := at;
        if own.price is null then
          status := 'accepted';
          if o.time_in_force = 'ioc' then
            status := 'canceled';
            o.status := 'canceled';
            o.reason := 'ioc';
            o.closed_at := at;
          else
            open_slots := array_append(open_slots, slot);
            open_symbols := array_append(open_symbols, o.symbol);
            first_expiry := least(first_expiry, o.expires_at);
          end if;
          orders[slot] := o;
          touched := array_append(touched, slot);
          continue;
        end if;
        price := own.price;
        fee := own.fee;
      elsif settings.margin_call = 'close' and calls < 20 and trading.is_called(portfolio, settings) then  -- the next alert goes on
        if not all_held then
          return null;
        end if;
        calls := calls + 1;
        markets[market_slot] := market;
        called := trading.called_position(positions, markets, portfolio);
        held := positions[called];
        written_symbols := array_append(written_symbols, held.symbol);
        market_slot := (select s from generate_subscripts(markets, 1) s where (markets[s]).symbol = held.symbol);
        market := trading.at_rate(markets[market_slot], portfolio);
        slot := cardinality(orders) + 1;
        position_slots[slot] := called;
        o := trading.margin_order(held, booked.epoch, alert_id, at);
        delta := -held.quantity;
        price := trading.slipped_price(market.mark, delta, settings.slippage_bps);
        fee := trading.fill_fee(settings, abs(delta), price, market.multiplier);
        fill_place := null;
      else
        exit;
      end if;

      if bar.length > 0 and held.quantity <> 0 and seen_places[position_slots[slot]] <= coalesce(fill_place, bar.length) then
        held := trading.watch_position(held, trading.prices_watched(bar, held, seen_places[position_slots[slot]], fill_place));
        seen_places[position_slots[slot]] := coalesce(fill_place, bar.length);
      end if;
      filled := case when market.rate is null then trading.apply_fill(held, delta, price, market.multiplier, fee, at)
                     else trading.apply_foreign_fill(held, delta, price, market.quote_multiplier, fee, at, market.rate) end;
      change := abs((filled.held).quantity) - abs(held.quantity);
      portfolio.cash := portfolio.cash - delta * price * market.multiplier - fee;
      portfolio.holdings_value := portfolio.holdings_value + delta * market.mark * market.multiplier;
      portfolio.exposure := portfolio.exposure + change * abs(market.mark) * market.multiplier;
      if portfolio.currencies is not null then
        fill.rate := market.rate;
        fill.cost := case when market.rate is not null then (filled.held).cost_basis - held.cost_basis - filled.realized end;
        portfolio := trading.fill_currency(portfolio, market, held, filled.held, delta, price, fill.cost);
      end if;
      portfolio.open_positions := portfolio.open_positions
        + case when held.quantity = 0 then 1 when (filled.held).quantity = 0 then -1 else 0 end;
      market.net_quantity := market.net_quantity + delta;
      market.gross_quantity := market.gross_quantity + change;
      market.exchange := coalesce(market.exchange, o.exchange);
      opened := case when sign(held.quantity) = -sign(delta) then greatest(abs(delta) - abs(held.quantity), 0) else abs(delta) end;
      if opened > 0 and sign(held.quantity) <> sign(delta) then
        filled.held.seen_from := seen_from;
        seen_places[position_slots[slot]] := fill_place;
      end if;
      held := filled.held;
      positions[position_slots[slot]] := held;
      o.status := 'filled';
      o.closed_at := at;
      orders[slot] := o;
      touched := array_append(touched, slot);
      fill.id := nextval('trading.fills_id_seq');
      fill.order_id := o.id;
      fill.alert_id := alert_id;
      fill.strategy := o.strategy;
      fill.symbol := o.symbol;
      fill.side := o.side;
      fill.quantity := abs(delta);
      fill.price := price;
      fill.multiplier := market.quote_multiplier;
      fill.fee := fee;
      fill.realized_pnl := filled.realized;
      fill.filled_at := at;
      new_fills := array_append(new_fills, fill);
      fills_json := fills_json || case when fills_json = '' then '' else ',' end || trading.fill_json(fill);
      if (filled.closed).closed_at is not null then
        filled.closed.closing_fill_id := fill.id;
        new_trades := array_append(new_trades, filled.closed);
      end if;
      status := 'filled';

      if opened < abs(delta) and o.symbol = any (open_symbols) then
        for seen in select * from trading.trim_exits(orders, open_slots, held, o, at) loop
          orders[seen.slot] := seen.trimmed;
          touched := array_append(touched, seen.slot);
        end loop;
      end if;
      if opened > 0 and not o.reduce_only and (o.stop_loss is distinct from null or o.take_profits is not null) then
        for seen in select l as leg, w.resting, w.fill_price, w.place
                    from trading.bracket_legs(o, opened, price, market, at, seen_from) l
                    left join lateral trading.watch_in_bar(l, bar, case when bar.path is not null then fill_place end) w on fill_place is not null loop
          slot := cardinality(orders) + 1;
          orders[slot] := coalesce(seen.resting, seen.leg);
          position_slots[slot] := (select p from generate_subscripts(positions, 1) p
                                   where (positions[p]).symbol = o.symbol and (positions[p]).strategy = o.strategy);
          open_slots := array_append(open_slots, slot);
          open_symbols := array_append(open_symbols, o.symbol);
          touched := array_append(touched, slot);
          if seen.fill_price is not null then
            -- Behind those that the path reaches before it, or at the same place.
            nr := next_reached;
            while reached_places[nr] <= seen.place loop
              nr := nr + 1;
            end loop;
            reached := reached[:nr - 1] || slot || reached[nr:];
            reached_prices := reached_prices[:nr - 1] || seen.fill_price || reached_prices[nr:];
            reached_places := reached_places[:nr - 1] || seen.place || reached_places[nr:];
          end if;
        end loop;
      end if;
    end loop;

    if bar.length > 0 then
      for i in market.first_slot .. market.last_slot loop
        if seen_places[i] is not null and (positions[i]).quantity <> 0 then
          positions[i] := trading.watch_position(positions[i], trading.prices_watched(bar, positions[i], seen_places[i], null));
        end if;
      end loop;
    end if;

    -- 4. What it came to.
    if cardinality(touched) > 0 or (request.target).quantity is not null then
      places_here := null;
    end if;
    if touched operator(pg_catalog.&&) open_slots then
      open_slots := array(select s from unnest(open_slots) s where (orders[s]).status = 'open' order by s);
      open_symbols := array(select (orders[s]).symbol from unnest(open_slots) s);
      first_expiry := (select min((orders[s]).expires_at) from unnest(open_slots) s);
    end if;
    changed_slots := changed_slots || touched;
    markets[asked.market_slot] := market;
    -- A mark that is older than the last one changes nothing: on the alerts' clock it would put today's equity into its own minute.
    minute := case when request.action = 'mark' and request.time < market.marked_at then equity_bar.minute else date_trunc('minute', at) end;
    equity := portfolio.cash + portfolio.holdings_value;
    if equity_bar.minute is distinct from minute then
      if equity_bar.minute is not null then
        equity_bars := array_append(equity_bars, equity_bar);
      end if;
      equity_bar := row(booked.id, booked.epoch, minute, equity, equity, equity, equity, portfolio.exposure);
      for i in 1 .. cardinality(equity_bars) loop  -- on the alerts' clock a minute may come again: its bar goes on
        if (equity_bars[i]).minute = minute then
          equity_bar := equity_bars[i];
          equity_bars := equity_bars[:i - 1] || equity_bars[i + 1:];
          exit;
        end if;
      end loop;
    end if;
    equity_bar.high := greatest(equity_bar.high, equity);
    equity_bar.low := least(equity_bar.low, equity);
    equity_bar.close := equity;
    equity_bar.exposure := portfolio.exposure;
    if booked.halted_at is null
       and booked.day_equity - equity >= settings.max_daily_loss then
      booked.halted_at := at;
      booked.halt_reason := 'max_daily_loss';
      portfolio.halted := true;
    end if;
    if code is not null then
      status := 'rejected';
    end if;
    for i in 1 .. cardinality(touched) loop
      if touched[i] <> all (touched[:i - 1]) then
        orders_json := orders_json || case when orders_json = '' then '' else ',' end || trading.order_json(orders[touched[i]]);
      end if;
    end loop;
    answers[asked.nr] := trading.answer_json(status, code, message, alert_id, request, orders_json, fills_json,
      trading.position_json(positions[asked.position_slot], market.quote_multiplier),
      ',"cash":"' || trading.decimal(portfolio.cash) || '","equity":"' || trading.decimal(equity) || '"'
        || case when portfolio.halted then ',"halted":' || to_json(booked.halt_reason) else '' end
        || case when (own.placed).waiting and code is null then ',"reason":"waiting_for_price"' else '' end
        || case when code = 'stop_too_far' then ',"path":"stop_loss"' when code = 'invalid_price' then ',"path":"price"'
             when code = 'invalid_bracket' and starts_with(message, 'take_profits[') then ',"path":"' || split_part(message, ' ', 1) || '"' else '' end
        || case when own.repaired is not null and code is null
             then ',"repaired":{"expected":"' || trading.decimal(own.repaired) || '","booked":"' || trading.decimal(own.delta) || '"}' else '' end);
    if request.action = 'modify' then  -- it may be sent again and again, and name hundreds of orders each time
      answers[asked.nr] := trading.short_answer(answers[asked.nr]);
    end if;
    inbox.id := alert_id;
    inbox.dedupe_key := coalesce(asked.dedupe_key, booked.id || '/' || booked.epoch || '/alert:' || alert_id);
    inbox.message_id := request.message_id;
    inbox.content_hash := request.hash;
    inbox.strategy := request.strategy;
    inbox.symbol := request.symbol;
    inbox.request := request.message;
    inbox.alert_time := request.time;
    inbox.received_at := at;
    inbox.status := status;
    inbox.code := code;
    inbox.answer := answers[asked.nr];
    new_alerts := array_append(new_alerts, inbox);
  end loop;

  if cardinality(new_alerts) > 0 then
    booked.cash := portfolio.cash;
    booked.version := booked.version + 1;
    if all_held then
      written_symbols := written_symbols || array(select r.symbol from unnest(requests) r);
      positions := array(select p from unnest(positions) p where p.symbol = any (written_symbols));
      markets := array(select m from unnest(markets) m where m.symbol = any (written_symbols));
    end if;
    perform trading.write_booking(booked, positions, markets, new_alerts,
      orders[loaded + 1:],
      array(select orders[c.slot] from (select distinct unnest(changed_slots) as slot) c where c.slot <= loaded order by c.slot),
      new_fills, new_trades, mark_bars, case when equity_bar.minute is null then equity_bars else array_append(equity_bars, equity_bar) end);
  end if;
  if cardinality(duplicates) > 0 then
    perform trading.write_duplicates(duplicates);
  end if;
  return answers;
end;
$$;
comment on function trading.book_account is
  'Books the requests of one account, whose locks are held, in order of arrival; an answer each. Null, with nothing written: a margin call came, '
  'for which all_held is needed.';
