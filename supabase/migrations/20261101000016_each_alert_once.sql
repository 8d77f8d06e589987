-- Each alert is booked once: under which name, which alert has that name already, and what a repetition is answered.

create type trading.planned_request as (
  nr integer, dedupe_key text, earlier_key text, twin_nr integer, twin_id bigint, position_slot integer,
  market_slot integer
);
comment on type trading.planned_request is
  'A request, by its place in the array, with its slots in positions and markets, and whether an alert came before it '
  'that may be the same: one of its dedupe_key in this batch (twin_nr), or a booked one (twin_id) of that key, of '
  'earlier_key (the bucket before, where only the content tells) or of the same signed message. No dedupe_key: a mark '
  'or halt that has no twin.';

create function trading.load_requests(
  booked trading.accounts, requests trading.alert_request[], positions trading.positions[],
  received_at timestamptz, dedupe_window integer
) returns setof trading.planned_request language plpgsql volatile set search_path = '' as $$
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
      case when t.is_nameless and not t.is_anew
        then account_key || 'seen:' || t.bucket - dedupe_window || ':' || r.hash end as earlier_key
    from (select (requests[nr]).idempotency_key, (requests[nr]).message_id, (requests[nr]).hash, (requests[nr]).time,
            (requests[nr]).symbol, (requests[nr]).strategy, (requests[nr]).received_at, (requests[nr]).action, nr
          from generate_subscripts(requests, 1) nr) r
    cross join lateral (select coalesce(r.idempotency_key, r.message_id) is null and r.time is null as is_nameless) n
    -- A price that comes back is news, and a halt that is asked for again must halt: only a name or a time makes two
    -- the same.
    cross join lateral (select coalesce(r.received_at, load_requests.received_at) as at, n.is_nameless,
                          n.is_nameless and r.action in ('mark', 'halt') is true as is_anew,
                          floor(extract(epoch from coalesce(r.received_at, load_requests.received_at)) / dedupe_window)
                            * dedupe_window as bucket) t
  ), slots as materialized (
    select (positions[slot]).symbol, (positions[slot]).strategy, slot as position_slot,
      dense_rank() over (order by (positions[slot]).symbol collate "C") as market_slot
    from generate_subscripts(positions, 1) slot
  )
  select a.nr, a.dedupe_key, a.earlier_key, nullif(first_value(a.nr) over same_key, a.nr),
    coalesce(seen.id, signed.id, earlier.id), s.position_slot::integer, s.market_slot::integer
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
  'The requests in order of arrival, with what booking each needs to find. dedupe_key: the key under which an alert is '
  'booked once in its account''s epoch: its idempotency_key, else that of its signed message; else its content for '
  'good when it carries a time; else its content within dedupe_window seconds (a bucket of arrival times: earlier_key '
  'is that of the bucket before). An id is a label, the same for every entry of a Pine script: part of the content, '
  'never a name. A mark or a halt without name and time is never the same as another: a price may come back, and a '
  'halt must halt. The time comes first so that the index grows at its end. Account and epoch are in the key and not '
  'in columns beside it: so no index but the key''s own can serve a lookup. Before the first analyze the planner once '
  'took that of the pages, 100 times slower.';

create function trading.find_twin(
  asked trading.planned_request, request trading.alert_request, new_alerts trading.alerts[], at timestamptz,
  dedupe_window integer
) returns trading.alerts language plpgsql volatile set search_path = '' as $$
declare
  twin trading.alerts;
begin
  select n.* into twin from unnest(new_alerts) n
  where n.dedupe_key = asked.dedupe_key
    or asked.earlier_key is not null
      and (starts_with(n.dedupe_key, asked.dedupe_key || ':') or starts_with(n.dedupe_key, asked.earlier_key))
  order by n.id desc limit 1;
  if not found and asked.earlier_key is null then
    select a.* into twin from trading.alerts a where a.id = asked.twin_id;
  elsif not found then
    -- The newest of the bucket, then of the one before: see next_dedupe_key.
    select a.* into twin from trading.alerts a
    where a.dedupe_key >= asked.dedupe_key and a.dedupe_key < asked.dedupe_key || ';'
    order by a.dedupe_key desc limit 1;
    if not found then
      select a.* into twin from trading.alerts a
      where a.dedupe_key >= asked.earlier_key and a.dedupe_key < asked.earlier_key || ';'
      order by a.dedupe_key desc limit 1;
    end if;
    if twin.received_at <= at - make_interval(secs => dedupe_window) then
      return null;
    end if;
  end if;
  return twin;
end;
$$;
comment on function trading.find_twin is
  'The alert that a request comes after and may be the same as, booked in this pass or before; null: none.';

create function trading.is_overtaken(twin trading.alerts, new_alerts trading.alerts[]) returns boolean
  language plpgsql volatile set search_path = '' as $$
begin
  return exists (
    select from (
      select n.strategy, n.status, n.request from unnest(new_alerts) n where n.id > twin.id and n.symbol = twin.symbol
      union all
      -- So many are looked at: a flood of marks may not make the search long.
      (select a.strategy, a.status, a.request from trading.alerts a
       where a.account_id = twin.account_id and a.epoch = twin.epoch and a.symbol = twin.symbol and a.id + 0 > twin.id
       order by a.id + 0 desc limit 10000)
    ) a
    where a.strategy = twin.strategy and a.status <> 'rejected' and a.request ->> 'action' is distinct from 'mark');
end;
$$;
comment on function trading.is_overtaken is
  'Whether another alert of its strategy and symbol was booked after twin. Then the same content is another alert: buy '
  '3, close, buy 5, close. Refused alerts and marks do not count: they change nothing that the sender meant.';

create function trading.twin_json(
  twin trading.alerts, asked trading.planned_request, request trading.alert_request, held trading.positions,
  market trading.market
) returns json language plpgsql immutable set search_path = '' as $$
begin
  return case
    -- JSON escapes the quotes in a sender's text, so the word is found first.
    when twin.content_hash = request.hash
      then regexp_replace(trading.short_answer(twin.answer)::text, '"duplicate":false', '"duplicate":true')::json
    else trading.answer_json('rejected', 'id_conflict',
      case when request.idempotency_key is not null and twin.dedupe_key = asked.dedupe_key
        then 'idempotency_key ' || left(request.idempotency_key, 40)
        else 'webhook-id ' || left(substr(request.message_id, strpos(request.message_id, ':') + 1), 40) end
        || ' was used by a different alert',
      null, request, '', '', trading.position_json(held, market.quote_multiplier), '') end;
end;
$$;
comment on function trading.twin_json is
  'The answer to a request that another alert came before: that one''s own, where they are the same, else a refusal.';

create function trading.write_duplicates(duplicates trading.duplicates[]) returns void
  language plpgsql volatile set search_path = '' as $$
begin
  if cardinality(duplicates) > 0 then
    insert into trading.duplicates (account_id, alert_id, nr, received_at, request_id, key_id)
    select d.account_id, d.alert_id,
      coalesce((select k.nr from trading.duplicates k where k.alert_id = d.alert_id order by k.nr desc limit 1), 0)
        + row_number() over (partition by d.alert_id order by d.ordinality),
      d.received_at, left(d.request_id, 200), left(d.key_id, 200)
    from unnest(duplicates) with ordinality d;
  end if;
end;
$$;
comment on function trading.write_duplicates is
  'Writes a row for each alert that came again (nr is null yet), numbered on from those that its alert has.';
