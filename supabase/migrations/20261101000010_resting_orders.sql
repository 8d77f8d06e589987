-- Bars, and the orders that wait for a price in them: pure functions.
--
-- A mark is a bar; one price is a bar of one price. Nobody knows how the price moved inside a bar. TradingView's broker
-- emulator has a rule, and so do we (setting bar_path: tradingview): from the open to the extreme nearer to it (the
-- low, when both are as far), to the other one, to the close. All orders of the symbol are met together, in the order
-- in which this path reaches them:
--   stop           fills at its level, or at the open when the bar began beyond it.
--   limit          fills at its level, or at the open when that is better.
--   trailing_stop  hangs from the best price that the path has had since it was placed, or since its activation.
--   stop_limit     fills where its stop would, if that is within its limit; otherwise it waits as a limit.
--   waiting        a market order without a price fills at the close, before all others: it was due already.
--   born inside    what a fill places or cancels counts from that place of the path on.
-- A place is how far the price has moved since the open: exact, without a division.

create type trading.bar as (
  "open" numeric, high numeric, low numeric, "close" numeric, path numeric[], length numeric, starts_at timestamptz,
  ends_at timestamptz
);
comment on type trading.bar is
  'A mark. path: the prices at which it turned, null where bar_path is worst; length: how far it moved in all; '
  'starts_at: where its interval is known; ends_at: its time, null when it carried none.';

create function trading.interval_length(written text) returns interval
  language plpgsql immutable set search_path = '' as $$
declare
  parts constant text[] := regexp_match(written, '^(\d{0,5})([sS]|m|min|[hH]|[dD]|[wW]|M|)$');
begin
  return case when written <> '' then make_interval(secs => coalesce(nullif(parts[1], '')::integer, 1)
    * case when parts[2] in ('', 'm', 'min') then 60 when parts[2] = 'M' then 2592000
           else case upper(parts[2]) when 'S' then 1 when 'H' then 3600 when 'D' then 86400
             when 'W' then 604800 end end) end;
end;
$$;
comment on function trading.interval_length is
  'How long a bar of TradingView''s {{interval}} is: 15 (minutes), 30S, 4H, D, 1W, M (30 days), and as others write '
  'it, 15m and 15min; null for anything else.';

create function trading.end_of_bar("time" timestamptz, "interval" text, at timestamptz) returns timestamptz
  language plpgsql immutable set search_path = '' as $$
declare
  age constant interval := at - "time";
  length constant interval := case when age >= '59 seconds' then trading.interval_length("interval") end;
begin
  return case when length >= '1 minute' and age >= length - interval '1 second' and age < 2 * length
              then "time" + length else "time" end;
end;
$$;
comment on function trading.end_of_bar is
  'When what an alert with an interval tells of happened: at its time, or an interval later where it arrives (at) that '
  'long after: then its time is that of its bar''s open, as TradingView''s {{time}}.';

create function trading.bar_of(request trading.alert_request, bar_path text) returns trading.bar
  language plpgsql immutable set search_path = '' as $$
declare
  bar trading.bar;
  price constant numeric := request.price;
begin
  bar.open := coalesce(request.open, price);
  bar.high := greatest(request.high, bar.open, price);
  bar.low := least(request.low, bar.open, price);
  bar.close := price;
  bar.ends_at := request.time;
  if num_nonnulls(request.open, request.high, request.low) = 0 then
    bar.path := array[price];
    bar.length := 0;
  else
    bar.path := case when bar.high - bar.open < bar.open - bar.low then array[bar.open, bar.high, bar.low, price]
      else array[bar.open, bar.low, bar.high, price] end;
    bar.length := abs(bar.path[2] - bar.open) + bar.high - bar.low + abs(price - bar.path[3]);
    bar.starts_at := request.time - trading.interval_length(request.interval);
  end if;
  bar.path := case bar_path when 'tradingview' then bar.path end;
  return bar;
end;
$$;
comment on function trading.bar_of is 'The bar of an alert that brings a price.';

create function trading.first_place(seen_from timestamptz, bar trading.bar) returns numeric
  language plpgsql immutable set search_path = '' as $$
begin
  return case
    when seen_from is null or bar.ends_at is null or seen_from <= bar.starts_at then 0
    when bar.starts_at is not null then case when seen_from < bar.ends_at then bar.length end
    when seen_from < bar.ends_at then 0
    when seen_from = bar.ends_at then bar.length
  end;
end;
$$;
comment on function trading.first_place is
  'From which place on a bar concerns what was placed or opened at seen_from; null: not at all. What was traded before '
  'does not: a bar with an interval covers (starts_at, ends_at], of one that began earlier only its close is sure to '
  'come after. So it is of a bar without an interval in whose very second the alert was made: TradingView''s times are '
  'whole seconds. Without times all of it counts.';

create function trading.prices_between(bar trading.bar, from_place numeric, to_place numeric) returns numeric[]
  language plpgsql immutable set search_path = '' as $$
declare
  prices numeric[];
  passed numeric := 0;
  step numeric;
begin
  if from_place = 0 and to_place = bar.length then
    return bar.path;
  end if;
  for turn in 2 .. cardinality(bar.path) loop
    step := bar.path[turn] - bar.path[turn - 1];
    if prices is null and from_place <= passed + abs(step) then
      prices := array[bar.path[turn - 1] + sign(step) * (from_place - passed)];
    end if;
    if to_place > from_place and to_place <= passed + abs(step) then
      return array_append(prices, bar.path[turn - 1] + sign(step) * (to_place - passed));
    end if;
    passed := passed + abs(step);
    if to_place > passed and from_place < passed then
      prices := array_append(prices, bar.path[turn]);
    end if;
  end loop;
  return prices;
end;
$$;
comment on function trading.prices_between is
  'The prices of a bar''s path from one place to another: at both, and where it turned between them.';

create function trading.prices_watched(bar trading.bar, held trading.positions, from_place numeric, to_place numeric)
  returns numeric[] language plpgsql immutable set search_path = '' as $$
declare
  adverse constant numeric := case when held.quantity > 0 then bar.low else bar.high end;
begin
  return case
    when bar.path is not null then trading.prices_between(bar, from_place, coalesce(to_place, bar.length))
    when to_place = 2 then array[adverse]  -- a limit: see watch_in_bar
    when to_place is not null then '{}'
    when from_place > 0 then array[adverse, bar.close]
    else array[adverse, case when held.quantity > 0 then bar.high else bar.low end, bar.close] end;
end;
$$;
comment on function trading.prices_watched is
  'The prices that an open position sees from one place of a bar to another, or to the end (null): of its path; where '
  'bar_path is worst its adverse extreme first, but not beyond a stop that ends it.';

-- Orders in a bar ---------------------------------------------------------------------------------

create function trading.trailing_stop_price(side text, peak numeric, trail_amount numeric, trail_percent numeric)
  returns numeric language plpgsql immutable set search_path = '' as $$
declare
  distance constant numeric := coalesce(trail_amount, abs(peak) * trail_percent * 0.01);
begin
  return trading.bounded_price(case side when 'sell' then peak - distance else peak + distance end, null);
end;
$$;
comment on function trading.trailing_stop_price is
  'Where a trailing stop lies when the best price since it was placed is peak.';

create function trading.meet_order(inout resting trading.orders, was numeric, price numeric, out fill_price numeric)
  language plpgsql immutable set search_path = '' as $$
declare
  -- As if it sold: what is bought is the same with the signs turned.
  direction constant numeric := case resting.side when 'sell' then 1 else -1 end;
  reached numeric;
begin
  if resting.type = 'trailing_stop' and direction * (price - was) >= 0 then
    if resting.trail_peak is null and direction * (price - resting.activation_price) >= 0
      or direction * (price - resting.trail_peak) > 0 then
      resting.trail_peak := price;
      resting.stop_price := trading.trailing_stop_price(resting.side, price, resting.trail_amount,
        resting.trail_percent);
    end if;
    if price <> was then
      return;
    end if;
  end if;
  if resting.type in ('stop', 'trailing_stop', 'stop_limit') and not resting.triggered then
    if direction * (price - resting.stop_price) <= 0 then
      reached := direction * least(direction * resting.stop_price, direction * was);
    end if;
    if resting.type <> 'stop_limit' or reached is null then
      fill_price := reached;
      return;
    end if;
    resting.triggered := true;
    if direction * (reached - resting.limit_price) >= 0 then
      fill_price := reached;
      return;
    end if;
    was := reached;
  end if;
  if direction * (price - resting.limit_price) >= 0 then
    fill_price := direction * greatest(direction * resting.limit_price, direction * was);
  end if;
end;
$$;
comment on function trading.meet_order is
  'A resting order while the price moves from was, which did not fill it, to price; both the same: it stands there. '
  'fill_price: where that fills it, before slippage; null: it does not.';

create function trading.watch_in_bar(
  inout resting trading.orders, bar trading.bar, first_place numeric, out fill_price numeric, out place numeric
) language plpgsql immutable set search_path = '' as $$
declare
  is_worst constant boolean := bar.path is null;
  is_inside constant boolean := first_place is null;
  is_limit constant boolean := resting.type = 'limit' or resting.triggered;
  adverse constant numeric := case resting.side when 'sell' then bar.low else bar.high end;
  favorable constant numeric := case resting.side when 'sell' then bar.high else bar.low end;
  prices constant numeric[] := case
    when resting.waiting then '{}'
    when not is_worst then trading.prices_between(bar, first_place, bar.length)
    when first_place > 0 or is_inside and is_limit then array[bar.close]
    when is_limit then array[favorable]
    when is_inside then array[adverse, bar.close]
    when resting.type = 'trailing_stop' then array[bar.open, adverse, favorable, bar.close]
    else array[bar.open, adverse, bar.close] end;
  -- What is placed inside has not been reached yet, wherever in the bar it was placed.
  was numeric := case when is_inside and not is_limit then
    case resting.side when 'sell' then greatest(favorable, resting.stop_price)
      else least(favorable, resting.stop_price) end else prices[1] end;
  price numeric;
  met record;
begin
  if resting.waiting then
    fill_price := bar.close;  -- whatever the bar began with, its close came after the order
    place := 0;
    return;
  end if;
  place := first_place;
  foreach price in array prices loop
    met := trading.meet_order(resting, was, price);
    resting := met.resting;
    fill_price := met.fill_price;
    place := place + abs(coalesce(fill_price, price) - was);
    exit when fill_price is not null;
    was := price;
  end loop;
  if fill_price is null then
    place := null;
  elsif is_worst then
    -- Of a limit that lies behind all of the bar the close is taken: no market gives less than it has.
    fill_price := case when not is_limit or is_inside and resting.limit_price not between bar.low and bar.high
      then fill_price else resting.limit_price end;
    place := case when is_inside then 3 when resting.type = 'limit' then 2 else 1 end;
  end if;
end;
$$;
comment on function trading.watch_in_bar is
  'A resting order that has seen a bar''s path from first_place on; what fills it (before slippage), and where. Where '
  'bar_path is worst, and so the bar has no path, the adverse extreme comes first for every order, stops before '
  'limits, which fill at their price and never better; first_place is null for what was placed inside the bar: its '
  'adverse extreme is taken to come after, its favorable one not; place: 1 stops, 2 limits, 3 what was placed inside '
  'the bar. What waits for a price fills at the close.';

grant execute on function trading.interval_length, trading.end_of_bar to authenticated;
