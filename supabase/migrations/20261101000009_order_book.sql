-- The resting orders of an account together: which see a mark, which give way to a fill, which are taken away. Pure functions.

create function trading.watch_orders(orders trading.orders[], symbol text, bar trading.bar, at timestamptz)
  returns table (slot integer, watched trading.orders, fill_price numeric, place numeric)
  language plpgsql immutable set search_path = '' as $$
begin
  return query
  select o.slot, w.watched, w.fill_price, w.place
  from (
    select r.ordinality::integer as slot, r.type, r.expires_at <= at is true as is_over, trading.first_place(r.seen_from, bar) as first_place
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
      -- An exit is not better than asked for by a bar of which nobody says when it began: the price was at its limit before.
      case when (seen.resting).type = 'limit' and (seen.resting).reduce_only and seen.place = 0 and bar.starts_at is null
           then (seen.resting).limit_price else seen.fill_price end,
      seen.place
    from trading.watch_in_bar(orders[o.slot], bar, o.first_place) seen where not o.is_over and bar.close is not null and o.first_place is not null
  ) w
  order by w.place, o.type <> 'market', o.type = 'limit', o.slot;
end;
$$;
comment on function trading.watch_orders is
  'The open orders that are past their day or that the bar of their symbol may reach, in the order in which it does: at one place those '
  'that wait for a price first, stops before limits, older before newer; fill_price and place are null where the bar does not reach the order.';

create function trading.trim_exits(orders trading.orders[], slots integer[], held trading.positions, filled trading.orders, at timestamptz)
  returns table (slot integer, trimmed trading.orders)
  language plpgsql immutable set search_path = '' as $$
declare
  o trading.orders;
  uncovered numeric := abs(held.quantity);
  bracket_id bigint;
  kept numeric;
begin
  for i in reverse cardinality(slots) .. 1 loop
    o := orders[slots[i]];
    continue when o.status <> 'open' or not o.reduce_only or o.symbol <> held.symbol or o.strategy <> held.strategy;
    if o.bracket_id = filled.bracket_id or held.quantity = 0 or (held.quantity > 0) = (o.side = 'buy') then
      kept := 0;
    elsif o.bracket_id is null then
      kept := least(o.quantity, abs(held.quantity));
    elsif o.bracket_id is distinct from bracket_id then
      kept := least(o.quantity, uncovered);
      uncovered := uncovered - kept;
      bracket_id := o.bracket_id;
    end if;
    continue when kept = o.quantity;
    if kept > 0 then
      o.quantity := kept;
    else
      o.status := 'canceled';
      o.reason := case when o.bracket_id = filled.bracket_id then 'oco' else 'position_closed' end;
      o.closed_at := at;
    end if;
    slot := slots[i];
    trimmed := o;
    return next;
  end loop;
end;
$$;
comment on function trading.trim_exits is
  'The exits that change when filled has left held behind: the other leg of its bracket goes; the brackets cover no more than '
  'what is left, the oldest giving way first; exits of a position that is gone are canceled.';

create function trading.places_of(o trading.orders) returns integer
  language plpgsql immutable set search_path = '' as $$
begin
  return greatest(1, num_nonnulls(o.take_profit, o.stop_loss));
end;
$$;
comment on function trading.places_of is
  'How many a resting order counts as toward max_resting_orders: as itself, and as the exits that take its place when it fills.';

create function trading.places_taken(orders trading.orders[], slots integer[], request trading.alert_request) returns integer
  language plpgsql immutable set search_path = '' as $$
begin
  return (
    select coalesce(sum(trading.places_of(orders[s])), 0) from unnest(slots) s
    where (orders[s]).status = 'open' and ((request.target).quantity is null
      or not ((orders[s]).for_target and (orders[s]).symbol = request.symbol and (orders[s]).strategy = request.strategy)));
end;
$$;
comment on function trading.places_taken is
  'The places of the orders that go on resting when request is booked: a target takes away what an earlier target left.';

create function trading.resting_exchange(orders trading.orders[], slots integer[], symbol text) returns text
  language plpgsql immutable set search_path = '' as $$
begin
  return (
    select (orders[s]).exchange from unnest(slots) s
    where (orders[s]).status = 'open' and (orders[s]).symbol = resting_exchange.symbol and (orders[s]).exchange is not null limit 1);
end;
$$;
comment on function trading.resting_exchange is 'The exchange that the alerts of a symbol''s resting orders named, or null. They cannot have named two.';

create function trading.orders_ahead(orders trading.orders[], slots integer[], request trading.alert_request) returns trading.orders[]
  language plpgsql immutable set search_path = '' as $$
begin
  return array(
    select orders[s] from unnest(slots) s
    where (orders[s]).status = 'open' and (orders[s]).waiting and (orders[s]).symbol = request.symbol and (orders[s]).strategy = request.strategy
      and not ((orders[s]).for_target and (request.target).quantity is not null)
    order by s);
end;
$$;
comment on function trading.orders_ahead is
  'The orders of its symbol and strategy that wait for a price and fill before request''s own: not those of an earlier target, which it takes away.';

create function trading.moved_exit(
  resting trading.orders, request trading.alert_request, held trading.positions, market trading.market, at timestamptz
) returns trading.orders
  language plpgsql volatile set search_path = '' as $$
declare
  entry trading.orders := resting;
  moved trading.orders;
begin
  entry.side := case resting.side when 'sell' then 'buy' else 'sell' end;
  entry.take_profit := case resting.leg when 'take_profit' then request.take_profit end;
  entry.stop_loss := case resting.leg when 'stop_loss' then request.stop_loss end;
  select l.* into moved from trading.bracket_legs(entry, resting.quantity,
    trading.quotient(held.cost_basis, held.quantity * market.multiplier), market.tick_size, at, resting.seen_from) l;
  moved.id := resting.id;
  moved.bracket_id := resting.bracket_id;
  moved.created_at := resting.created_at;
  if moved.type = 'trailing_stop' and moved.trail_peak is not null then
    moved.trail_peak := coalesce(market.mark, moved.trail_peak);
    moved.stop_price := trading.trailing_stop_price(moved.side, moved.trail_peak, moved.trail_amount, moved.trail_percent);
  end if;
  return moved;
end;
$$;
comment on function trading.moved_exit is
  'An exit of a bracket where request puts it: at a price, or so far from the average entry; one that trails does so from the mark.';

create function trading.modify_orders(
  orders trading.orders[], slots integer[], request trading.alert_request, held trading.positions, market trading.market, at timestamptz
) returns table (slot integer, modified trading.orders, fill_price numeric)
  language plpgsql volatile set search_path = '' as $$
declare
  was trading.orders;
  moved_to trading.exit_rule;
  met record;
begin
  foreach slot in array slots loop
    was := orders[slot];
    continue when was.status <> 'open' or was.waiting or was.symbol <> request.symbol or was.strategy <> request.strategy
      or request.order_id <> was.id::text;
    modified := was;
    moved_to := case was.leg when 'stop_loss' then request.stop_loss when 'take_profit' then request.take_profit end;
    if moved_to is distinct from null and held.quantity <> 0 then
      modified := trading.moved_exit(was, request, held, market, at);
    elsif was.leg is null and not was.reduce_only then
      modified.take_profit := coalesce(request.take_profit, was.take_profit);
      modified.stop_loss := coalesce(request.stop_loss, was.stop_loss);
    end if;
    if was.leg is null or request.order_id is not null then
      if modified.type in ('limit', 'stop_limit') then
        modified.limit_price := coalesce(trading.bounded_price(trading.tick_price(request.limit_price, market.tick_size, was.side = 'sell'), market.tick_size),
          modified.limit_price);
      end if;
      if modified.type in ('stop', 'stop_limit') then
        modified.stop_price := coalesce(trading.bounded_price(trading.tick_price(request.stop_price, market.tick_size, was.side = 'buy'), market.tick_size),
          modified.stop_price);
      end if;
      if modified.type = 'trailing_stop' and num_nonnulls(request.trail_amount, request.trail_percent) = 1 then
        modified.trail_amount := request.trail_amount;
        modified.trail_percent := request.trail_percent;
        modified.stop_price := trading.trailing_stop_price(was.side, was.trail_peak, request.trail_amount, request.trail_percent);
      end if;
    end if;
    if modified is distinct from was then
      met := trading.meet_order(modified, market.mark, market.mark);
      modified := met.resting;
      fill_price := met.fill_price;
      return next;
    end if;
  end loop;
end;
$$;
comment on function trading.modify_orders is
  'The resting orders of its symbol and strategy (or the one of order_id) that a request changes: the exits of a bracket by stop_loss and '
  'take_profit, other orders by their prices, entries that rest by their exits too. fill_price: the mark, where that has passed the new price.';

create function trading.cancel_orders(orders trading.orders[], slots integer[], request trading.alert_request, at timestamptz)
  returns table (slot integer, canceled trading.orders)
  language plpgsql immutable set search_path = '' as $$
declare
  is_meant boolean;
begin
  foreach slot in array slots loop
    canceled := orders[slot];
    is_meant := case
      when request.action is distinct from 'cancel'
        then canceled.for_target and canceled.symbol = request.symbol and canceled.strategy = request.strategy
      when request.order_id is not null then request.order_id = canceled.id::text
      when request.symbol = '' then request.strategy in ('', canceled.strategy)  -- every symbol; of every strategy when none is named
      else canceled.symbol = request.symbol and canceled.strategy = request.strategy
    end;
    if canceled.status = 'open' and is_meant then
      canceled.status := 'canceled';
      canceled.reason := case request.action when 'cancel' then 'alert' else 'replaced' end;
      canceled.closed_at := at;
      return next;
    end if;
  end loop;
end;
$$;
comment on function trading.cancel_orders is
  'The resting orders that a request takes away: a cancel by its id, by symbol and strategy, or (without a symbol) all; a target '
  'those that an earlier target of its symbol and strategy left.';
