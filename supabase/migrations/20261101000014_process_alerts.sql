-- The door: lock, book account by account, answer in order.

create function trading.lock_alerts(requests trading.alert_request[], wait boolean) returns trading.alert_request[]
  language plpgsql volatile set search_path = '' as $$
declare
  keys bigint[] := array(
    select distinct trading.lock_id('trade:' || d.account || ':' || d.symbol)
    from (select distinct r.account, r.symbol from unnest(requests) r) d order by 1);
  held bigint[] := '{}';
begin
  if wait then
    -- Ascending: two calls that share keys cannot wait for each other in a circle.
    perform pg_advisory_xact_lock(k) from unnest(keys) k;
    perform from trading.accounts a where a.name in (select r.account from unnest(requests) r) order by a.id for update;
    return requests;
  end if;
  -- Who does not wait for keys may take the rows first: then only a foreign holder, never another batch, makes a key busy.
  perform from trading.accounts a where a.name in (select r.account from unnest(requests) r) order by a.id for update;
  -- A batch that commits lets go of its rows a moment before its keys: that moment is waited for, a few times.
  for attempt in 1 .. 4 loop
    held := held || array(select k from unnest(keys) k where k <> all (held) and pg_try_advisory_xact_lock(k));
    exit when cardinality(held) = cardinality(keys);
    perform pg_sleep(0.001);
  end loop;
  if cardinality(held) = cardinality(keys) then
    return requests;
  end if;
  return array(select r from unnest(requests) r
               where trading.lock_id('trade:' || r.account || ':' || r.symbol) = any (held) order by r.ordinal);
exception when lock_not_available or deadlock_detected then
  return '{}';
end;
$$;
comment on function trading.lock_alerts is
  'Takes the advisory lock of every account and symbol in requests and the rows of their accounts, and answers the requests whose '
  'locks are held. wait: waits for all, up to lock_timeout, or holds none (the exception block gives back what it took). '
  'Otherwise the requests of a key that somebody else holds are left out, and delay nobody.';

create function trading.unbooked_json(request trading.alert_request, locked boolean) returns json
  language plpgsql immutable set search_path = '' as $$
begin
  return trading.answer_json(case when locked then 'rejected' else 'busy' end, case when locked then 'unknown_account' else 'busy' end,
    case when locked then 'there is no account of this name' else 'another alert holds the lock: send it again' end,
    null, request, '', '', trading.position_json(trading.flat_position(null, request.strategy, request.symbol), 1), '');
end;
$$;
comment on function trading.unbooked_json is 'The answer to a request that reached no account: nothing was written for it.';

-- jit is off: where a table has no index for its plan, enable_seqscan = off makes it so dear that LLVM compiles it, at every
-- call: 27 to 31 ms measured, against 0.3 to 0.6.
--
-- json and not jsonb: the answers are put together as text, and would be parsed only to be written out again, a tenth of a
-- batch's time.
create function public.process_alerts(alerts jsonb, wait boolean default true) returns json
  language plpgsql volatile security invoker set search_path = ''
  set lock_timeout = '1200ms' set statement_timeout = '2s' set plan_cache_mode = 'force_generic_plan' set enable_seqscan = 'off'
  set jit = 'off' as $$
declare
  requests constant trading.alert_request[] := trading.read_requests(alerts);
  locked constant trading.alert_request[] := trading.lock_alerts(requests, wait);
  of_account trading.alert_request[];
  booked trading.accounts;
  booked_answers json[];
  answers json[] := '{}';
begin
  for booked in select a.* from trading.accounts a where a.name in (select r.account from unnest(locked) r) order by a.id loop
    of_account := array(select r from unnest(locked) r where r.account = booked.name order by r.ordinal);
    booked_answers := coalesce(trading.book_account(booked, of_account, false), trading.book_account(booked, of_account, true));
    for nr in 1 .. cardinality(of_account) loop
      answers[(of_account[nr]).ordinal] := booked_answers[nr];
    end loop;
  end loop;
  for nr in 1 .. cardinality(requests) loop
    if answers[nr] is null then
      answers[nr] := trading.unbooked_json(requests[nr], nr in (select r.ordinal from unnest(locked) r));
    end if;
  end loop;
  return '[' || array_to_string(answers, ',') || ']';
end;
$$;
comment on function public.process_alerts is
  'Books a batch of canonical alerts (a JSON array, DESIGN 8, each with the hash of its message) exactly once each and answers '
  'an array in the same order: status filled | accepted | ignored | canceled | rejected (with code) | busy (nothing was written: '
  'send it again; with wait => false a key that is held elsewhere is busy at once), duplicate, alert_id, account, strategy, symbol, orders, fills, position, cash, equity. Money and quantities '
  'are decimal strings. A duplicate gets its stored answer. Contention and refusals are returned, never raised.';

create function public.preview_alerts(alerts jsonb) returns json
  language plpgsql volatile security invoker set search_path = ''
  set lock_timeout = '1200ms' set statement_timeout = '2s' set plan_cache_mode = 'force_generic_plan' set enable_seqscan = 'off'
  set jit = 'off' as $$
declare
  answers json;
begin
  answers := public.process_alerts(alerts, wait => false);
  raise exception 'a preview is undone' using errcode = 'SAPRE';
exception when sqlstate 'SAPRE' then
  return answers;
end;
$$;
comment on function public.preview_alerts is
  'What process_alerts would answer to these alerts now. It books them and undoes it, so that it cannot differ; nothing is kept. '
  'A lock that is held elsewhere answers busy at once: who only asks does not stand in the way of who books.';

revoke execute on function public.process_alerts, public.preview_alerts from public, anon, authenticated;
grant execute on function public.process_alerts, public.preview_alerts to service_role;
