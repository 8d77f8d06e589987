-- The resting orders of an account together: which see a mark, which give way to a fill, which go. Pure functions.

create function trading.watch_orders(orders trading.orders[], symbol text, bar trading.bar, at timestamptz)
  returns table (slot integer, watched trading.orders, fill_price numeric, place numeric)
  language plpgsql immutable set search_path = '' as $$
begin
  return query
  select o.slot, w.watched, w.fill_price, w.place
  from (
    select r.ordinality::integer as slot, r.type, r.expires_at <= at is true as is_over,
      trading.first_place(r.seen_from, bar) as first_place
    from unnest(orders) with ordinality r
    where r.status = 'open' and (r.expires_at <= at or r.symbol = watch_orders.symbol and (
      -- Of hundreds of orders a bar reaches a few: these comparisons take a tenth of what watching an order takes.
      r.type in ('trailing_stop', 'market')
      or r.side = 'buy' and (r.limit_price >= bar.low or r.stop_price <= bar.high)
      or r.side = 'sell' and (r.limit_price <= bar.high or r.stop_price >= bar.low)))
  ) o
  cross join lateral (
    select orders[o.slot] as watched, null::numeric as fill_price, null::numeric as place where o.is_over
    union all
    select seen.resting,
      -- An exit is not better than asked for by a bar whose begin is unknown: the price was at its limit before.
      case when ((seen.resting).type = 'limit' or orders[o.slot].triggered) and (seen.resting).reduce_only
        and seen.place = o.first_place
                and (bar.starts_at is null or o.first_place > 0)
           then (seen.resting).limit_price else seen.fill_price end,
      seen.place
    from trading.watch_in_bar(orders[o.slot], bar, o.first_place) seen
    where not o.is_over and bar.close is not null and o.first_place is not null
  ) w
  order by w.place, o.type <> 'market', o.type = 'limit', o.slot;
end;
$$;
comment on function trading.watch_orders is
  'The open orders that are past their day or that the bar of their symbol may reach, in the order in which it does: '
  'at one place those that wait for a price first, stops before limits, older before newer; fill_price and place are '
  'null where the bar does not reach the order.';

create function trading.canceled(o trading.orders, reason text, at timestamptz) returns trading.orders
  language plpgsql immutable set search_path = '' as $$
begin
  o.status := 'canceled';
  o.reason := reason;
  o.closed_at := at;
  return o;
end;
$$;
comment on function trading.canceled is 'An order that is canceled, for that reason.';

create function trading.fit_exits(
  orders trading.orders[], held trading.positions, filled trading.orders, at timestamptz
) returns table (slot integer, fitted trading.orders) language plpgsql immutable set search_path = '' as $$
declare
  o trading.orders;
  uncovered numeric := abs(held.quantity);  -- by newer brackets
  stopped numeric;                          -- what the stop loss of the bracket at hand covers,
  profits numeric;                          -- and its take profits
  bracket_id bigint;
  first_leg integer;
  last_leg integer := cardinality(orders);
  kept numeric;
begin
  -- From the newest bracket to the oldest; legs of one follow each other, the stop loss first, then its take profits.
  while last_leg > 0 loop
    first_leg := last_leg;
    bracket_id := (orders[last_leg]).bracket_id;
    while first_leg > 1 and (orders[first_leg - 1]).bracket_id = bracket_id loop
      first_leg := first_leg - 1;
    end loop;
    stopped := 0;
    profits := 0;
    for leg in first_leg .. last_leg loop
      slot := leg;
      o := orders[slot];
      continue when o.status <> 'open' or not o.reduce_only or o.symbol <> held.symbol or o.strategy <> held.strategy;
      kept := case
        when held.quantity = 0 or (held.quantity > 0) = (o.side = 'buy')
          or o.bracket_id = filled.bracket_id and filled.leg = 'stop_loss' then 0
        when o.bracket_id is null then abs(held.quantity)
        when o.leg = 'take_profit' then uncovered - profits
        when o.bracket_id = filled.bracket_id then least(uncovered, o.quantity - filled.quantity)
        else uncovered end;
      kept := case when o.resize then kept else least(kept, o.quantity) end;
      if o.leg = 'take_profit' then
        profits := profits + kept;
      elsif o.leg = 'stop_loss' then
        stopped := kept;
      end if;
      continue when kept = o.quantity;
      fitted := o;
      if kept > 0 then
        fitted.quantity := kept;
      else
        fitted := trading.canceled(o,
          case when o.bracket_id = filled.bracket_id then 'oco' else 'position_closed' end, at);
      end if;
      return next;
    end loop;
    uncovered := uncovered - greatest(stopped, profits);
    last_leg := first_leg - 1;
  end loop;
end;
$$;
comment on function trading.fit_exits is
  'The exits that change when filled has left held behind: of its bracket goes what it closed; the brackets cover no '
  'more than what is left, the oldest giving way first, and of several take profits of one the last; a close of all '
  'goes with what is held; exits of a position that is gone are canceled.';

create function trading.count_exits(o trading.orders) returns integer
  language plpgsql immutable set search_path = '' as $$
begin
  return coalesce(cardinality(o.take_profits), 0) + num_nonnulls(o.stop_loss);
end;
$$;
comment on function trading.count_exits is 'How many exits an order places when it fills.';

create function trading.places_of(o trading.orders) returns integer
  language plpgsql immutable set search_path = '' as $$
begin
  return greatest(1, trading.count_exits(o));
end;
$$;
comment on function trading.places_of is
  'How many a resting order counts as toward max_resting_orders: 1, or as many as the exits that it will place.';

create function trading.slot_of(positions trading.positions[], strategy text) returns integer
  language plpgsql immutable set search_path = '' as $$
begin
  for slot in 1 .. cardinality(positions) loop
    if (positions[slot]).strategy = strategy then
      return slot;
    end if;
  end loop;
  return null;
end;
$$;
comment on function trading.slot_of is 'Where a strategy''s position stands among those of its symbol.';

-- Modify and cancel -------------------------------------------------------------------------------

create function trading.priced(
  inout placed trading.orders, request trading.alert_request, direction numeric, tick_size numeric
) language plpgsql immutable set search_path = '' as $$
begin
  if placed.type in ('limit', 'stop_limit') and request.limit_price is not null then
    placed.limit_price := trading.tick_price(request.limit_price, tick_size, direction < 0);
  end if;
  if placed.type in ('stop', 'stop_limit') and request.stop_price is not null then
    placed.stop_price := trading.tick_price(request.stop_price, tick_size, direction > 0);
    placed.triggered := false;
  end if;
  if placed.type = 'trailing_stop' and num_nonnulls(request.trail_amount, request.trail_percent) = 1 then
    placed.trail_amount := request.trail_amount;
    placed.trail_percent := request.trail_percent;
    placed.stop_price := trading.trailing_stop_price(placed.side, placed.trail_peak, request.trail_amount,
      request.trail_percent);
  end if;
end;
$$;
comment on function trading.priced is
  'An order of direction 1 (buy) or -1 at the prices that its type takes of request, where it names them, on their '
  'ticks.';

create function trading.exit_problem(
  kind text, request trading.alert_request, held trading.positions, market trading.market, price numeric,
  max_stop_distance numeric, out code text, out message text
) language plpgsql immutable set search_path = '' as $$
declare
  rule constant trading.exit_rule := case kind when 'stop_loss' then request.stop_loss else request.take_profit end;
  average constant numeric := trading.average_price(held, market.quote_multiplier);
  lies_at constant numeric := trading.exit_price(rule, kind, sign(held.quantity), average, market.tick_size);
begin
  if not trading.is_price(lies_at, market) or rule.trail_percent >= 100
     or rule.type = 'stop_limit' and trading.is_price(
       trading.tick_price(rule.limit_price, market.tick_size, held.quantity > 0), market) is not true
     or rule.type is distinct from 'trailing_stop' and lies_at is null then
    code := 'invalid_bracket';
    message := kind || ' is no price';
  elsif kind = 'stop_loss' and trading.is_too_far(request, coalesce(price, average), max_stop_distance) then
    code := 'stop_too_far';
    message := 'stop_loss lies too far from the price: is it a percent or points? send stop_loss.percent or '
      'stop_loss.amount';
  end if;
end;
$$;
comment on function trading.exit_problem is
  'Why an exit of a position may not lie where request would put it: invalid_bracket, stop_too_far; or nulls.';

create function trading.modify_orders(
  orders trading.orders[], request trading.alert_request, held trading.positions, market trading.market, price numeric,
  max_stop_distance numeric
) returns table (slot integer, modified trading.orders, fill_price numeric, code text, message text)
  language plpgsql volatile set search_path = '' as $$
declare
  was trading.orders;
  kind text;
  asked trading.alert_request := request;
  found text[] := '{}';  -- the fields that something takes, once for each order that does
  missing text;
  changed_slots integer[] := '{}';
  changed trading.orders[] := '{}';
  problem record;
  wrong text;
  profits_of bigint;  -- the bracket of the last take profit that was found
  is_checked boolean;
  met record;
begin
  for nr in 1 .. cardinality(orders) loop
    slot := nr;
    was := orders[nr];
    continue when was.status <> 'open' or was.waiting or was.symbol <> request.symbol
      or case when request.order_id is null then was.strategy <> request.strategy
        else request.order_id <> was.id::text end;
    modified := was;
    is_checked := false;
    kind := case when was.leg is not null then was.leg when not was.reduce_only then null
      when was.type = 'limit' then 'take_profit' else 'stop_loss' end;
    if kind = 'stop_loss' and request.stop_loss is distinct from null
      or kind = 'take_profit' and request.take_profit is distinct from null then
      continue when held.quantity = 0;
      found := array_append(found, kind);
      if kind = 'take_profit' then
        code := coalesce(code, case when was.bracket_id = profits_of then 'ambiguous_order' end);
        profits_of := was.bracket_id;
      end if;
      problem := trading.exit_problem(kind, request, held, market, price, max_stop_distance);
      is_checked := true;
      code := coalesce(code, problem.code);
      message := coalesce(message, problem.message);
      if problem.code is null then
        modified := trading.exit_at(was, kind,
          case kind when 'stop_loss' then request.stop_loss else request.take_profit end,
          trading.bounded_price(trading.average_price(held, market.quote_multiplier), null), price, market.tick_size);
      end if;
    -- an entry: of a position the exits are meant
    elsif kind is null and (held.quantity = 0 or request.order_id is not null) then
      found := found || array_remove(array[case when request.stop_loss is distinct from null then 'stop_loss' end,
        case when request.take_profit is distinct from null then 'take_profit' end], null);
      if request.take_profit is distinct from null then
        code := coalesce(code, case when cardinality(was.take_profits) > 1 then 'ambiguous_order' end);
        modified.take_profits := array[request.take_profit];
        modified.take_profits[1].quantity := (was.take_profits[1]).quantity;
        modified.take_profits[1].close_percent := (was.take_profits[1]).close_percent;
      end if;
      modified.stop_loss := coalesce(request.stop_loss, was.stop_loss);
    end if;
    if was.leg is null or request.order_id is not null then
      found := found || array_remove(array[
        case when request.limit_price is not null and was.type in ('limit', 'stop_limit') then 'limit_price' end,
        case when request.stop_price is not null and was.type in ('stop', 'stop_limit') then 'stop_price' end,
        case when num_nonnulls(request.trail_amount, request.trail_percent) = 1 and was.type = 'trailing_stop'
          then 'trail' end], null);
      modified := trading.priced(modified, request, case was.side when 'sell' then -1 else 1 end, market.tick_size);
    end if;
    if not is_checked and modified is distinct from was then
      wrong := trading.order_problem(modified, market);
      code := coalesce(code, case when wrong is not null then 'invalid_order' end);
      if wrong is null and not modified.reduce_only then
        asked.take_profits := modified.take_profits;
        asked.stop_loss := modified.stop_loss;
        wrong := trading.bracket_problem(asked,
          case modified.side when 'buy' then modified.quantity else -modified.quantity end,
          coalesce(modified.limit_price, modified.stop_price, price), market);
        code := coalesce(code, case when wrong is not null then 'invalid_bracket' end);
      end if;
      message := coalesce(message, wrong);
    end if;
    if modified is distinct from was then
      modified.seen_from := coalesce(request.time, was.seen_from);
      changed_slots := array_append(changed_slots, slot);
      changed := array_append(changed, modified);
    end if;
  end loop;
  slot := null;
  modified := null;
  missing := (
    select f.name
    from (values ('stop_loss', request.stop_loss is distinct from null),
      ('take_profit', request.take_profit is distinct from null), ('limit_price', request.limit_price is not null),
      ('stop_price', request.stop_price is not null),
      ('trail', num_nonnulls(request.trail_amount, request.trail_percent) > 0)) f (name, is_asked)
    where f.is_asked and f.name <> all (found) limit 1);
  if missing is not null then
    code := 'no_order';
    message := 'nothing rests here that ' || missing || ' would change: a modify places nothing';
  elsif request.order_id is null
    and (select count(*) from unnest(found) f where f in ('limit_price', 'stop_price', 'trail')) >
        (select count(distinct f) from unnest(found) f where f in ('limit_price', 'stop_price', 'trail')) then
    code := 'ambiguous_order';
  end if;
  if code = 'ambiguous_order' then
    message := 'several orders rest here that it could change: name one by order_id';
  end if;
  if code is not null then
    return next;
    return;
  end if;
  for nr in 1 .. cardinality(changed) loop
    met := trading.meet_order(changed[nr], price, price);
    slot := changed_slots[nr];
    modified := met.resting;
    fill_price := met.fill_price;
    return next;
  end loop;
end;
$$;
comment on function trading.modify_orders is
  'The resting orders of its symbol and strategy (or the one of order_id) as a request changes them, all or none: the '
  'exits of a position by stop_loss and take_profit, one other order by its prices, entries by their exits where '
  'nothing is held. fill_price: the price that is known, where it has passed the new one. Or one row with a refusal: '
  'no_order, ambiguous_order, invalid_order, invalid_bracket, stop_too_far.';

create function trading.cancel_orders(orders trading.orders[], request trading.alert_request, at timestamptz)
  returns table (slot integer, canceled trading.orders) language plpgsql immutable set search_path = '' as $$
declare
  is_cancel constant boolean := request.action is not distinct from 'cancel';
begin
  for nr in 1 .. cardinality(orders) loop
    canceled := orders[nr];
    continue when canceled.status <> 'open' or case
      when not is_cancel
        then not canceled.for_target or canceled.symbol <> request.symbol or canceled.strategy <> request.strategy
      when request.order_id is not null then request.order_id <> canceled.id::text
      -- every symbol; of every strategy when none is named
      when request.symbol = '' then request.strategy not in ('', canceled.strategy)
      else canceled.symbol <> request.symbol or canceled.strategy <> request.strategy end;
    slot := nr;
    canceled := trading.canceled(canceled, case when is_cancel then 'alert' else 'replaced' end, at);
    return next;
  end loop;
end;
$$;
comment on function trading.cancel_orders is
  'The resting orders that a request takes away: a cancel by its id, by symbol and strategy, or (without a symbol) '
  'all; a target those that an earlier target of its symbol and strategy left.';
