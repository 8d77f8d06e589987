-- What booking loads before it walks an account's alerts.

create function trading.load_orders(
  account_id bigint, requests trading.alert_request[], held_symbols text[], received_at timestamptz
) returns trading.orders[] language plpgsql volatile set search_path = '' as $$
begin
  return array(
    select o from trading.orders o
    where case when o.status = 'open' then o.account_id end = load_orders.account_id and o.status = 'open'
      and (o.symbol in (select r.symbol from unnest(requests) r union all select unnest(held_symbols))
           or o.id::text in (select r.order_id from unnest(requests) r where r.order_id is not null)
           or o.expires_at <= load_orders.received_at
           or exists (select from unnest(requests) r where r.action = 'cancel' and r.symbol = ''))
    order by o.id);
end;
$$;
comment on function trading.load_orders is
  'The open orders that requests may concern: those of their symbols and of held_symbols, those that a cancel names '
  '(or all, where it names no symbol), and those whose day is over.';

create function trading.load_positions(
  account_id bigint, requests trading.alert_request[], held_symbols text[], orders trading.orders[]
) returns trading.positions[] language plpgsql volatile set search_path = '' as $$
begin
  return array(
    with asked as (
      select r.symbol from unnest(requests) r union select unnest(held_symbols)
    ), wanted as (
      select r.symbol, r.strategy from unnest(requests) r
      union
      select o.symbol, o.strategy from unnest(orders) o join asked a on a.symbol = o.symbol
    ), known as (
      select p.symbol, p.strategy, p as held from trading.positions p
      where p.account_id = load_positions.account_id and p.symbol in (select a.symbol from asked a)
    )
    select coalesce(k.held, trading.flat_position(load_positions.account_id, w.strategy, w.symbol))
    from known k full join wanted w on w.symbol = k.symbol and w.strategy = k.strategy
    order by coalesce(k.symbol, w.symbol) collate "C", coalesce(k.strategy, w.strategy) collate "C");
end;
$$;
comment on function trading.load_positions is
  'Every position in the symbols of requests and in held_symbols, and a flat one where a strategy has none; by symbol.';

create function trading.load_markets(booked trading.accounts, positions trading.positions[]) returns trading.market[]
  language plpgsql volatile set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(row(s.symbol, case when c.currency is null then coalesce(i.multiplier, 1) end, i.lot_size,
                                  i.tick_size, m.price, m.marked_at, s.net, s.gross, s.first_slot, s.last_slot, s.slot,
                                  m.exchange, coalesce(i.allow_nonpositive, false), coalesce(i.multiplier, 1),
                                  c.currency, null)::trading.market order by s.first_slot), '{}')
    from (
      select (positions[slot]).symbol, sum((positions[slot]).quantity) as net,
        sum(abs((positions[slot]).quantity)) as gross, min(slot) as first_slot, max(slot) as last_slot,
        row_number() over (order by min(slot))::integer as slot
      from generate_subscripts(positions, 1) slot group by 1
    ) s
    left join trading.instruments i on i.symbol = s.symbol
    left join trading.marks m on m.account_id = booked.id and m.symbol = s.symbol
    cross join lateral (select nullif(i.quote_currency, booked.currency) as currency) c);
end;
$$;
comment on function trading.load_markets is
  'The market of every symbol in positions: the instrument''s terms, the last mark, holdings, its slots.';

create function trading.load_currency(account_id bigint, home text, code text) returns trading.currency
  language plpgsql stable set search_path = '' as $$
declare
  loaded trading.currency;
begin
  loaded.code := code;
  loaded.pair := code || home;
  loaded.inverse_pair := home || code;
  loaded.profit := 0;
  loaded.gross := 0;
  select trading.rate_of(m.price, d.is_direct), m.marked_at, d.is_direct
  into loaded.rate, loaded.rated_at, loaded.is_direct
  from trading.marks m
  cross join lateral (select m.symbol = loaded.pair as is_direct) d
  where m.account_id = load_currency.account_id and m.symbol in (loaded.pair, loaded.inverse_pair)
  order by m.marked_at desc, d.is_direct desc limit 1;
  return loaded;
end;
$$;
comment on function trading.load_currency is
  'A currency in an account of the currency home, with the rate that the newer mark of their pair brings.';

create function trading.with_currency(
  inout portfolio trading.portfolio, booked trading.accounts, code text, markets trading.market[]
) language plpgsql volatile set search_path = '' as $$
declare
  loaded trading.currency;
  seen trading.market;
begin
  if exists (select from unnest(portfolio.currencies) c where c.code = with_currency.code) then
    return;
  end if;
  loaded := trading.load_currency(booked.id, booked.currency, code);
  portfolio.currencies := array_append(portfolio.currencies, loaded);
  for seen in
    select m.* from unnest(markets) m where m.symbol in (loaded.pair, loaded.inverse_pair) and m.mark is not null
  loop
    portfolio := trading.rate_currencies(portfolio, seen.symbol, seen.mark, seen.marked_at);
  end loop;
end;
$$;
comment on function trading.with_currency is
  'An account that knows the rate of a currency; markets: where this pass has marked its pairs.';

create function trading.with_foreign_positions(inout portfolio trading.portfolio, booked trading.accounts)
  language plpgsql volatile set search_path = '' as $$
declare
  held record;
  rate numeric;
begin
  for held in
    select i.quote_currency as code, sum(p.cost_basis) as cost, sum(v.value - p.quote_basis) as profit,
      sum(abs(v.value)) as gross
    from trading.positions p
    join trading.marks m on m.account_id = p.account_id and m.symbol = p.symbol
    join trading.instruments i on i.symbol = p.symbol
    cross join lateral (select p.quantity * m.price * i.multiplier as value) v
    where p.account_id = booked.id and p.quantity <> 0 and p.quote_basis is not null
    group by i.quote_currency
  loop
    portfolio := trading.with_currency(portfolio, booked, held.code, '{}');
    portfolio := trading.move_currency(portfolio, held.code, held.profit, held.gross);
    rate := coalesce((portfolio.currencies[cardinality(portfolio.currencies)]).rate, 0);
    portfolio.holdings_value := portfolio.holdings_value + held.cost + held.profit * rate;
    portfolio.exposure := portfolio.exposure + held.gross * rate;
  end loop;
end;
$$;
comment on function trading.with_foreign_positions is
  'An account with what it holds in other currencies, at their rates.';

create function trading.load_portfolio(booked trading.accounts) returns trading.portfolio
  language plpgsql volatile set search_path = '' as $$
begin
  return (
    select case when h.foreign_positions = 0 then h.portfolio
      else trading.with_foreign_positions(h.portfolio, booked) end
    from (
      select row(booked.cash, coalesce(sum(v.value) filter (where p.quote_basis is null), 0),
                 coalesce(sum(abs(v.value)) filter (where p.quote_basis is null), 0), count(*), null,
                 booked.halted_at is not null, null)::trading.portfolio as portfolio,
        count(p.quote_basis) as foreign_positions
      from trading.positions p
      join trading.marks m on m.account_id = p.account_id and m.symbol = p.symbol
      left join trading.instruments i on i.symbol = p.symbol
      cross join lateral (select p.quantity * m.price * coalesce(i.multiplier, 1) as value) v
      where p.account_id = booked.id and p.quantity <> 0
    ) h);
end;
$$;
comment on function trading.load_portfolio is 'What the account holds, valued at its marks.';

create view trading.holdings with (security_invoker = true) as
  select p.*, v.multiplier, m.price as mark, m.marked_at, r.rate, v.notional * coalesce(r.rate, 0) as notional,
    p.cost_basis + (v.notional - coalesce(p.quote_basis, p.cost_basis)) * coalesce(r.rate, 0) as value
  from trading.positions p
  join trading.accounts a on a.id = p.account_id
  left join trading.instruments i on i.symbol = p.symbol
  left join trading.marks m on m.account_id = p.account_id and m.symbol = p.symbol
  cross join lateral (select coalesce(i.multiplier, 1) as multiplier,
    p.quantity * m.price * coalesce(i.multiplier, 1) as notional) v
  -- offset 0: the rate is looked up once a row.
  cross join lateral (
    select case when p.quote_basis is null then 1
      else (trading.load_currency(p.account_id, a.currency, i.quote_currency)).rate end as rate offset 0
  ) r;
comment on view trading.holdings is
  'The positions with what they are worth, in account currency: value = cost_basis + (quantity x mark x multiplier - '
  'quote_basis) x rate, which without another currency is quantity x mark x multiplier; notional = quantity x mark x '
  'multiplier x rate. null without a mark.';

grant select on trading.holdings to authenticated, service_role;

create function trading.is_known(held trading.positions) returns boolean
  language plpgsql immutable set search_path = '' as $$
begin
  return held.version > 0 or held.last_alert_at is not null;
end;
$$;
comment on function trading.is_known is
  'Whether a position is kept already; one that was made for an order at hand is not.';

create function trading.check_room(
  request trading.alert_request, positions trading.positions[], market trading.market,
  settings trading.account_settings, resting trading.orders[], inout known_symbols integer, out has_room boolean,
  out code text, out message text
) language plpgsql volatile set search_path = '' as $$
declare
  strategies constant text[] := array(
    select p.strategy from unnest(positions) p where trading.is_known(p)
    union
    select o.strategy from unnest(resting) o where o.symbol = request.symbol and o.status = 'open');
  is_new constant boolean := market.marked_at is null and cardinality(strategies) = 0;
begin
  has_room := true;
  if request.action in ('modify', 'cancel', 'halt', 'resume') then
    has_room := not is_new;
  elsif is_new then
    known_symbols := coalesce(known_symbols, (
      select count(*) from (
        select m.symbol from trading.marks m where m.account_id = settings.account_id
        union
        select p.symbol from trading.positions p where p.account_id = settings.account_id
        union
        select o.symbol from trading.orders o
        where case when o.status = 'open' then o.account_id end = settings.account_id and o.status = 'open') s));
    if known_symbols >= settings.max_symbols then
      code := 'too_many_symbols';
      message := 'max_symbols: the account has ' || known_symbols || ' already';
    else
      known_symbols := known_symbols + 1;
    end if;
  elsif cardinality(strategies) >= settings.max_strategies and request.action is distinct from 'mark'
        and request.strategy <> all (strategies) then
    code := 'too_many_strategies';
    message := 'max_strategies: ' || cardinality(strategies) || ' trade this symbol already';
  end if;
end;
$$;
comment on function trading.check_room is
  'Whether an account has room for a symbol, or for a strategy on it, that holds no position yet: code is '
  'too_many_symbols, too_many_strategies or null. An order that rests counts. The price of an alert that places '
  'nothing makes no symbol known: it has no room, without a code. known_symbols are counted at most once in a pass.';

grant execute on function trading.load_currency to authenticated;
