-- The exits that an order places when it fills, and what is wrong with the prices of an order: pure functions.

create function trading.activation_price(rule trading.exit_rule, direction numeric, entry_price numeric) returns numeric
  language plpgsql immutable set search_path = '' as $$
begin
  return trading.bounded_price(coalesce(rule.activation_price, entry_price + direction * rule.activation_amount,
    entry_price + direction * abs(entry_price) * rule.activation_percent * 0.01), null);
end;
$$;
comment on function trading.activation_price is
  'Where the price must have been before a trailing stop of a position of direction 1 (long) or -1 entered at '
  'entry_price begins to trail; null: it trails at once.';

create function trading.trailing_from(inout placed trading.orders, price numeric)
  language plpgsql immutable set search_path = '' as $$
declare
  -- A sell follows the price up, a buy down.
  direction constant numeric := case placed.side when 'sell' then 1 else -1 end;
begin
  placed.trail_peak := case when coalesce(direction * (price - placed.activation_price) >= 0, true) then price end;
  placed.stop_price := trading.trailing_stop_price(placed.side, placed.trail_peak, placed.trail_amount,
    placed.trail_percent);
end;
$$;
comment on function trading.trailing_from is
  'A trailing stop that is placed at price: it trails from there, or waits for its activation.';

create function trading.profit_parts(profits trading.exit_rule[], quantity numeric, lot_size numeric) returns numeric[]
  language plpgsql immutable set search_path = '' as $$
declare
  parts numeric[] := '{}';
  rest numeric := quantity;
  percents numeric := 0;
  part numeric;
begin
  for nr in 1 .. cardinality(profits) loop
    percents := percents + coalesce((profits[nr]).close_percent, 0);
    part := case
      when nr = cardinality(profits)
        and (percents = 100 or num_nonnulls((profits[nr]).quantity, (profits[nr]).close_percent) = 0) then rest
      else least(rest, coalesce(trading.cut((profits[nr]).quantity, lot_size),
                                trading.cut(quantity * (profits[nr]).close_percent * 0.01,
                                  coalesce(lot_size, 0.00000001)))) end;
    parts[nr] := part;
    rest := rest - part;
  end loop;
  return parts;
end;
$$;
comment on function trading.profit_parts is
  'How much of quantity units each of several take profits closes, cut to the lot (1e-8 of a percent without one): the '
  'last takes the rest where it says no size, or where the percents come to 100.';

create function trading.bracket_legs(
  entry trading.orders, quantity numeric, entry_price numeric, market trading.market, placed_at timestamptz,
  seen_from timestamptz
) returns setof trading.orders language plpgsql volatile set search_path = '' as $$
declare
  common trading.orders;
  leg trading.orders;
  tick_size constant numeric := market.tick_size;
  parts constant numeric[] := case when entry.take_profits is not null
    then trading.profit_parts(entry.take_profits, quantity, market.lot_size) end;
  direction constant numeric := case entry.side when 'buy' then 1 else -1 end;
begin
  common.account_id := entry.account_id;
  common.epoch := entry.epoch;
  common.alert_id := entry.alert_id;
  common.strategy := entry.strategy;
  common.symbol := entry.symbol;
  common.exchange := entry.exchange;
  common.side := case entry.side when 'buy' then 'sell' else 'buy' end;
  common.quantity := quantity;
  common.time_in_force := 'gtc';
  common.reduce_only := true;
  common.for_target := false;
  common.resize := false;
  common.waiting := false;
  common.bracket_id := entry.id;
  common.triggered := false;
  common.seen_from := seen_from;
  common.status := 'open';
  common.created_at := placed_at;

  if entry.stop_loss is distinct from null then
    leg := common;
    leg.id := nextval('trading.orders_id_seq');
    leg.leg := 'stop_loss';
    leg.type := coalesce((entry.stop_loss).type, 'stop');
    if leg.type = 'trailing_stop' then
      leg.trail_amount := (entry.stop_loss).trail_amount;
      leg.trail_percent := (entry.stop_loss).trail_percent;
      leg.activation_price := trading.activation_price(entry.stop_loss, direction, entry_price);
      leg := trading.trailing_from(leg, entry_price);
    else
      leg.limit_price := case leg.type when 'stop_limit'
        then trading.tick_price((entry.stop_loss).limit_price, tick_size, leg.side = 'sell') end;
      leg.stop_price := trading.bounded_price(
        trading.exit_price(entry.stop_loss, 'stop_loss', direction, entry_price, tick_size), tick_size);
    end if;
    return next leg;
  end if;
  for nr in 1 .. coalesce(cardinality(parts), 0) loop
    continue when parts[nr] = 0;
    leg := common;
    leg.id := nextval('trading.orders_id_seq');
    leg.leg := 'take_profit';
    leg.quantity := parts[nr];
    leg.type := 'limit';
    leg.limit_price := trading.bounded_price(
      trading.exit_price(entry.take_profits[nr], 'take_profit', direction, entry_price, tick_size), tick_size);
    return next leg;
  end loop;
end;
$$;
comment on function trading.bracket_legs is
  'The stop loss of quantity units entered by entry at entry_price, and its take profits, each of its part (none of a '
  'part below a lot). What one of them closes the others no longer do: see fit_exits (bracket_id).';

create function trading.is_price(price numeric, market trading.market) returns boolean
  language plpgsql immutable set search_path = '' as $$
begin
  return price < 1e18 and price > case when market.allow_nonpositive then -1e18 else 0 end;
end;
$$;
comment on function trading.is_price is 'Whether an order of a market may lie at price; null: there is none.';

create function trading.order_problem(
  o trading.orders, market trading.market, trail_amount numeric, trail_percent numeric
) returns text language plpgsql immutable set search_path = '' as $$
begin
  return case
    when o.type in ('limit', 'stop_limit') and trading.is_price(o.limit_price, market) is not true
      then 'a ' || o.type || ' order needs a limit_price of at least a tick'
    when o.type in ('stop', 'stop_limit') and trading.is_price(o.stop_price, market) is not true
      then 'a ' || o.type || ' order needs a stop_price of at least a tick'
    when o.type = 'trailing_stop' and num_nonnulls(trail_amount, trail_percent) <> 1
      then 'a trailing_stop needs one of trail_amount and trail_percent'
    when o.type = 'trailing_stop' and trail_percent >= 100 then 'trail_percent must be below 100'
  end;
end;
$$;
comment on function trading.order_problem is
  'What is missing or impossible in the prices of an order, and in the trail that it is asked for; or null.';

create function trading.is_too_far(request trading.alert_request, price numeric, percent numeric) returns boolean
  language plpgsql immutable set search_path = '' as $$
declare
  stop constant numeric := (request.stop_loss).stop_price;
begin
  return request.take_profits is null and least(stop, price) > 0
    and least(stop, price) < greatest(stop, price) * (1 - percent * 0.01) is true;
end;
$$;
comment on function trading.is_too_far is
  'Whether a stop loss sent as a price, without a take profit, is so far away that a percent or points was meant.';

create function trading.profits_problem(
  profits trading.exit_rule[], direction numeric, price numeric, quantity numeric, market trading.market
) returns text language plpgsql immutable set search_path = '' as $$
declare
  profit trading.exit_rule;
  name text;
  lies_at numeric;
  closed numeric := 0;
begin
  for nr in 1 .. coalesce(cardinality(profits), 0) loop
    profit := profits[nr];
    name := case when cardinality(profits) > 1 then 'take_profits[' || nr - 1 || ']' else 'take_profit' end;
    lies_at := trading.exit_price(profit, 'take_profit', direction, price, market.tick_size);
    closed := closed + coalesce(trading.cut(profit.quantity, market.lot_size),
      quantity * profit.close_percent * 0.01, 0);
    if lies_at is null then
      return name || ' needs one of percent, amount and limit_price';
    elsif not trading.is_price(lies_at, market) or direction * (lies_at - price) <= 0 then
      return name || ' lies on the wrong side of the price, or is no price';
    elsif nr < cardinality(profits) and num_nonnulls(profit.quantity, profit.close_percent) = 0 then
      return name || ' needs quantity or close_percent: only the last takes the rest';
    elsif least(profit.quantity, profit.close_percent) <= 0 or trading.cut(closed, 0.00000001) > quantity then
      return name || ' closes more than is left of the order, or nothing';
    end if;
  end loop;
  return null;
end;
$$;
comment on function trading.profits_problem is
  'What is wrong with the take profits of an order of direction 1 (buy) or -1, or null; the first is take_profits[0].';

create function trading.bracket_problem(
  request trading.alert_request, delta numeric, price numeric, market trading.market
) returns text language plpgsql immutable set search_path = '' as $$
declare
  direction constant numeric := sign(delta);
  stop constant numeric := trading.exit_price(request.stop_loss, 'stop_loss', direction, price, market.tick_size);
begin
  return coalesce(trading.profits_problem(request.take_profits, direction, price,
    greatest(abs(delta), (request.target).quantity), market), case
    when not trading.is_price(stop, market) or direction * (price - stop) <= 0
      then 'stop_loss lies on the wrong side of the price, or is no price'
    when (request.stop_loss).trail_percent >= 100 then 'trail_percent of a stop_loss must be below 100'
    when (request.stop_loss).type = 'stop_limit'
      and trading.is_price(
        trading.tick_price((request.stop_loss).limit_price, market.tick_size, direction > 0), market) is not true
      then 'a stop_limit needs a limit_price of at least a tick'
    when (request.stop_loss).type = 'trailing_stop'
      and num_nonnulls((request.stop_loss).trail_amount, (request.stop_loss).trail_percent) <> 1
      then 'a trailing_stop needs one of trail_amount and trail_percent'
    when coalesce((request.stop_loss).type, 'stop') <> 'trailing_stop' and request.stop_loss is distinct from null
      and stop is null
      then 'a stop_loss needs one of percent, amount and stop_price'
  end);
end;
$$;
comment on function trading.bracket_problem is
  'What is wrong with the bracket of a request that would trade delta at price, or null.';
