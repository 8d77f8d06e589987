-- What booking loads before it walks an account's alerts, and what it writes after.

create function trading.held_symbols(account_id bigint) returns text[]
  language plpgsql volatile set search_path = '' as $$
begin
  return array(select distinct p.symbol from trading.positions p where p.account_id = held_symbols.account_id and p.quantity <> 0);
end;
$$;
comment on function trading.held_symbols is 'The symbols that an account holds: what a margin call may close.';

create function trading.load_orders(account_id bigint, requests trading.alert_request[], held_symbols text[], received_at timestamptz) returns trading.orders[]
  language plpgsql volatile set search_path = '' as $$
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
  'The open orders that requests may concern: those of their symbols and of held_symbols, those that a cancel names (or all, where it names no '
  'symbol), and those whose day is over.';

create function trading.load_positions(account_id bigint, requests trading.alert_request[], held_symbols text[], orders trading.orders[])
  returns trading.positions[]
  language plpgsql volatile set search_path = '' as $$
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
  'Every position of the account in the symbols of requests and in held_symbols, and a flat one for a strategy that asks or has an order but none yet; by symbol.';

create function trading.load_markets(booked trading.accounts, positions trading.positions[]) returns trading.market[]
  language plpgsql volatile set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(row(s.symbol, case when c.currency is null then coalesce(i.multiplier, 1) end, i.lot_size, i.tick_size, m.price, m.marked_at, s.net, s.gross,
                                  s.first_slot, s.last_slot, s.slot, m.exchange, coalesce(i.allow_nonpositive, false),
                                  coalesce(i.multiplier, 1), c.currency, null)::trading.market order by s.first_slot), '{}')
    from (
      select (positions[slot]).symbol, sum((positions[slot]).quantity) as net, sum(abs((positions[slot]).quantity)) as gross,
        min(slot) as first_slot, max(slot) as last_slot, row_number() over (order by min(slot))::integer as slot
      from generate_subscripts(positions, 1) slot group by 1
    ) s
    left join trading.instruments i on i.symbol = s.symbol
    left join trading.marks m on m.account_id = booked.id and m.symbol = s.symbol
    cross join lateral (select nullif(i.quote_currency, booked.currency) as currency) c);
end;
$$;
comment on function trading.load_markets is 'The market of every symbol in positions: the instrument''s terms, the last mark, holdings, its slots.';

create function trading.load_portfolio(booked trading.accounts) returns trading.portfolio
  language plpgsql volatile set search_path = '' as $$
begin
  return (
    select case when h.foreign_positions = 0 then h.portfolio else trading.with_foreign_positions(h.portfolio, booked) end
    from (
      select row(booked.cash, coalesce(sum(v.value) filter (where p.quote_basis is null), 0),
                 coalesce(sum(abs(v.value)) filter (where p.quote_basis is null), 0), count(*), null, booked.halted_at is not null,
                 null)::trading.portfolio as portfolio,
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

create function trading.load_currency(account_id bigint, home text, code text) returns trading.currency
  language plpgsql stable security invoker set search_path = '' as $$
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
comment on function trading.load_currency is 'A currency in an account of the currency home, with the rate that the newer mark of their pair brings.';

create function trading.with_currency(inout portfolio trading.portfolio, booked trading.accounts, code text, markets trading.market[])
  language plpgsql volatile set search_path = '' as $$
declare
  loaded trading.currency;
  seen trading.market;
begin
  if exists (select from unnest(portfolio.currencies) c where c.code = with_currency.code) then
    return;
  end if;
  loaded := trading.load_currency(booked.id, booked.currency, code);
  portfolio.currencies := array_append(portfolio.currencies, loaded);
  for seen in select m.* from unnest(markets) m where m.symbol in (loaded.pair, loaded.inverse_pair) and m.mark is not null loop
    portfolio := trading.rate_currencies(portfolio, seen.symbol, seen.mark, seen.marked_at);
  end loop;
end;
$$;
comment on function trading.with_currency is 'An account that knows the rate of a currency; markets: where this pass has marked its pairs.';

create function trading.with_foreign_positions(inout portfolio trading.portfolio, booked trading.accounts)
  language plpgsql volatile set search_path = '' as $$
declare
  held record;
  rate numeric;
begin
  for held in
    select i.quote_currency as code, sum(p.cost_basis) as cost, sum(v.value - p.quote_basis) as profit, sum(abs(v.value)) as gross
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
comment on function trading.with_foreign_positions is 'An account with what it holds in other currencies, at their rates.';

create view trading.holdings with (security_invoker = true) as
  select p.*, v.multiplier, m.price as mark, m.marked_at, r.rate, v.notional * coalesce(r.rate, 0) as notional,
    p.cost_basis + (v.notional - coalesce(p.quote_basis, p.cost_basis)) * coalesce(r.rate, 0) as value
  from trading.positions p
  join trading.accounts a on a.id = p.account_id
  left join trading.instruments i on i.symbol = p.symbol
  left join trading.marks m on m.account_id = p.account_id and m.symbol = p.symbol
  cross join lateral (select coalesce(i.multiplier, 1) as multiplier, p.quantity * m.price * coalesce(i.multiplier, 1) as notional) v
  -- offset 0: the rate is looked up once a row.
  cross join lateral (
    select case when p.quote_basis is null then 1 else (trading.load_currency(p.account_id, a.currency, i.quote_currency)).rate end as rate offset 0
  ) r;
comment on view trading.holdings is
  'The positions with what they are worth, in account currency: value = cost_basis + (quantity x mark x multiplier - quote_basis) x rate, which '
  'without another currency is quantity x mark x multiplier; notional = quantity x mark x multiplier x rate. null without a mark.';
grant select on trading.holdings to authenticated, service_role;
grant execute on function trading.load_currency, trading.rate_of to authenticated;

create function trading.is_known(held trading.positions) returns boolean
  language plpgsql immutable set search_path = '' as $$
begin
  return held.version > 0 or held.last_alert_at is not null;
end;
$$;
comment on function trading.is_known is 'Whether a position is kept already; one that was made for an order at hand is not.';

create function trading.check_room(
  request trading.alert_request, positions trading.positions[], market trading.market, settings trading.account_settings,
  resting trading.orders[], inout known_symbols integer, out has_room boolean, out code text, out message text
)
  language plpgsql volatile set search_path = '' as $$
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
    known_symbols := coalesce(known_symbols, trading.count_symbols(settings.account_id));
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
  'Whether an account has room for a symbol, or for a strategy on it, that holds no position yet: code is too_many_symbols, '
  'too_many_strategies or null. An order that rests counts. The price of an alert that places nothing makes no symbol known: it has '
  'no room, without a code. known_symbols are counted at most once in a pass.';

create function trading.count_symbols(account_id bigint) returns integer
  language plpgsql stable set search_path = '' as $$
begin
  return (
    select count(*) from (
      select m.symbol from trading.marks m where m.account_id = count_symbols.account_id
      union
      select p.symbol from trading.positions p where p.account_id = count_symbols.account_id
      union
      select o.symbol from trading.orders o
      where case when o.status = 'open' then o.account_id end = count_symbols.account_id and o.status = 'open'
    ) s);
end;
$$;
comment on function trading.count_symbols is 'How many symbols an account has traded, marked or has orders in.';

create function trading.count_places_elsewhere(account_id bigint, loaded trading.orders[]) returns integer
  language plpgsql volatile set search_path = '' as $$
begin
  return (
    select coalesce(sum(trading.places_of(o)), 0) from trading.orders o
    where case when o.status = 'open' then o.account_id end = count_places_elsewhere.account_id and o.status = 'open'
      and o.id <> all (array(select l.id from unnest(loaded) l)));
end;
$$;
comment on function trading.count_places_elsewhere is 'The places of the open orders that were not loaded; see trading.places_of.';

create type trading.planned_request as (
  nr integer, dedupe_key text, earlier_key text, twin_nr integer, twin_id bigint, position_slot integer, market_slot integer
);
comment on type trading.planned_request is
  'A request, by its place in the array, with its slots in positions and markets, and whether an alert came before it that may be the '
  'same: one of its dedupe_key in this batch (twin_nr), or a booked one (twin_id) of that key, of earlier_key (the bucket before, where '
  'only the content tells) or of the same signed message. No dedupe_key: a mark or halt that has no twin.';

create function trading.load_requests(
  booked trading.accounts, requests trading.alert_request[], positions trading.positions[],
  received_at timestamptz, dedupe_window integer
) returns setof trading.planned_request
  language plpgsql volatile set search_path = '' as $$
declare
  account_key constant text := booked.id || '/' || booked.epoch || '/';
begin
  return query
  with asked as materialized (
    select r.nr, r.message_id, r.symbol, r.strategy,
      case when not t.is_anew then account_key || case
        when r.idempotency_key is not null then 'key:' || r.idempotency_key
        when r.message_id is not null then 'signed:' || r.message_id
        when r.time is not null then 'time:' || extract(epoch from r.time) || ':' || r.hash
        else 'seen:' || t.bucket || ':' || r.hash end end as dedupe_key,
      case when t.is_nameless and not t.is_anew then account_key || 'seen:' || t.bucket - dedupe_window || ':' || r.hash end as earlier_key
    from (select (requests[nr]).idempotency_key, (requests[nr]).message_id, (requests[nr]).hash, (requests[nr]).time, (requests[nr]).symbol,
            (requests[nr]).strategy, (requests[nr]).received_at, (requests[nr]).action, nr from generate_subscripts(requests, 1) nr) r
    cross join lateral (select coalesce(r.idempotency_key, r.message_id) is null and r.time is null as is_nameless) n
    -- A price that comes back is news, and a halt that is asked for again must halt: only a name or a time makes them the same.
    cross join lateral (select coalesce(r.received_at, load_requests.received_at) as at, n.is_nameless,
                          n.is_nameless and r.action in ('mark', 'halt') is true as is_anew,
                          floor(extract(epoch from coalesce(r.received_at, load_requests.received_at)) / dedupe_window) * dedupe_window as bucket) t
  ), slots as materialized (
    select (positions[slot]).symbol, (positions[slot]).strategy, slot as position_slot,
      dense_rank() over (order by (positions[slot]).symbol collate "C") as market_slot
    from generate_subscripts(positions, 1) slot
  )
  select a.nr, a.dedupe_key, a.earlier_key, nullif(first_value(a.nr) over same_key, a.nr), coalesce(seen.id, signed.id, earlier.id),
    s.position_slot::integer, s.market_slot::integer
  from asked a
  join slots s on s.symbol = a.symbol and s.strategy = a.strategy
  left join trading.alerts seen on seen.dedupe_key = a.dedupe_key
  left join trading.alerts signed on signed.account_id = booked.id and signed.message_id = a.message_id
  left join trading.alerts earlier on earlier.dedupe_key = a.earlier_key
  window same_key as (partition by coalesce(a.dedupe_key, a.nr::text) order by a.nr)
  order by a.nr;
end;
$$;
comment on function trading.load_requests is
  'The requests in order of arrival, with what booking each needs to find. dedupe_key: the key under which an alert is booked once in its '
  'account''s epoch: its idempotency_key, else that of its signed message; else its '
  'content for good when it carries a time; else its content within dedupe_window seconds (a bucket of arrival times: earlier_key is that of the '
  'bucket before). An id is a label, the same for every entry of a Pine script: part of the content, never a name. '
  'A mark or a halt without name and time is never the same as another: a price may come back, and a halt must halt. '
  'The time comes first so that the index grows at its end. Account and epoch are in the key and not in columns beside it: so '
  'no index but the key''s own can serve a lookup. Before the first analyze the planner once took that of the pages, 100 times slower.';

create function trading.find_twin(
  asked trading.planned_request, request trading.alert_request, new_alerts trading.alerts[], at timestamptz, dedupe_window integer
) returns trading.alerts
  language plpgsql volatile set search_path = '' as $$
declare
  twin trading.alerts;
begin
  select n.* into twin from unnest(new_alerts) n
  where n.dedupe_key = asked.dedupe_key
    or asked.earlier_key is not null and (starts_with(n.dedupe_key, asked.dedupe_key || ':') or starts_with(n.dedupe_key, asked.earlier_key))
  order by n.id desc limit 1;
  if not found and asked.earlier_key is null then
    select a.* into twin from trading.alerts a where a.id = asked.twin_id;
  elsif not found then
    -- The newest of the bucket, then of the one before: see next_dedupe_key.
    select a.* into twin from trading.alerts a
    where a.dedupe_key >= asked.dedupe_key and a.dedupe_key < asked.dedupe_key || ';' order by a.dedupe_key desc limit 1;
    if not found then
      select a.* into twin from trading.alerts a
      where a.dedupe_key >= asked.earlier_key and a.dedupe_key < asked.earlier_key || ';' order by a.dedupe_key desc limit 1;
    end if;
    if twin.received_at <= at - make_interval(secs => dedupe_window) then
      return null;
    end if;
  end if;
  return twin;
end;
$$;
comment on function trading.find_twin is
  'The alert that a request comes after and may be the same as, booked in this pass or before; null: none. Asked only where load_requests '
  'found one that may be it.';

create function trading.is_overtaken(twin trading.alerts, new_alerts trading.alerts[]) returns boolean
  language plpgsql volatile set search_path = '' as $$
begin
  return exists (
    select from unnest(new_alerts) n
    where n.id > twin.id and n.symbol = twin.symbol and n.strategy = twin.strategy and trading.moves(n.status, n.request)
  ) or exists (
    select from (
      -- So many are looked at: a flood of marks may not make the search long.
      select a.strategy, a.status, a.request from trading.alerts a
      where a.account_id = twin.account_id and a.epoch = twin.epoch and a.symbol = twin.symbol and a.id + 0 > twin.id
      order by a.id + 0 desc limit 10000
    ) a
    where a.strategy = twin.strategy and trading.moves(a.status, a.request));
end;
$$;
comment on function trading.is_overtaken is
  'Whether another alert of its strategy and symbol was booked after twin. Then the same content is another alert: buy 3, close, buy 5, '
  'close. Refused alerts and marks do not count: they change nothing that the sender meant.';

create function trading.moves(status text, request jsonb) returns boolean
  language plpgsql immutable set search_path = '' as $$
begin
  return status <> 'rejected' and request ->> 'action' is distinct from 'mark';
end;
$$;
comment on function trading.moves is 'Whether a booked alert was one that asks for something, and was not refused.';

create function trading.conflict_message(request trading.alert_request, is_by_key boolean) returns text
  language plpgsql immutable set search_path = '' as $$
begin
  return case when is_by_key then 'idempotency_key ' || left(request.idempotency_key, 40)
              else 'webhook-id ' || left(substr(request.message_id, strpos(request.message_id, ':') + 1), 40) end
    || ' was used by a different alert';
end;
$$;
comment on function trading.conflict_message is
  'What an alert is told whose name another one has: its idempotency_key, or the id of its signed message (which follows the key''s).';

create function trading.twin_json(
  twin trading.alerts, asked trading.planned_request, request trading.alert_request, held trading.positions, market trading.market
) returns json
  language plpgsql immutable set search_path = '' as $$
begin
  return case
    when twin.content_hash = request.hash then trading.duplicate_json(twin.answer)
    else trading.answer_json('rejected', 'id_conflict',
      trading.conflict_message(request, request.idempotency_key is not null and twin.dedupe_key = asked.dedupe_key), null, request, '', '',
      trading.position_json(held, market.quote_multiplier), '') end;
end;
$$;
comment on function trading.twin_json is 'The answer to a request that another alert came before: that one''s own, where they are the same, else a refusal.';

create function trading.duplicate_of(twin trading.alerts, request trading.alert_request, now_at timestamptz) returns trading.duplicates
  language plpgsql immutable set search_path = '' as $$
begin
  return row(twin.account_id, twin.id, 0, coalesce(request.received_at, now_at), request.message ->> 'request_id', request.message ->> 'key_id')::trading.duplicates;
end;
$$;
comment on function trading.duplicate_of is 'An alert that came again, still without its number.';

create function trading.sources_of(orders trading.orders[], new_alerts trading.alerts[]) returns trading.alerts[]
  language plpgsql immutable set search_path = '' as $$
begin
  return array(select a from unnest(new_alerts) a where a.id in (select o.alert_id from unnest(orders) o where o.waiting or o.resize));
end;
$$;
comment on function trading.sources_of is 'Those of new_alerts whose orders are sized when they fill: see request_of.';

create function trading.request_of(waiting trading.orders, new_alerts trading.alerts[]) returns trading.alert_request
  language plpgsql stable set search_path = '' as $$
begin
  return (trading.read_requests(jsonb_build_array(coalesce(
    (select n.request from unnest(new_alerts) n where n.id = waiting.alert_id),
    (select a.request from trading.alerts a where a.id = waiting.alert_id)))))[1];
end;
$$;
comment on function trading.request_of is 'The alert that placed an order, as it was read, whether in this pass or before.';

create function trading.write_duplicates(duplicates trading.duplicates[]) returns void
  language plpgsql volatile set search_path = '' as $$
begin
  if cardinality(duplicates) = 0 then
    return;
  end if;
  insert into trading.duplicates (account_id, alert_id, nr, received_at, request_id, key_id)
  select d.account_id, d.alert_id,
    coalesce((select k.nr from trading.duplicates k where k.alert_id = d.alert_id order by k.nr desc limit 1), 0)
      + row_number() over (partition by d.alert_id order by d.ordinality),
    d.received_at, left(d.request_id, 200), left(d.key_id, 200)
  from unnest(duplicates) with ordinality d;
end;
$$;
comment on function trading.write_duplicates is 'Writes a row for each alert that came again, numbered on from those that its alert has.';
