-- The arithmetic of a fill and of an alert's intent: pure functions, no table is read.

create function trading.flat_position(account_id bigint, strategy text, symbol text) returns trading.positions
  language plpgsql immutable set search_path = '' as $$
declare
  flat trading.positions;
begin
  flat.account_id := account_id;
  flat.strategy := strategy;
  flat.symbol := symbol;
  flat.quantity := 0;
  flat.cost_basis := 0;
  flat.realized_pnl := 0;
  flat.fees := 0;
  flat.version := 0;
  flat.entry_quantity := 0;
  flat.entry_value := 0;
  flat.exit_value := 0;
  flat.trade_pnl := 0;
  flat.trade_fees := 0;
  flat.drawdown := 0;
  return flat;
end;
$$;
comment on function trading.flat_position is 'A position in which nothing has happened yet.';

create type trading.applied_fill as (held trading.positions, realized numeric, closed trading.trades);
comment on type trading.applied_fill is
  'The position after a fill, the gross profit that it realized, and the round trip that it ended (null: none).';

create function trading.apply_fill(
  held trading.positions, delta numeric, price numeric, multiplier numeric, fee numeric, filled_at timestamptz,
  rate numeric
) returns trading.applied_fill language plpgsql immutable set search_path = '' as $$
declare
  before numeric := held.quantity;
  closing numeric := case when sign(before) = -sign(delta) then least(abs(before), abs(delta)) else 0 end;
  opening numeric := abs(delta) - closing;
  basis numeric := case when rate is null then held.cost_basis else coalesce(held.quote_basis, 0) end;
  released numeric := 0;
  closing_fee numeric := 0;
  realized numeric := 0;
  closed trading.trades;
begin
  if closing > 0 then
    released := case when closing = abs(before) then basis
                     else trading.quotient(basis * closing, abs(before)) end;
    realized := (sign(before) * closing * price * multiplier - released) * coalesce(rate, 1);
    closing_fee := case when opening = 0 then fee else trading.quotient(fee * closing, abs(delta)) end;
    held.exit_value := held.exit_value + closing * price;
    held.trade_pnl := held.trade_pnl + realized;
    held.trade_fees := held.trade_fees + closing_fee;
    if closing = abs(before) then
      closed.strategy := held.strategy;
      closed.symbol := held.symbol;
      closed.side := case when before > 0 then 'long' else 'short' end;
      closed.quantity := held.entry_quantity;
      closed.entry_price := trading.quotient(held.entry_value, held.entry_quantity);
      closed.exit_price := trading.quotient(held.exit_value, held.entry_quantity);
      closed.gross_pnl := held.trade_pnl;
      closed.fees := held.trade_fees;
      closed.opened_at := held.opened_at;
      -- a clock that stepped back must not keep a position open
      closed.closed_at := greatest(filled_at, held.opened_at);
      closed.mae := greatest(0, case when before > 0 then closed.entry_price - least(held.low_price, price)
                                     else greatest(held.high_price, price) - closed.entry_price end);
      closed.mfe := greatest(0, case when before > 0 then greatest(held.high_price, price) - closed.entry_price
                                     else closed.entry_price - least(held.low_price, price) end);
      closed.drawdown := held.drawdown;
      held.opened_at := null;
      held.entry_quantity := 0;
      held.entry_value := 0;
      held.exit_value := 0;
      held.trade_pnl := 0;
      held.trade_fees := 0;
      held.low_price := null;
      held.high_price := null;
      held.drawdown := 0;
    end if;
  end if;
  if opening > 0 then
    held.opened_at := coalesce(held.opened_at, filled_at);
    held.entry_quantity := held.entry_quantity + opening;
    held.entry_value := held.entry_value + opening * price;
    held.trade_fees := held.trade_fees + fee - closing_fee;
    held.low_price := coalesce(held.low_price, price);
    held.high_price := coalesce(held.high_price, price);
  end if;
  held.quantity := before + delta;
  basis := basis - released + sign(delta) * opening * price * multiplier;
  if rate is null then
    held.cost_basis := basis;
  else
    held.quote_basis := case when held.quantity <> 0 then basis end;
    held.cost_basis := case
        when closing = 0 then held.cost_basis
        when closing = abs(before) then 0
        else trading.quotient(held.cost_basis * (abs(before) - closing), abs(before)) end
      + sign(delta) * opening * price * multiplier * rate;
  end if;
  held.realized_pnl := held.realized_pnl + realized;
  held.fees := held.fees + fee;
  held.version := held.version + 1;
  return row(held, realized, closed)::trading.applied_fill;
end;
$$;
comment on function trading.apply_fill is
  'A position after a fill of delta units (signed) at price: by average cost. An increase adds to the basis; a reduce '
  'releases its share of it and realizes the rest; a flip closes all, then opens at price, its fee split pro rata. '
  'realized is gross, in account currency; closed is the round trip that this fill ended, or null. What is released is '
  'subtracted from what is kept, so that nothing is lost to a division. rate: account currency per unit of that of the '
  'prices; null: they are one. Profit is counted in the prices'' currency and converted at this rate; the units '
  'themselves gain nothing by a rate, and cost_basis keeps the rates of its fills. So cash changes by realized - what '
  'cost_basis grew by - fee, whatever the currency.';

create function trading.average_price(held trading.positions, multiplier numeric) returns numeric
  language plpgsql immutable set search_path = '' as $$
begin
  return trading.quotient(coalesce(held.quote_basis, held.cost_basis), held.quantity * multiplier);
end;
$$;
comment on function trading.average_price is
  'What a unit of what is held cost, in the currency of its prices; multiplier: the instrument''s own.';

create function trading.watch_position(inout held trading.positions, prices numeric[])
  language plpgsql immutable set search_path = '' as $$
declare
  price numeric;
begin
  foreach price in array prices loop
    held.low_price := least(held.low_price, price);
    held.high_price := greatest(held.high_price, price);
    held.drawdown := greatest(held.drawdown,
      case when held.quantity > 0 then held.high_price - price else price - held.low_price end);
  end loop;
end;
$$;
comment on function trading.watch_position is
  'An open position that has seen prices, in their order: its extremes and its deepest fall from a best price.';

create function trading.signed_target(target trading.target) returns numeric
  language plpgsql immutable set search_path = '' as $$
begin
  return case target.side when 'long' then target.quantity when 'short' then -target.quantity when 'flat' then 0 end;
end;
$$;
comment on function trading.signed_target is
  'A position as a signed quantity; null when its size is not known, but for flat, which is 0.';

create function trading.wanted_delta(action text, target trading.target, quantity numeric, held numeric) returns numeric
  language plpgsql immutable set search_path = '' as $$
declare
  asked numeric := case action when 'buy' then quantity when 'sell' then -quantity end;
begin
  return case
    when target.quantity is not null then
      case target.side when 'short' then -target.quantity when 'long' then target.quantity else 0 end - held
    when action = 'close' and (target.side = 'long' and held < 0 or target.side = 'short' and held > 0) then 0
    when action = 'close' then -sign(held) * least(abs(held), quantity)
    when target.side = 'flat' then -held
    when asked is null then null
    when target.side = 'long' then greatest(held + asked, 0) - held
    when target.side = 'short' then least(held + asked, 0) - held
    else asked
  end;
end;
$$;
comment on function trading.wanted_delta is
  'The signed quantity an alert asks for, given what is held. A known target quantity decides alone; close never '
  'opens, without a quantity closes all, and with a side closes only a position of that side; a target side clamps the '
  'delta so that it never ends on the other side; null: the alert does not say how much. quantity: unsigned.';

create function trading.repaired_delta(
  action text, target trading.target, quantity numeric, held numeric, delta numeric
) returns numeric language plpgsql immutable set search_path = '' as $$
declare
  asked numeric;
  most constant numeric := case action
    when 'buy' then coalesce(quantity, abs(delta))
    when 'sell' then -coalesce(quantity, abs(delta))
    when 'close' then -sign(held) * least(abs(held), quantity)
  end;
begin
  asked := case
    when quantity is not null then most
    when most < 0 then greatest(least(delta, 0), most)
    else least(greatest(delta, 0), most)
  end;
  -- A side alone may clamp what is asked for: that is how an order that only reduces is sent.
  return case when target.quantity is not null or asked * delta < 0 or abs(delta) > abs(asked)
    then nullif(asked, delta) end;
end;
$$;
comment on function trading.repaired_delta is
  'The signed quantity that action and quantity alone would have traded where target made another of it, delta; else '
  'null. Without a quantity, action alone may trade as much of delta as is its own.';

grant execute on function trading.flat_position, trading.apply_fill to authenticated;
