-- The exits that an order places when it fills, and what is wrong with the prices of an order: pure functions.

create function trading.trailing_from(inout placed trading.orders, rule trading.exit_rule, price numeric)
  language plpgsql immutable set search_path = '' as $$
declare
  -- A sell follows the price up, a buy down.
  direction constant numeric := case placed.side when 'sell' then 1 else -1 end;
begin
  placed.trail_amount := rule.trail_amount;
  placed.trail_percent := rule.trail_percent;
  placed.activation_price := trading.bounded_price(coalesce(rule.activation_price,
    price + direction * rule.activation_amount, price + direction * abs(price) * rule.activation_percent * 0.01), null);
  placed.trail_peak := case when coalesce(direction * (price - placed.activation_price) >= 0, true) then price end;
  placed.stop_price := trading.trailing_stop_price(placed.side, placed.trail_peak, placed.trail_amount,
    placed.trail_percent);
end;
$$;
comment on function trading.trailing_from is
  'A trailing stop that is placed at price, with the distance and the activation of rule: it trails from there, or '
  'waits until the price has been at its activation.';

create function trading.exit_at(
  inout placed trading.orders, kind text, rule trading.exit_rule, entry_price numeric, price numeric, tick_size numeric
) language plpgsql immutable set search_path = '' as $$
declare
  direction constant numeric := case placed.side when 'sell' then 1 else -1 end;
  lies_at constant numeric := trading.bounded_price(
    trading.exit_price(rule, kind, direction, entry_price, tick_size), tick_size);
  peak constant numeric := placed.trail_peak;
begin
  placed.type := case kind when 'take_profit' then 'limit' else coalesce(rule.type, 'stop') end;
  placed.triggered := false;
  placed.limit_price := case when kind = 'take_profit' then lies_at
    when placed.type = 'stop_limit' then trading.tick_price(rule.limit_price, tick_size, direction > 0) end;
  if placed.type = 'trailing_stop' then
    placed := trading.trailing_from(placed, rule, entry_price);
    -- What trails goes on from its best price; what begins to, from the price that is known.
    if num_nonnulls(peak, placed.trail_peak) > 0 then
      placed.trail_peak := coalesce(peak, price, placed.trail_peak);
      placed.stop_price := trading.trailing_stop_price(placed.side, placed.trail_peak, placed.trail_amount,
        placed.trail_percent);
    end if;
  else
    placed.stop_price := case kind when 'stop_loss' then lies_at end;
    placed.trail_amount := null;
    placed.trail_percent := null;
    placed.trail_peak := null;
    placed.activation_price := null;
  end if;
end;
$$;
comment on function trading.exit_at is
  'The stop loss or take profit (kind) of a position entered at entry_price where rule puts it: at a price, or so far '
  'from the entry. price: the one that is known.';

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
  parts constant numeric[] := case when entry.take_profits is not null
    then trading.profit_parts(entry.take_profits, quantity, market.lot_size) end;
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
  common.seen_from := seen_from;
  common.status := 'open';
  common.created_at := placed_at;

  if entry.stop_loss is distinct from null then
    leg := common;
    leg.id := nextval('trading.orders_id_seq');
    leg.leg := 'stop_loss';
    leg := trading.exit_at(leg, leg.leg, entry.stop_loss, entry_price, entry_price, market.tick_size);
    return next leg;
  end if;
  for nr in 1 .. coalesce(cardinality(parts), 0) loop
    continue when parts[nr] = 0;
    leg := common;
    leg.id := nextval('trading.orders_id_seq');
    leg.leg := 'take_profit';
    leg.quantity := parts[nr];
    leg := trading.exit_at(leg, leg.leg, entry.take_profits[nr], entry_price, entry_price, market.tick_size);
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

create function trading.order_problem(o trading.orders, market trading.market) returns text
  language plpgsql immutable set search_path = '' as $$
begin
  return case
    when o.type in ('limit', 'stop_limit') and trading.is_price(o.limit_price, market) is not true
      then 'a ' || o.type || ' order needs a limit_price of at least a tick'
    when o.type in ('stop', 'stop_limit') and trading.is_price(o.stop_price, market) is not true
      then 'a ' || o.type || ' order needs a stop_price of at least a tick'
    when o.type = 'trailing_stop' and num_nonnulls(o.trail_amount, o.trail_percent) <> 1
      then 'a trailing_stop needs one of trail_amount and trail_percent'
    when o.type = 'trailing_stop' and o.trail_percent >= 100 then 'trail_percent must be below 100'
  end;
end;
$$;
comment on function trading.order_problem is 'What is missing or impossible in the prices of an order, or null.';

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

create function trading.bracket_problem(
  request trading.alert_request, delta numeric, price numeric, market trading.market
) returns text language plpgsql immutable set search_path = '' as $$
declare
  direction constant numeric := sign(delta);
  quantity constant numeric := greatest(abs(delta), (request.target).quantity);
  stop constant trading.exit_rule := request.stop_loss;
  lies_at numeric;
  profit trading.exit_rule;
  name text;
  closed numeric := 0;
begin
  for nr in 1 .. coalesce(cardinality(request.take_profits), 0) loop
    profit := request.take_profits[nr];
    name := case when cardinality(request.take_profits) > 1 then 'take_profits[' || nr - 1 || ']'
      else 'take_profit' end;
    lies_at := trading.exit_price(profit, 'take_profit', direction, price, market.tick_size);
    closed := closed + coalesce(trading.cut(profit.quantity, market.lot_size),
      quantity * profit.close_percent * 0.01, 0);
    if lies_at is null then
      return name || ' needs one of percent, amount and limit_price';
    elsif not trading.is_price(lies_at, market) or direction * (lies_at - price) <= 0 then
      return name || ' lies on the wrong side of the price, or is no price';
    elsif nr < cardinality(request.take_profits) and num_nonnulls(profit.quantity, profit.close_percent) = 0 then
      return name || ' needs quantity or close_percent: only the last takes the rest';
    elsif least(profit.quantity, profit.close_percent) <= 0 or trading.cut(closed, 0.00000001) > quantity then
      return name || ' closes more than is left of the order, or nothing';
    end if;
  end loop;
  lies_at := trading.exit_price(stop, 'stop_loss', direction, price, market.tick_size);
  return case
    when not trading.is_price(lies_at, market) or direction * (price - lies_at) <= 0
      then 'stop_loss lies on the wrong side of the price, or is no price'
    when stop.trail_percent >= 100 then 'trail_percent of a stop_loss must be below 100'
    when stop.type = 'stop_limit' and trading.is_price(
        trading.tick_price(stop.limit_price, market.tick_size, direction > 0), market) is not true
      then 'a stop_limit needs a limit_price of at least a tick'
    when stop.type = 'trailing_stop' and num_nonnulls(stop.trail_amount, stop.trail_percent) <> 1
      then 'a trailing_stop needs one of trail_amount and trail_percent'
    when coalesce(stop.type, 'stop') <> 'trailing_stop' and stop is distinct from null and lies_at is null
      then 'a stop_loss needs one of percent, amount and stop_price'
  end;
end;
$$;
comment on function trading.bracket_problem is
  'What is wrong with the bracket of a request that would trade delta at price, or null; the first of several take '
  'profits is take_profits[0].';
