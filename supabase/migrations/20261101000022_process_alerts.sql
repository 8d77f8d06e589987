-- The door: lock, book account by account, answer in order.

create unlogged table trading.waiting_alerts (
  ticket uuid primary key default gen_random_uuid(),
  nr bigint generated always as identity,
  account text not null,
  alert jsonb not null,
  expires_at timestamptz not null,
  answer json
) with (fillfactor = 50);
comment on table trading.waiting_alerts is
  'Alerts that came while their account was held, in order of arrival: whoever has the turn books all that wait. A row '
  'lasts until its answer is taken or it expires. Unlogged: a crash of the server forgets who waited, and nobody was '
  'told that such an alert is booked.';
comment on column trading.waiting_alerts.ticket is
  'Names the alert to who asks for its answer. No number: after a crash those begin anew, for other alerts.';
comment on column trading.waiting_alerts.nr is 'The order of arrival.';
comment on column trading.waiting_alerts.expires_at is
  'When its sender is told to send it again: from then on it is not booked.';
-- By time, so that a turn reads none of the rows that are gone, and of no other account's.
create index waiting_alerts_account_idx on trading.waiting_alerts (account, expires_at);

alter table trading.waiting_alerts enable row level security;
grant select, insert, delete, update (answer) on trading.waiting_alerts to service_role;

create function trading.take_free_accounts(requests trading.alert_request[], wait boolean)
  returns trading.alert_request[] language plpgsql volatile set search_path = '' as $$
declare
  free constant text[] := array(
    select a.name from trading.accounts a
    where a.name = any (array(select r.account from unnest(requests) r))
      -- A value and not "not exists", which would be worked out for all accounts at once.
      and (wait or (select w.ticket from trading.waiting_alerts w
                    where w.account = a.name and w.expires_at > now() and w.answer is null limit 1) is null)
    order by a.id for update skip locked);
begin
  if cardinality(free) = cardinality(requests) then
    return requests;
  end if;
  if free <> '{}' then
    -- With rows in hand nobody waits: two that did might wait for each other.
    return array(select r from unnest(requests) r where r.account = any (free) order by r.ordinal);
  end if;
  -- Who waits for a row holds its tuple lock, until the row is his.
  if wait and not exists (
       select from unnest(requests) r join trading.waiting_alerts w on w.account = r.account
       where w.expires_at > now() and w.answer is null)
     and not exists (
       select from trading.accounts a
       join pg_catalog.pg_locks l on a.ctid = ('(' || l.page || ',' || l.tuple || ')')::tid
       where a.name = any (array(select r.account from unnest(requests) r))
         and l.locktype = 'tuple' and l.relation = 'trading.accounts'::regclass) then
    perform from trading.accounts a where a.name in (select r.account from unnest(requests) r) order by a.id for update;
    return requests;
  end if;
  return '{}';
end;
$$;
comment on function trading.take_free_accounts is
  'Takes the rows of the accounts that nobody holds, and answers their requests. wait: where there are none, and '
  'nobody waits yet, it waits: a place in line would cost the first that has to wait more than it saves. Otherwise '
  'accounts for which others stand in line are left to them.';

create function trading.lock_alerts(requests trading.alert_request[], wait boolean, or_line boolean)
  returns trading.alert_request[] language plpgsql volatile set search_path = '' as $$
declare
  keys bigint[];
  held bigint[] := '{}';
begin
  if or_line then
    requests := trading.take_free_accounts(requests, wait);
    if cardinality(requests) = 0 then
      return requests;
    end if;
    wait := false;
  end if;
  keys := array(
    select distinct trading.lock_id('trade:' || d.account || ':' || d.symbol)
    from (select distinct r.account, r.symbol from unnest(requests) r) d order by 1);
  if wait then
    -- Ascending: two calls that share keys cannot wait for each other in a circle.
    perform pg_advisory_xact_lock(k) from unnest(keys) k;
  end if;
  if not or_line then
    -- Who does not wait for keys may take the rows first: then only a foreigner, never a batch, makes a key busy.
    perform from trading.accounts a where a.name in (select r.account from unnest(requests) r) order by a.id for update;
  end if;
  if wait then
    return requests;
  end if;
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
  'Takes the advisory lock of every account and symbol in requests and the rows of their accounts, and answers the '
  'requests whose locks are held. wait: waits for all, up to lock_timeout, or holds none (the exception block gives '
  'back what it took). Otherwise the requests of a key that somebody else holds are left out, and delay nobody. '
  'or_line: so are those of an account that somebody holds, for they can stand in line; see take_free_accounts.';

create function trading.unbooked_json(request trading.alert_request, locked boolean) returns json
  language plpgsql stable set search_path = '' as $$
declare
  code text := 'busy';
  message text := 'another alert holds the lock: send it again';
  followed text;
begin
  if locked then
    select f.name into followed from trading.accounts a
    join trading.shadow_accounts s on s.shadow_id = a.id
    join trading.accounts f on f.id = s.account_id
    where a.name = request.account;
    if found then
      code := 'shadow_account';
      message := 'it is a shadow, which books what ' || followed || ' does: send the alert to ' || followed;
    else
      code := 'unknown_account';
      message := 'there is no account of this name';
    end if;
  end if;
  return trading.answer_json(case when locked then 'rejected' else 'busy' end, code, message, null, request, '', '',
    trading.position_json(trading.flat_position(null, request.strategy, request.symbol), 1), '');
end;
$$;
comment on function trading.unbooked_json is
  'The answer to a request that reached no account, or a shadow, which takes none: nothing was written for it.';

-- jit is off: where a table has no index for its plan, enable_seqscan = off makes it so dear that LLVM compiles it, at
-- every call: 27 to 31 ms measured, against 0.3 to 0.6.
--
-- json and not jsonb: the answers are put together as text, and would be parsed to be written out again: a tenth of the
-- time.
create function public.process_alerts(alerts jsonb, wait boolean default true, within_ms integer[] default null)
  returns json language plpgsql volatile set search_path = '' set lock_timeout = '1200ms' set statement_timeout = '2s'
  set plan_cache_mode = 'force_generic_plan' set enable_seqscan = 'off' set jit = 'off' as $$
declare
  requests constant trading.alert_request[] := trading.read_requests(alerts);
  locked constant trading.alert_request[] := trading.lock_alerts(requests, wait, within_ms is not null);
  names constant text[] := array(select distinct r.account from unnest(locked) r);
  of_account trading.alert_request[];
  booked trading.accounts;
  booked_answers json[];
  answers json[] := '{}';
  followed bigint[] := '{}';
  held_up trading.alert_request[];
  tickets uuid[];
begin
  for booked in
    select a.* from trading.accounts a where a.name = any (names) and a.role <> 'shadow' order by a.id
  loop
    of_account := case when cardinality(names) = 1 then locked
                       else array(select r from unnest(locked) r where r.account = booked.name order by r.ordinal) end;
    booked_answers := coalesce(trading.book_account(booked, of_account, false),
      trading.book_account(booked, of_account, true));
    for nr in 1 .. cardinality(of_account) loop
      answers[(of_account[nr]).ordinal] := booked_answers[nr];
    end loop;
    if booked.role = 'followed' then
      followed := array_append(followed, booked.id);
    end if;
  end loop;
  if followed <> '{}' then
    perform trading.book_shadows(followed, cardinality(locked));
  end if;
  if within_ms is not null and cardinality(locked) < cardinality(requests) then
    held_up := case when locked = '{}' then requests else
      array(select r from unnest(requests) r
            where r.ordinal not in (select l.ordinal from unnest(locked) l) order by r.ordinal) end;
    with taken as (
      insert into trading.waiting_alerts as w (account, alert, expires_at)
      select r.account, r.message, clock_timestamp() + within_ms[r.ordinal] * interval '1 millisecond'
      from unnest(held_up) r order by r.ordinal
      returning w.nr, w.ticket)
    select array_agg(t.ticket order by t.nr) into tickets from taken t;
    for nr in 1 .. cardinality(held_up) loop
      answers[(held_up[nr]).ordinal] := '{"status":"busy","duplicate":false,"ticket":"' || tickets[nr] || '"}';
    end loop;
  end if;
  for nr in 1 .. cardinality(requests) loop
    if answers[nr] is null then
      answers[nr] := trading.unbooked_json(requests[nr], nr in (select r.ordinal from unnest(locked) r));
    end if;
  end loop;
  return array_to_json(answers);  -- as they are, where a text would be parsed again
end;
$$;
comment on function public.process_alerts is
  'Books a batch of canonical alerts (a JSON array; docs/alerts.md has the fields; each with the hash of its message) '
  'exactly once each and answers an array in the same order: status filled | accepted | ignored | canceled | rejected '
  '(with code) | busy (nothing was booked: send it again; with wait => false a key that is held elsewhere is busy at '
  'once), duplicate, alert_id, account, strategy, symbol, orders, fills, position, cash, equity. Money and quantities '
  'are decimal strings. A duplicate gets its stored answer. Contention and refusals are returned, never raised. '
  'within_ms, milliseconds for each alert: one whose account or key is held elsewhere stands in line for so long: its '
  'answer is no more than busy and a ticket for book_waiting_alerts. The first that comes to a held account waits for '
  'it all the same; with wait => false it stands in line, also when others stand there, behind them.';

create function trading.book_line(account text, at_most integer) returns void
  language plpgsql volatile set search_path = '' as $$
declare
  at constant timestamptz := clock_timestamp();  -- now() is from before the wait
  line trading.waiting_alerts[];
  answers json[];
begin
  delete from trading.waiting_alerts w where w.account = book_line.account and w.expires_at <= at;
  line := array(select w from trading.waiting_alerts w
                where w.account = book_line.account and w.expires_at > at and w.answer is null
                order by w.nr limit at_most);
  begin
    answers := array(select a.value from json_array_elements(public.process_alerts(
      (select jsonb_agg(w.alert order by w.nr) from unnest(line) w), wait => false)) with ordinality a (value, nr)
      order by a.nr);
  exception when others then
    -- One by one, so that an error of one is not that of all.
    for nr in 1 .. cardinality(line) loop
      begin
        answers[nr] := public.process_alerts(jsonb_build_array((line[nr]).alert), wait => false) -> 0;
      exception when others then
        answers[nr] := json_build_object('status', 'failed', 'code', sqlstate);
      end;
    end loop;
  end;
  update trading.waiting_alerts w set answer = a.answer
  from unnest(line, answers) a (ticket, nr, account, alert, expires_at, no_answer, answer)
  where w.ticket = a.ticket and a.answer ->> 'status' <> 'busy';
end;
$$;
comment on function trading.book_line is
  'Books the first alerts that wait for an account, and leaves their answers. What waits for a key that somebody else '
  'holds goes on waiting, what has expired goes. The caller has the turn.';

create function public.book_waiting_alerts(account text, tickets uuid[], at_most integer default 256) returns json
  language plpgsql volatile set search_path = '' set lock_timeout = '1200ms' set statement_timeout = '2s'
  set plan_cache_mode = 'force_generic_plan' set enable_seqscan = 'off' set jit = 'off' as $$
declare
  answers json;
begin
  begin
    -- The turn. Not the account's row: who only comes for an answer would write to it, and wait for the disk.
    perform pg_advisory_xact_lock(trading.lock_id('line:' || account));
    if exists (select from trading.waiting_alerts w
               where w.account = book_waiting_alerts.account and w.ticket = any (tickets) and w.answer is null) then
      perform trading.book_line(account, at_most);
    end if;
  exception when lock_not_available or deadlock_detected then null;
  end;
  with taken as (
    delete from trading.waiting_alerts w
    where w.account = book_waiting_alerts.account and w.ticket = any (tickets) and w.answer is not null
    returning w.ticket, w.answer)
  select coalesce(json_agg(coalesce(g.answer,
    case when w.ticket is not null then '{"status":"busy","duplicate":false}'::json end) order by t.ordinal), '[]')
    into answers
  from unnest(tickets) with ordinality t (ticket, ordinal)
  left join taken g on g.ticket = t.ticket
  left join trading.waiting_alerts w on w.account = book_waiting_alerts.account and w.ticket = t.ticket;
  return answers;
end;
$$;
comment on function public.book_waiting_alerts is
  'The answers to alerts of an account that wait in line, by the tickets that process_alerts gave them, in order. '
  'Waits for its turn; when they are not booked by then, it books the first at_most alerts that wait there, whoever '
  'sent them. An answer is given once. busy: it waits still, ask again; null: the ticket is not known (its answer was '
  'given, or it expired), send the alert again; failed: the database refused it, with its code.';

create function public.preview_alerts(alerts jsonb) returns json
  language plpgsql volatile set search_path = '' set lock_timeout = '1200ms' set statement_timeout = '2s'
  set plan_cache_mode = 'force_generic_plan' set enable_seqscan = 'off' set jit = 'off' as $$
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
  'What process_alerts would answer to these alerts now. It books them and undoes it, so that it cannot differ; '
  'nothing is kept. A lock that is held elsewhere answers busy at once: who only asks is in nobody''s way.';

revoke execute on function public.process_alerts, public.book_waiting_alerts, public.preview_alerts
  from public, anon, authenticated;
