-- How much, at what price, at what cost, and whether at all: pure functions over what is held in memory.

create type trading.market as (
  symbol text, multiplier numeric, lot_size numeric, tick_size numeric, mark numeric, marked_at timestamptz,
  net_quantity numeric, gross_quantity numeric, first_slot integer, last_slot integer,
  slot integer, exchange text, allow_nonpositive boolean,
  quote_multiplier numeric, currency text, rate numeric
);
comment on type trading.market is
  'A symbol while its account is being booked: terms, last mark, what all strategies hold of it together, and where '
  'their positions stand in the array of positions; slot: its own among the markets; exchange: the one it is known '
  'under; allow_nonpositive: its price may be 0 or below. multiplier: account currency per unit and point. Of an '
  'instrument in another currency that is its own, quote_multiplier, at the rate (account currency per unit of '
  'currency), and null without one; currency and rate are null where it is the account''s own.';

create type trading.currency as (
  code text, pair text, inverse_pair text, rate numeric, rated_at timestamptz, is_direct boolean, profit numeric,
  gross numeric
);
comment on type trading.currency is
  'A currency that the account holds instruments of, or is asked for one, besides its own. rate: account currency per '
  'unit, from the newer mark of its two pairs: EURUSD (pair, is_direct) or USDEUR for EUR in USD; null: neither was '
  'marked, or the newer mark is not above 0, and what is held counts as what it cost. profit: open, and gross: sum '
  '|quantity x mark x multiplier|, of what is held in it, in this currency.';

create type trading.portfolio as (
  cash numeric, holdings_value numeric, exposure numeric, open_positions integer, recent_orders integer, halted boolean,
  currencies trading.currency[]
);
comment on type trading.portfolio is
  'An account while it is being booked: equity = cash + holdings_value; exposure = sum |quantity x mark x multiplier|; '
  'recent_orders: placed in the last minute, null where that does not matter; currencies: null without others.';

create function trading.at_rate(inout market trading.market, portfolio trading.portfolio)
  language plpgsql immutable set search_path = '' as $$
begin
  if market.currency is not null then
    market.rate := (select c.rate from unnest(portfolio.currencies) c where c.code = market.currency);
    market.multiplier := market.quote_multiplier * market.rate;
  end if;
end;
$$;
comment on function trading.at_rate is 'A market at the rate of this moment, where it is of another currency.';

create function trading.move_currency(inout portfolio trading.portfolio, code text, profit numeric, gross numeric)
  language plpgsql immutable set search_path = '' as $$
begin
  for nr in 1 .. cardinality(portfolio.currencies) loop
    if (portfolio.currencies[nr]).code = code then
      portfolio.currencies[nr].profit := (portfolio.currencies[nr]).profit + profit;
      portfolio.currencies[nr].gross := (portfolio.currencies[nr]).gross + gross;
    end if;
  end loop;
end;
$$;
comment on function trading.move_currency is
  'An account whose open profit and gross exposure in a currency have grown by so much, in that currency.';

create function trading.rate_of(price numeric, is_direct boolean) returns numeric
  language plpgsql immutable set search_path = '' as $$
begin
  return case when price > 0 then case when is_direct then price else trading.quotient(1, price) end end;
end;
$$;
comment on function trading.rate_of is
  'The rate that a mark of a pair brings, of the direct one or turned over; null: none.';

create function trading.rate_currencies(
  inout portfolio trading.portfolio, symbol text, price numeric, marked_at timestamptz
) language plpgsql immutable set search_path = '' as $$
declare
  c trading.currency;
  was numeric;
begin
  for nr in 1 .. cardinality(portfolio.currencies) loop
    c := portfolio.currencies[nr];
    continue when symbol not in (c.pair, c.inverse_pair) or marked_at < c.rated_at
      or marked_at = c.rated_at and c.is_direct and symbol = c.inverse_pair;
    was := coalesce(c.rate, 0);
    c.is_direct := symbol = c.pair;
    c.rate := trading.rate_of(price, c.is_direct);
    c.rated_at := marked_at;
    portfolio.holdings_value := portfolio.holdings_value + c.profit * (coalesce(c.rate, 0) - was);
    portfolio.exposure := portfolio.exposure + c.gross * (coalesce(c.rate, 0) - was);
    portfolio.currencies[nr] := c;
  end loop;
end;
$$;
comment on function trading.rate_currencies is
  'An account that has seen a mark: of a pair, all that it holds in that currency is worth something else from now on. '
  'As load_currency reads it: the newer pair counts, of two of one time the direct one.';

create function trading.day_end(at timestamptz, time_zone text) returns timestamptz
  language plpgsql immutable set search_path = '' as $$
begin
  return (date_trunc('day', at at time zone time_zone) + interval '1 day') at time zone time_zone;
end;
$$;
comment on function trading.day_end is
  'Midnight after at in that time zone: when day orders expire and a new day''s loss is counted.';

create function trading.cut(value numeric, step numeric) returns numeric
  language plpgsql immutable set search_path = '' as $$
begin
  return case when step is null then value else trim_scale(value - value % step) end;
end;
$$;
comment on function trading.cut is
  'value as a whole multiple of step, toward zero; as it is when there is no step. Exact: no division.';

create function trading.is_worthless(
  request trading.alert_request, held trading.positions, market trading.market, portfolio trading.portfolio
) returns boolean language sql immutable set search_path = ''
  return coalesce(request.action = 'close' and request.price = 0 and request.quantity is null
    and coalesce(request.order_type, 'market') = 'market'
    and held.quantity <> 0 and coalesce((request.target).side, 'flat') in ('flat',
      case when held.quantity > 0 then 'long' else 'short' end)
    and market.quote_multiplier <> 1
    and abs(held.cost_basis) <= 0.05 * (portfolio.cash + portfolio.holdings_value), false);
comment on function trading.is_worthless is
  'Whether a request closes a position at 0, as that of an option that expires worthless. 0 is also what a sender '
  'without a price writes: so only of a contract, which has a multiplier, all of it at once, and where no more than a '
  'twentieth of equity hangs on it.';

create function trading.tick_price(price numeric, tick_size numeric, upward boolean) returns numeric
  language plpgsql immutable set search_path = '' as $$
begin
  return case when tick_size is null or price % tick_size = 0 then price
              -- Upward, unless that is more than a price may be. What % leaves has the sign of the price.
              else trim_scale(price - price % tick_size - case when price < 0 then tick_size else 0 end
                              + case when upward and price + tick_size < 1e18 then tick_size else 0 end) end;
end;
$$;
comment on function trading.tick_price is
  'price as a whole number of ticks. A level lies where it is reached later: a buy stop and a sell limit above, a sell '
  'stop and a buy limit below (10,310 of 10,312 of TradingView''s fills).';

create function trading.bounded_price(price numeric, tick_size numeric) returns numeric
  language plpgsql immutable set search_path = '' as $$
declare
  most constant numeric := trading.cut(999999999999999999.999999999999999999, tick_size);
begin
  return case when price is not null then greatest(least(trading.cut(round(price, 18), tick_size), most), -most) end;
end;
$$;
comment on function trading.bounded_price is
  'price at 18 decimals and whole ticks, kept inside what a price may be (trading.price): a computed price that would '
  'be too large lies at the bound. One at 0 or below stays: no market comes there, but where the instrument allows it.';

create function trading.slipped_price(price numeric, delta numeric, slippage_bps numeric) returns numeric
  language plpgsql immutable set search_path = '' as $$
begin
  -- Of a price above 0 none at 0 is made.
  return greatest(case when price > 0 then 1e-18 end,
    trading.bounded_price(price + sign(delta) * abs(price) * slippage_bps * 0.0001, null));
end;
$$;
comment on function trading.slipped_price is
  'price made worse by slippage_bps for a market or stop fill of delta (signed) units.';

create function trading.exit_price(
  rule trading.exit_rule, leg text, direction numeric, entry_price numeric, tick_size numeric
) returns numeric language plpgsql immutable set search_path = '' as $$
declare
  away constant numeric := case leg when 'take_profit' then direction else -direction end;
begin
  return trading.tick_price(round(coalesce(
    case leg when 'take_profit' then rule.limit_price else rule.stop_price end,
    entry_price + away * rule.amount,
    entry_price + away * abs(entry_price) * rule.percent * 0.01), 18), tick_size, away > 0);
end;
$$;
comment on function trading.exit_price is
  'Where a leg of a bracket lies for a position of direction 1 or -1 entered at entry_price. Null for a trailing stop.';

create function trading.with_fee(inout settings trading.account_settings, fee numeric)
  language plpgsql immutable set search_path = '' as $$
begin
  settings.fee_per_trade := fee;
  settings.fee_per_unit := 0;
  settings.fee_bps := 0;
  settings.fee_minimum := fee;
end;
$$;
comment on function trading.with_fee is 'settings whose whole fee model is fee: what an alert names, or 0.';

create function trading.fill_fee(settings trading.account_settings, quantity numeric, price numeric, multiplier numeric)
  returns numeric language plpgsql immutable set search_path = '' as $$
begin
  return greatest(settings.fee_minimum,
    settings.fee_per_trade + settings.fee_per_unit * quantity
      + settings.fee_bps * quantity * abs(price) * multiplier * 0.0001);
end;
$$;
comment on function trading.fill_fee is
  'The fee of a fill by the account''s model: per trade + per unit + basis points of the notional, or the minimum.';

create function trading.affordable_quantity(
  portfolio trading.portfolio, settings trading.account_settings, market trading.market, price numeric, closing numeric
) returns numeric language plpgsql immutable set search_path = '' as $$
declare
  equity numeric := portfolio.cash + portfolio.holdings_value;
  notional numeric := abs(price) * market.multiplier;
  slippage numeric := notional * settings.slippage_bps * 0.0001;
  rate numeric := settings.fee_per_unit + settings.fee_bps * (notional + slippage) * 0.0001;
  -- What is closed frees its own exposure, and what is then opened may take that up again.
  exposure numeric := portfolio.exposure - 2 * closing * abs(coalesce(market.mark, price)) * market.multiplier;
begin
  return case when settings.leverage is not null and price <> 0 then greatest(closing, least(
    trading.quotient(settings.leverage * (equity - settings.fee_per_trade) - exposure,
      notional + settings.leverage * (rate + slippage)),
    trading.quotient(settings.leverage * (equity - settings.fee_minimum) - exposure,
      notional + settings.leverage * slippage))) end;
end;
$$;
comment on function trading.affordable_quantity is
  'The most units that can be traded at price so that exposure is at most leverage x equity after slippage and fee, '
  'closing (units held on the other side) first, which is always allowed; null: no limit, or what costs nothing.';

create function trading.order_size(
  action text, quantity numeric, quantity_type text, stop_loss trading.exit_rule, held numeric, price numeric,
  portfolio trading.portfolio, settings trading.account_settings, market trading.market
) returns numeric language plpgsql immutable set search_path = '' as $$
declare
  equity numeric := portfolio.cash + portfolio.holdings_value;
  closing numeric := case when action = 'close' or action = 'buy' and held < 0 or action = 'sell' and held > 0
    then abs(held) else 0 end;
  risk_per_unit numeric;
  units numeric;
begin
  if quantity_type = 'percent_of_position' then
    return case when quantity = 100 or quantity > 100 and closing > 0 then abs(held)
                else trading.cut(abs(held) * quantity * 0.01, coalesce(market.lot_size, 0.00000001)) end;
  elsif quantity_type in ('risk_notional', 'risk_percent') then
    risk_per_unit := market.multiplier * coalesce(
      abs(price - trading.exit_price(
        stop_loss, 'stop_loss', case action when 'buy' then 1 else -1 end, price, market.tick_size)),
      stop_loss.trail_amount, abs(price) * stop_loss.trail_percent * 0.01);
    units := case when risk_per_unit > 0 then
      least(
        trading.quotient(
          case quantity_type when 'risk_notional' then quantity else equity * quantity * 0.01 end, risk_per_unit),
        trading.affordable_quantity(portfolio, settings, market, price, closing)) end;
  elsif quantity_type = 'notional' then
    units := coalesce(trading.quotient(quantity, nullif(abs(price), 0) * market.multiplier), 0);
  elsif quantity_type = 'percent_of_equity' then
    units := least(coalesce(trading.quotient(equity * quantity * 0.01, nullif(abs(price), 0) * market.multiplier), 0),
                   trading.affordable_quantity(portfolio, settings, market, price, closing));
  end if;
  return trading.cut(case when units < 0 then 0 else units end, coalesce(market.lot_size, 0.00000001));
end;
$$;
comment on function trading.order_size is
  'Units, unsigned, of an order sized in notional (money), percent_of_equity, percent_of_position, risk_notional '
  '(money lost at the stop) or risk_percent (percent of equity lost at the stop), cut toward zero to the lot (1e-8 for '
  'computed sizes without one). Sizes from equity and risk never exceed what the account can afford, fees and slippage '
  'included. Null: a risk size without a stop away from the price.';

create type trading.refused as (code text, message text);
comment on type trading.refused is
  'Why an order is refused; nulls: it is not. Named: the type of out parameters is made anew at every call (0.5 us).';

create function trading.refusal(
  held numeric, delta numeric, price numeric, fee numeric, portfolio trading.portfolio,
  settings trading.account_settings, market trading.market, out refused trading.refused
) language plpgsql immutable set search_path = '' as $$
declare
  after constant numeric := held + delta;
  notional constant numeric := abs(price) * market.multiplier;
begin
  if abs(after) >= 1e18 then
    refused := row('quantity_too_large', 'quantities stay below 1e18');
  elsif sign(after) = sign(held) and abs(after) <= abs(held) or after = 0 then
    return;  -- reducing risk is always allowed
  elsif portfolio.halted then
    refused := row('account_halted', 'the account is halted: only orders that reduce a position are taken');
  elsif after < 0 and not settings.allow_short then
    refused := row('short_not_allowed', 'the account is long-only (allow_short)');
  elsif abs(delta) * notional > settings.max_order then
    refused := row('risk_limit', 'max_order: the order is worth more than ' || trading.decimal(settings.max_order));
  elsif abs(after) * notional > settings.max_position then
    refused := row('risk_limit',
      'max_position: the position would be worth more than ' || trading.decimal(settings.max_position));
  elsif held = 0 and portfolio.open_positions >= coalesce(settings.max_open_positions, 5000) then
    refused := row('risk_limit', 'max_open_positions: ' || portfolio.open_positions || ' are open');
  elsif portfolio.recent_orders >= settings.max_orders_per_minute then
    refused := row('risk_limit', 'max_orders_per_minute: ' || settings.max_orders_per_minute || ' were placed');
  elsif portfolio.exposure + (abs(after) - abs(held)) * abs(market.mark) * market.multiplier
        > settings.leverage * (portfolio.cash + portfolio.holdings_value
          + delta * (market.mark - price) * market.multiplier - fee) then
    refused := row('insufficient_funds', 'exposure would exceed equity x leverage');
  end if;
end;
$$;
comment on function trading.refusal is
  'Why a fill of delta (signed) units at price may not happen, or nulls: account_halted, short_not_allowed, risk_limit '
  '(max_order, max_position, max_open_positions, max_orders_per_minute), insufficient_funds (gross exposure after it '
  'above leverage x equity), quantity_too_large.';

grant execute on function trading.rate_of to authenticated;
