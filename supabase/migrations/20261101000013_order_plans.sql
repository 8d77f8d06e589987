-- From an alert to its order: what it comes to, given what is held and known at that moment.

create type trading.order_plan as (
  placed trading.orders, delta numeric, price numeric, fee numeric, repaired numeric, overtaken boolean, code text,
  message text
);
comment on type trading.order_plan is
  'What an alert''s own order comes to: the order; its signed units; the price it fills at now (null: it rests) and '
  'the fee of that; repaired: the units that action and quantity alone would have traded, where a target or what fits '
  'decided otherwise; overtaken: an alert that came after it at its sender''s was applied already, in the same second; '
  'or code and message of a refusal.';

create function trading.refused_plan(code text, message text) returns trading.order_plan
  language plpgsql immutable set search_path = '' as $$
begin
  return row(null, null, null, null, null, null, code, message)::trading.order_plan;
end;
$$;
comment on function trading.refused_plan is 'The plan of an order that is refused.';

create function trading.comes_before(request trading.alert_request, held trading.positions, delta numeric)
  returns boolean language plpgsql immutable set search_path = '' as $$
declare
  previous constant numeric := trading.signed_target(request.previous);
  target constant numeric := trading.signed_target(request.target);
  is_complete constant boolean := coalesce(held.last_previous = held.last_held, false);
begin
  return case
    when previous = held.last_target and (is_complete or target <> held.last_previous) then false
    when target = held.last_previous then true
    when previous is not null and is_complete then false
    when previous = held.last_held and held.last_previous is not null then true
    else delta * case request.action when 'buy' then 1 when 'sell' then -1 end < 0 and abs(held.quantity + delta) > 0
      and (abs(held.quantity + delta) > abs(held.quantity) or sign(held.quantity + delta) <> sign(held.quantity))
  end is true;
end;
$$;
comment on function trading.comes_before is
  'Whether a request with a target, made in the second of the newest alert applied, was made before that. The alerts '
  'of a second follow each other, from what was held before it: each begins where the one before it ended. Where one '
  'of them does not say what was held before it, or does not meet the others yet: whether its action says the other '
  'side than a trade that would open.';

create function trading.fit_plan(
  inout plan trading.order_plan, held numeric, price numeric, portfolio trading.portfolio,
  settings trading.account_settings, market trading.market
) language plpgsql immutable set search_path = '' as $$
declare
  delta constant numeric := plan.delta;
  closing constant numeric := case when sign(held) = -sign(delta) then least(abs(held), abs(delta)) else 0 end;
  fitted numeric := sign(delta) * closing;
  fee numeric := plan.fee;
  judged trading.account_settings := settings;
  refused trading.refused;
  most numeric;
begin
  if (plan.placed).for_target then
    judged.leverage := settings.leverage * (1 + settings.funds_room_bps * 0.0001);
    judged := trading.with_fee(judged, 0);
    fee := 0;
  end if;
  refused := trading.refusal(held, delta, price, fee, portfolio, judged, market);
  if refused.code is null then
    return;
  end if;
  if (plan.placed).for_target and refused.code = 'insufficient_funds' then
    most := sign(delta) * greatest(closing, least(abs(delta), trading.cut(
      trading.affordable_quantity(portfolio, judged, market, price, closing),
      coalesce(market.lot_size, 0.00000001))));
    fitted := case when trading.refusal(held, most, price, fee, portfolio, judged, market) is null then most
      else fitted end;
  end if;
  if fitted = 0 or refused.code = 'quantity_too_large' then
    plan.code := refused.code;
    plan.message := refused.message;
  elsif plan.price is not null and fitted <> delta then
    plan.repaired := delta;
    plan.delta := fitted;
    plan.placed.quantity := abs(fitted);
    plan.fee := coalesce((plan.placed).fee, trading.fill_fee(settings, abs(fitted), plan.price, market.multiplier));
  end if;
end;
$$;
comment on function trading.fit_plan is
  'An order that was refused at price: cut to what may be traded now (repaired: what was asked for), which is what '
  'closes, and of a target as much of the rest as fits, judged before its fee and with funds_room_bps of room; where '
  'that is nothing, refused. See refusal.';

create function trading.plan_order(
  request trading.alert_request, held trading.positions, market trading.market,
  portfolio trading.portfolio, settings trading.account_settings, at timestamptz
) returns trading.order_plan language plpgsql immutable set search_path = '' as $$
declare
  plan trading.order_plan; placed trading.orders; fits trading.refused; target trading.target := request.target;
  reference numeric := coalesce(request.price,
    case when market.marked_at >= at - make_interval(secs => settings.max_mark_age) then market.mark end);
  quantity numeric; worst numeric; direction integer; fills_at_once boolean;
begin
  if request.time < held.last_alert_at and not settings.allow_stale
    or extract(epoch from at - request.time) > request.max_age then
    return trading.refused_plan('stale_alert', 'the alert is older than one already applied, or than its max_age');
  end if;

  direction := coalesce(
    sign(case when target.quantity is not null then trading.signed_target(target) - held.quantity end),
    case request.action when 'buy' then 1 when 'sell' then -1 else -sign(held.quantity) end);
  placed.type := coalesce(request.order_type, 'market');
  if placed.type <> 'market' then
    placed := trading.priced(placed, request, direction, market.tick_size);
    plan.message := trading.order_problem(placed, market);
    if plan.message is not null then
      return trading.refused_plan('invalid_order', plan.message);
    end if;
  end if;
  worst := coalesce(placed.limit_price, placed.stop_price, reference);
  if worst is null or placed.type = 'trailing_stop' and reference is null then
    return trading.refused_plan('no_price', 'the alert brings no price and the last mark is older than max_mark_age');
  elsif market.multiplier is null then
    return trading.refused_plan('no_rate', (
      select market.symbol || ' is priced in ' || c.code || ': send a mark of ' || c.pair || ' or ' || c.inverse_pair
        || ' first, it brings the rate'
      from unnest(portfolio.currencies) c where c.code = market.currency));
  end if;

  -- A limit or stop that the market has reached already fills at the market's price: it is sized at that.
  fills_at_once := reference is not null
    and coalesce(direction * (placed.limit_price - reference) >= 0, true)
    and coalesce(direction * (reference - placed.stop_price) >= 0, true);

  if request.fee is not null then
    settings := trading.with_fee(settings, request.fee);
  end if;
  quantity := case
    when request.quantity is null then null
    when coalesce(request.quantity_type, 'units') = 'units'
      then case when market.lot_size is null then request.quantity
        else trading.cut(request.quantity, market.lot_size) end
    else trading.order_size(request.action, request.quantity, request.quantity_type, request.stop_loss, held.quantity,
      case when fills_at_once then reference else worst end, portfolio, settings, market) end;
  if request.quantity is not null and quantity is null and target.quantity is null then
    return trading.refused_plan('no_stop', 'a size by risk needs a stop_loss away from the price');
  elsif quantity = 0 and target.quantity is null and not (request.action = 'close' and held.quantity = 0) then
    return trading.refused_plan('quantity_too_small', 'the quantity rounds to zero lots');
  end if;
  if target.quantity is not null then
    target.quantity := trading.cut(target.quantity, market.lot_size);
  end if;
  plan.delta := trading.wanted_delta(request.action, target, quantity, held.quantity);
  if plan.delta is null then
    return trading.refused_plan('no_quantity', 'the alert does not say how much to trade');
  end if;
  if target is distinct from null and request.action is not null then
    plan.repaired := trading.repaired_delta(request.action, target, quantity, held.quantity, plan.delta);
  end if;
  if request.time = held.last_alert_at and target.quantity is not null
    and trading.comes_before(request, held, plan.delta) then
    plan.overtaken := true;
    plan.repaired := coalesce(plan.repaired, plan.delta);
    plan.delta := 0;
  end if;
  if plan.delta = 0 then
    return plan;
  elsif abs(plan.delta) >= 1e18 then  -- more than trading.quantity holds
    return trading.refused_plan('quantity_too_large', 'quantities stay below 1e18');
  end if;

  placed.side := case when plan.delta > 0 then 'buy' else 'sell' end;
  placed.quantity := abs(plan.delta);
  -- A target's exit may never open the other side either, whatever happens before it fills.
  placed.reduce_only := (request.action = 'close' or target.side is not null) is true
    and sign(plan.delta) = -sign(held.quantity) and abs(plan.delta) <= abs(held.quantity);
  placed.for_target := target.quantity is not null;
  placed.waiting := false;
  placed.fee := request.fee;

  -- A resting order whose price the market has already reached is taken at the market.
  plan.price := case placed.type
    when 'market' then reference
    when 'limit' then case when plan.delta * (placed.limit_price - reference) >= 0 then reference end
    when 'stop' then case when plan.delta * (reference - placed.stop_price) >= 0 then reference end
    when 'stop_limit' then case when plan.delta * (reference - placed.stop_price) >= 0
                                 and plan.delta * (placed.limit_price - reference) >= 0 then reference end
  end;
  if placed.type in ('market', 'stop') and settings.slippage_bps <> 0 then
    plan.price := trading.slipped_price(plan.price, plan.delta, settings.slippage_bps);
  end if;
  placed.triggered := placed.type = 'stop_limit' and coalesce(plan.delta * (reference - placed.stop_price) >= 0, false);
  if placed.type = 'trailing_stop' then
    placed := trading.trailing_from(placed, row(null, null, null, null, null, request.trail_amount,
      request.trail_percent, request.activation_price, request.activation_amount, request.activation_percent, null,
      null)::trading.exit_rule, reference);
  end if;

  -- Not a size by risk: in a gap to the stop it would take the whole account.
  placed.resize := coalesce(plan.price is null and target.quantity is null
    and case when placed.reduce_only then request.action = 'close' and request.quantity is null
             else request.quantity_type = 'percent_of_equity' end, false);
  if plan.price is null then
    market.mark := worst;  -- an order that rests is judged at its own price, where the market will be when it fills
  end if;
  worst := coalesce(plan.price, worst);
  if request.take_profits is not null or request.stop_loss is distinct from null then
    plan.message := trading.bracket_problem(request, plan.delta, worst, market);
    if plan.message is not null then
      return trading.refused_plan('invalid_bracket', plan.message);
    elsif trading.is_too_far(request, worst, settings.max_stop_distance) and not placed.reduce_only then
      return trading.refused_plan('stop_too_far',
        'stop_loss lies too far from the price: is it a percent or points? send stop_loss.percent or '
        'stop_loss.amount');
    end if;
  end if;
  plan.fee := trading.fill_fee(settings, placed.quantity, worst, market.multiplier);
  fits := trading.refusal(held.quantity, plan.delta, worst, plan.fee, portfolio, settings, market);
  plan.placed := placed;
  return case when fits.code is null then plan
    else trading.fit_plan(plan, held.quantity, worst, portfolio, settings, market) end;
end;
$$;
comment on function trading.plan_order is
  'The order that a trade alert leads to, given what is held and known then, or why there is none. Reads no table.';

create function trading.plan_wait(
  refused trading.order_plan, request trading.alert_request, held trading.positions, market trading.market,
  portfolio trading.portfolio, settings trading.account_settings, at timestamptz, ahead trading.orders[]
) returns trading.order_plan language plpgsql immutable set search_path = '' as $$
declare
  plan trading.order_plan;
  placed trading.orders;
  target trading.target := request.target;
  -- What is held when the orders ahead have filled; null where the size of one is not known yet.
  expected constant numeric := held.quantity + (
    select case when count(*) = count(o.quantity)
      then coalesce(sum(case o.side when 'buy' then o.quantity else -o.quantity end), 0) end
    from unnest(ahead) o);
  quantity numeric;
  direction numeric;
  judged trading.refused;
begin
  -- What is to fill at once or not at all cannot wait.
  if settings.price_wait is null or coalesce(request.order_type, 'market') <> 'market'
    or request.time_in_force = 'ioc' then
    return refused;
  elsif request.quantity is null and trading.wanted_delta(request.action, target, null, 0) is null then
    return trading.refused_plan('no_quantity', 'the alert does not say how much to trade');
  elsif request.quantity_type in ('risk_notional', 'risk_percent') and target.quantity is null
    and num_nonnulls((request.stop_loss).stop_price,
      (request.stop_loss).amount, (request.stop_loss).percent, (request.stop_loss).trail_amount,
      (request.stop_loss).trail_percent) = 0 then
    return trading.refused_plan('no_stop', 'a size by risk needs a stop_loss away from the price');
  end if;

  target.quantity := trading.cut(target.quantity, market.lot_size);
  quantity := case coalesce(request.quantity_type, 'units')
    when 'units' then trading.cut(request.quantity, market.lot_size)
    when 'percent_of_position' then
      trading.order_size(request.action, request.quantity, request.quantity_type, null, expected, null,
                         portfolio, settings, market)
  end;
  if quantity = 0 and target.quantity is null and not (request.action = 'close' and expected = 0) then
    return trading.refused_plan('quantity_too_small', 'the quantity rounds to zero lots');
  end if;
  -- A size that needs the price leaves only what does not depend on it: a target, or a close of nothing.
  if request.quantity is null or quantity is not null or target.quantity is not null
    or request.action = 'close' and expected = 0 then
    plan.delta := trading.wanted_delta(request.action, target, quantity, expected);
  end if;
  if plan.delta is not null and target is distinct from null and request.action is not null then
    plan.repaired := trading.repaired_delta(request.action, target, quantity, expected, plan.delta);
  end if;
  if plan.delta = 0 and cardinality(ahead) = 0 then
    return plan;
  elsif abs(plan.delta) >= 1e18 then
    return trading.refused_plan('quantity_too_large', 'quantities stay below 1e18');
  end if;
  direction := coalesce(nullif(sign(plan.delta), 0), case request.action when 'buy' then 1 when 'sell' then -1 end,
    nullif(-sign(held.quantity), 0), case (ahead[cardinality(ahead)]).side when 'buy' then -1 else 1 end);
  -- Without a price and a mark, what money bounds is not judged yet: it is at the fill.
  market.mark := null;
  judged := trading.refusal(expected, coalesce(plan.delta, direction * 1e-18), 0, 0, portfolio, settings, market);
  if expected is not null and judged.code is not null then
    return trading.refused_plan(judged.code, judged.message);
  end if;

  placed.type := 'market';
  placed.side := case direction when 1 then 'buy' else 'sell' end;
  placed.quantity := nullif(abs(plan.delta), 0);
  placed.expires_at := at + make_interval(secs => settings.price_wait);
  placed.reduce_only := false;
  placed.for_target := target.quantity is not null;
  placed.resize := false;
  placed.waiting := true;
  placed.fee := request.fee;
  placed.triggered := false;
  plan.placed := placed;
  return plan;
end;
$$;
comment on function trading.plan_wait is
  'The order that waits for a price where plan_order was refused for having none (refused), or why it may not. What '
  'needs no price is judged now, as if the orders ahead had filled; the rest at its fill, see plan_reached. delta is '
  'null where it needs the price.';

create function trading.is_called(portfolio trading.portfolio, settings trading.account_settings) returns boolean
  language plpgsql immutable set search_path = '' as $$
begin
  return portfolio.exposure > 0 and
    settings.leverage * (1 + settings.funds_room_bps * 0.0001) * (portfolio.cash + portfolio.holdings_value)
      < portfolio.exposure * settings.maintenance_margin * 0.01;
end;
$$;
comment on function trading.is_called is
  'Whether equity covers less than maintenance_margin percent of the margin, exposure / leverage, with the room that a '
  'target has (funds_room_bps); null without leverage.';

create function trading.called_position(
  positions trading.positions[], markets trading.market[], portfolio trading.portfolio
) returns integer language sql immutable set search_path = ''
  return (
    select p.slot from generate_subscripts(positions, 1) p (slot)
    join unnest(markets) m on m.symbol = (positions[p.slot]).symbol
    left join unnest(portfolio.currencies) c on c.code = m.currency
    where (positions[p.slot]).quantity <> 0 and (m.currency is null or c.rate is not null)
    order by ((positions[p.slot]).quantity * m.mark * m.quote_multiplier - coalesce((positions[p.slot]).quote_basis,
      (positions[p.slot]).cost_basis))
      * coalesce(c.rate, 1), p.slot limit 1);
comment on function trading.called_position is
  'The slot of the position that a margin call closes first: the one that loses most.';

create function trading.places_needed(plan trading.order_plan) returns integer
  language plpgsql immutable set search_path = '' as $$
begin
  return case
    when (plan.placed).waiting then trading.places_of(plan.placed)
    when plan.delta = 0 then 0
    when plan.price is null
      then case (plan.placed).time_in_force when 'ioc' then 0 else trading.places_of(plan.placed) end
    when (plan.placed).reduce_only then 0
    else trading.count_exits(plan.placed)
  end;
end;
$$;
comment on function trading.places_needed is
  'How many resting orders a planned order adds: itself if it rests, its exits if it fills; none if it reduces.';
