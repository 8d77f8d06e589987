-- Orders that wait for a price, and the rules by which a mark fills them: pure functions.
--
-- A mark is a bar; one price is a bar of four equal prices. The rules are conservative and the same for all:
--   limit          fills at its limit, never better, once the bar has reached it.
--   stop           fills at its stop, or at the open when the bar began beyond it.
--   trailing_stop  as a stop; the open moves the peak first, then the adverse extreme is tested, then the favourable
--                  extreme moves the peak, and the close is tested against the new stop.
--   stop_limit     where a stop would, if that is within its limit; otherwise it waits as a limit.
--   waiting        a market order without a price fills at the close, before all others: it was due already.
--   both inside    stops fill before limits: a bar that holds the stop and the profit of a bracket is a loss.
--   born inside    an exit whose entry filled in the same bar is tested against the adverse extreme and the close only.
--   born behind    a profit that the entry's own price has passed already is taken at the close: no market gives less than it has.

create function trading.trailing_stop_price(side text, peak numeric, trail_amount numeric, trail_percent numeric) returns numeric
  language plpgsql immutable set search_path = '' as $$
declare
  distance constant numeric := coalesce(trail_amount, peak * trail_percent * 0.01);
begin
  return trading.bounded_price(case side when 'sell' then peak - distance else peak + distance end, null);
end;
$$;
comment on function trading.trailing_stop_price is 'Where a trailing stop lies when the best price since it was placed is peak.';

create function trading.stop_fill_price(side text, stop numeric, bar trading.bar, born_inside boolean) returns numeric
  language plpgsql immutable set search_path = '' as $$
begin
  return case side
    when 'sell' then case when bar.low <= stop then case when born_inside then stop else least(stop, bar.open) end end
    else case when bar.high >= stop then case when born_inside then stop else greatest(stop, bar.open) end end
  end;
end;
$$;
comment on function trading.stop_fill_price is 'Where the bar fills a stop, before slippage, or null.';

create function trading.watch_order(inout resting trading.orders, bar trading.bar, born_inside boolean, out fill_price numeric)
  language plpgsql immutable set search_path = '' as $$
declare
  reach trading.bar := bar;
  selling constant boolean := resting.side = 'sell';
begin
  if resting.waiting then
    fill_price := bar.close;  -- whatever the bar began with, its close came after the order
    return;
  elsif resting.type = 'trailing_stop' then
    resting.trail_peak := case when selling then greatest(resting.trail_peak, case when born_inside then null else bar.open end)
                               else least(resting.trail_peak, case when born_inside then null else bar.open end) end;
    resting.stop_price := trading.trailing_stop_price(resting.side, resting.trail_peak, resting.trail_amount, resting.trail_percent);
    fill_price := trading.stop_fill_price(resting.side, resting.stop_price, bar, born_inside);
    if fill_price is null then
      -- Born inside, the favourable extreme may lie before the entry: only the close is known to come after it.
      resting.trail_peak := case when selling then greatest(resting.trail_peak, case when born_inside then bar.close else bar.high end)
                                 else least(resting.trail_peak, case when born_inside then bar.close else bar.low end) end;
      resting.stop_price := trading.trailing_stop_price(resting.side, resting.trail_peak, resting.trail_amount, resting.trail_percent);
      reach := row(bar.close, bar.close, bar.close, bar.close);
      fill_price := case when trading.stop_fill_price(resting.side, resting.stop_price, reach, false) is not null then resting.stop_price end;
    end if;
    return;
  end if;

  if resting.type = 'stop' or resting.type = 'stop_limit' and not resting.triggered then
    fill_price := trading.stop_fill_price(resting.side, resting.stop_price, bar, born_inside);
    if resting.type = 'stop' or fill_price is null then
      return;
    end if;
    resting.triggered := true;
    if selling and fill_price >= resting.limit_price or not selling and fill_price <= resting.limit_price then
      return;
    end if;
    reach := row(bar.close, bar.close, bar.close, bar.close);
  elsif born_inside then
    reach := row(bar.close, bar.close, bar.close, bar.close);
  end if;
  fill_price := case when selling and reach.high >= resting.limit_price or not selling and reach.low <= resting.limit_price
                     then resting.limit_price end;
end;
$$;
comment on function trading.watch_order is
  'A resting order that has seen a bar, and the price (before slippage) at which the bar fills it, or null: the rules above.';

create function trading.exit_price(rule trading.exit_rule, leg text, direction numeric, entry_price numeric, tick_size numeric)
  returns numeric
  language plpgsql immutable set search_path = '' as $$
declare
  away constant numeric := case leg when 'take_profit' then direction else -direction end;
begin
  return trading.cut(round(coalesce(
    case leg when 'take_profit' then rule.limit_price else rule.stop_price end,
    entry_price + away * rule.amount,
    entry_price * (1 + away * rule.percent * 0.01)), 18), tick_size);
end;
$$;
comment on function trading.exit_price is
  'Where a leg of a bracket lies for a position of direction 1 (long) or -1 entered at entry_price. Null for a trailing stop.';

create function trading.bracket_legs(entry trading.orders, quantity numeric, entry_price numeric, tick_size numeric, placed_at timestamptz)
  returns setof trading.orders
  language plpgsql volatile set search_path = '' as $$
declare
  leg trading.orders := entry;
  direction constant numeric := case entry.side when 'buy' then 1 else -1 end;
begin
  leg.side := case entry.side when 'buy' then 'sell' else 'buy' end;
  leg.quantity := quantity;
  leg.time_in_force := 'gtc';
  leg.expires_at := null;
  leg.reduce_only := true;
  leg.for_target := false;
  leg.bracket_id := entry.id;
  leg.take_profit := null;
  leg.stop_loss := null;
  leg.fee := null;
  leg.triggered := false;
  leg.trail_amount := null;
  leg.trail_percent := null;
  leg.trail_peak := null;
  leg.status := 'open';
  leg.reason := null;
  leg.created_at := placed_at;
  leg.closed_at := null;

  if entry.stop_loss is distinct from null then
    leg.id := nextval('trading.orders_id_seq');
    leg.leg := 'stop_loss';
    leg.type := coalesce((entry.stop_loss).type, 'stop');
    leg.limit_price := case when leg.type = 'stop_limit' then trading.cut((entry.stop_loss).limit_price, tick_size) end;
    leg.trail_amount := case when leg.type = 'trailing_stop' then (entry.stop_loss).trail_amount end;
    leg.trail_percent := case when leg.type = 'trailing_stop' then (entry.stop_loss).trail_percent end;
    leg.trail_peak := case when leg.type = 'trailing_stop' then entry_price end;
    leg.stop_price := case when leg.type = 'trailing_stop'
      then trading.trailing_stop_price(leg.side, entry_price, leg.trail_amount, leg.trail_percent)
      else trading.bounded_price(trading.exit_price(entry.stop_loss, 'stop_loss', direction, entry_price, tick_size), tick_size) end;
    return next leg;
  end if;
  if entry.take_profit is distinct from null then
    leg.id := nextval('trading.orders_id_seq');
    leg.leg := 'take_profit';
    leg.type := 'limit';
    leg.stop_price := null;
    leg.trail_amount := null;
    leg.trail_percent := null;
    leg.trail_peak := null;
    leg.limit_price := trading.bounded_price(
      trading.exit_price(entry.take_profit, 'take_profit', direction, entry_price, tick_size), tick_size);
    return next leg;
  end if;
end;
$$;
comment on function trading.bracket_legs is
  'The stop loss and the take profit that protect quantity units entered by entry at entry_price: one cancels the other '
  '(bracket_id). A leg that a distant fill would put at zero or below lies at the lowest price instead.';

create function trading.order_problem(type text, limit_price numeric, stop_price numeric, trail_amount numeric, trail_percent numeric)
  returns text
  language plpgsql immutable set search_path = '' as $$
begin
  return case
    when type in ('limit', 'stop_limit') and coalesce(limit_price, 0) <= 0 then 'a ' || type || ' order needs a limit_price of at least a tick'
    when type in ('stop', 'stop_limit') and coalesce(stop_price, 0) <= 0 then 'a ' || type || ' order needs a stop_price of at least a tick'
    when type = 'trailing_stop' and num_nonnulls(trail_amount, trail_percent) <> 1
      then 'a trailing_stop needs one of trail_amount and trail_percent'
    when type = 'trailing_stop' and trail_percent >= 100 then 'trail_percent must be below 100'
  end;
end;
$$;
comment on function trading.order_problem is 'What is missing or impossible in the prices (in whole ticks) of an order of that type, or null.';

create function trading.is_too_far(request trading.alert_request, price numeric, percent numeric) returns boolean
  language plpgsql immutable set search_path = '' as $$
declare
  stop constant numeric := (request.stop_loss).stop_price;
begin
  return request.take_profit is not distinct from null and least(stop, price) < greatest(stop, price) * (1 - percent * 0.01) is true;
end;
$$;
comment on function trading.is_too_far is
  'Whether a stop loss that is sent as a price, without a take profit beside it, lies so far from the price that a percent or points was meant.';

create function trading.bracket_problem(request trading.alert_request, delta numeric, price numeric, tick_size numeric) returns text
  language plpgsql immutable set search_path = '' as $$
declare
  direction constant numeric := sign(delta);
  profit constant numeric := trading.exit_price(request.take_profit, 'take_profit', direction, price, tick_size);
  stop constant numeric := trading.exit_price(request.stop_loss, 'stop_loss', direction, price, tick_size);
begin
  return case
    when profit <= 0 or profit >= 1e18 or direction * (profit - price) <= 0 then 'take_profit lies on the wrong side of the price, or is no price'
    when stop <= 0 or stop >= 1e18 or direction * (price - stop) <= 0 then 'stop_loss lies on the wrong side of the price, or is no price'
    when (request.stop_loss).trail_percent >= 100 then 'trail_percent of a stop_loss must be below 100'
    when (request.stop_loss).type = 'stop_limit' and coalesce(trading.cut((request.stop_loss).limit_price, tick_size), 0) <= 0
      then 'a stop_limit needs a limit_price of at least a tick'
    when (request.stop_loss).type = 'trailing_stop' and num_nonnulls((request.stop_loss).trail_amount, (request.stop_loss).trail_percent) <> 1
      then 'a trailing_stop needs one of trail_amount and trail_percent'
    when coalesce((request.stop_loss).type, 'stop') <> 'trailing_stop' and request.stop_loss is distinct from null and stop is null
      then 'a stop_loss needs one of percent, amount and stop_price'
    when request.take_profit is distinct from null and profit is null then 'a take_profit needs one of percent, amount and limit_price'
  end;
end;
$$;
comment on function trading.bracket_problem is 'What is wrong with the bracket of a request that would trade delta at price, or null.';
