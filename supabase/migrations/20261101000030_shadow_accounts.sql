-- Shadow accounts: what an account is alerted is booked into others as well, live, with settings of their own: what if the fees
-- were higher, the size double, the leverage less.
--
-- The followed account's inbox is the queue, and a shadow remembers how far it has come. So each alert is booked once, whatever
-- fails in between: what a shadow has missed is what lies behind its place, and the next alert, or catch_up_shadow_account, books that at the
-- times at which it came. What the account stored is what follows: alerts that were refused, orders by hand, cancels and halts
-- too; not what never was an alert, as cash, settings and a reset.

create table trading.shadow_accounts (
  shadow_id bigint primary key,
  account_id bigint not null,
  size_factor trading.factor not null default 1 check (size_factor <= 1000 and scale(size_factor) <= 6),
  epoch integer not null,
  after_alert_id bigint not null,
  failure text check (length(failure) <= 500),
  failed_at timestamptz,
  -- An account has one role: no shadow is followed, and so there is neither a chain nor a circle.
  shadow_role text not null generated always as ('shadow') stored,
  account_role text not null generated always as ('followed') stored,
  foreign key (shadow_id, shadow_role) references trading.accounts (id, role),
  foreign key (account_id, account_role) references trading.accounts (id, role),
  constraint failure_has_a_time check ((failure is null) = (failed_at is null))
);
comment on table trading.shadow_accounts is 'Which account a shadow follows, and how far it has come. Its row is changed only by who holds the shadow''s own.';
comment on column trading.shadow_accounts.size_factor is 'Every size that an alert names is multiplied by this; percents of a position are not.';
comment on column trading.shadow_accounts.epoch is 'The followed account''s, in which the shadow has booked all up to after_alert_id.';
comment on column trading.shadow_accounts.after_alert_id is 'The newest alert of the followed account that the shadow has booked; 0: none.';
comment on column trading.shadow_accounts.failure is 'Why the next alert could not be booked, at failed_at; null: nothing went wrong since one was.';
create index shadow_accounts_account_id_idx on trading.shadow_accounts (account_id);

alter table trading.shadow_accounts enable row level security;
grant select on trading.shadow_accounts to authenticated;
grant select, insert, update, delete on trading.shadow_accounts to service_role;
create policy "owners read their shadow accounts" on trading.shadow_accounts for select to authenticated
  using (account_id in (select trading.own_account_ids()) and shadow_id in (select trading.own_account_ids()));

-- What a shadow is sent ----------------------------------------------------------------------------

create function trading.scaled_fields(object jsonb, fields text[], factor numeric) returns jsonb
  language plpgsql immutable strict set search_path = '' as $$
begin
  return case when jsonb_typeof(object) = 'object' then object || coalesce((
    -- None becomes nothing, nor more than an alert may name.
    select jsonb_object_agg(n.name, trim_scale(sign(n.value) * greatest(1e-18, least(999999999999999999, trunc(abs(n.value) * factor, 18))))::text)
    from (select f as name, (object ->> f)::numeric as value from unnest(fields) f) n where n.value is not null), '{}') else object end;
end;
$$;
comment on function trading.scaled_fields is 'A JSON object with these of its numbers multiplied, where it has them, at 18 decimals.';

create function trading.scaled_alert(request jsonb, factor numeric) returns jsonb
  language plpgsql immutable set search_path = '' as $$
begin
  if factor = 1 then
    return request;
  end if;
  return trading.scaled_fields(request, case request ->> 'quantity_type' when 'percent_of_position' then '{fee}' else '{quantity,fee}' end::text[], factor)
    || jsonb_strip_nulls(jsonb_build_object(
      'target', trading.scaled_fields(request -> 'target', '{quantity}', factor),
      'previous', trading.scaled_fields(request -> 'previous', '{quantity}', factor),
      'take_profit', trading.scaled_fields(request -> 'take_profit', '{quantity}', factor),
      'take_profits', case when jsonb_typeof(request -> 'take_profits') = 'array' then (
        select jsonb_agg(trading.scaled_fields(t.value, '{quantity}', factor) order by t.nr)
        from jsonb_array_elements(request -> 'take_profits') with ordinality t (value, nr)) end));
end;
$$;
comment on function trading.scaled_alert is
  'An alert with every size multiplied: its quantity, the position that it wants and the one before it, what its take profits close, and the fee that it names.';

create function trading.followed_order_id(order_id text, shadow trading.shadow_accounts, booked trading.accounts) returns text
  language plpgsql stable security invoker set search_path = '' as $$
begin
  return coalesce((
    select trading.copied_order_id(o, b)
    from trading.orders o
    join trading.alerts b on b.dedupe_key = booked.id || '/' || booked.epoch || '/key:followed ' || o.alert_id
    where o.id = case when order_id ~ '^[1-9][0-9]{0,17}$' then order_id::bigint end and o.account_id = shadow.account_id), '0');
end;
$$;
comment on function trading.followed_order_id is 'The open order of a shadow that stands for one of the followed account, which a command names; 0: there is none.';

create type trading.followed_run as (epoch integer, last_id bigint, alerts jsonb);
comment on type trading.followed_run is 'The alerts that a shadow books next, as process_alerts takes them: of which epoch, and the newest of them in the followed account.';

create function trading.next_run(shadow trading.shadow_accounts, booked trading.accounts, at_most integer) returns trading.followed_run
  language plpgsql stable security invoker set search_path = '' as $$
declare
  run trading.followed_run;
begin
  for of_epoch in shadow.epoch .. (select a.epoch from trading.accounts a where a.id = shadow.account_id) loop
    select of_epoch, max(r.id), jsonb_agg(
      trading.scaled_alert(r.request, shadow.size_factor) - 'message_id'
      || case when r.is_named then jsonb_build_object('order_id', trading.followed_order_id(r.request ->> 'order_id', shadow, booked)) else '{}' end
      -- What came twice was told apart there: here each is another. A mark that nobody named there has no name, and may leave for the archive.
      || case when r.may_leave then '{}' else jsonb_build_object('idempotency_key', 'followed ' || r.id) end
      || jsonb_build_object('account', booked.name, 'received_at', r.received_at, 'hash', r.content_hash)
      order by r.id)
    into run
    from (
      select n.*, row_number() over (order by n.id) as nr, count(*) filter (where n.is_named) over (order by n.id) as named
      from (
        select a.id, a.request, a.received_at, a.content_hash, trading.may_leave(a),
          coalesce(a.request ->> 'action' in ('cancel', 'modify') and a.request ->> 'order_id' is not null, false) as is_named
        from trading.alerts a
        where a.account_id = shadow.account_id and a.epoch = of_epoch and a.id + 0 > shadow.after_alert_id
        order by a.id + 0 limit at_most) n) r
    -- One that names an order stands alone: the order is looked up when all before it is booked.
    where r.named = 0 or r.nr = 1;
    exit when run.alerts is not null;
  end loop;
  return run;
end;
$$;
comment on function trading.next_run is
  'The oldest alerts of the followed account that a shadow has not booked, at the times at which they came, named by the id that they have there. alerts is null: none.';

create function trading.count_behind(shadow trading.shadow_accounts) returns bigint
  language plpgsql stable security invoker set search_path = '' as $$
begin
  return (
    select count(*) from generate_series(shadow.epoch, (select a.epoch from trading.accounts a where a.id = shadow.account_id)) e (epoch)
    cross join lateral (
      select from trading.alerts a where a.account_id = shadow.account_id and a.epoch = e.epoch and a.id + 0 > shadow.after_alert_id limit 10000) n);
end;
$$;
comment on function trading.count_behind is 'How many alerts of the followed account a shadow has not booked, 10000 an epoch at most.';

-- Booking ------------------------------------------------------------------------------------------

create function trading.follow(shadow_id bigint, at_most integer) returns integer
  language plpgsql volatile set search_path = '' as $$
declare
  booked trading.accounts;
  shadow trading.shadow_accounts;
  run trading.followed_run;
  requests trading.alert_request[];
  done integer := 0;
begin
  loop
    -- Who holds the followed account waits for no shadow: so nobody can wait in a circle, and what is left is caught up.
    select a.* into booked from trading.accounts a where a.id = follow.shadow_id for update skip locked;
    select s.* into shadow from trading.shadow_accounts s where s.shadow_id = booked.id;
    exit when shadow.shadow_id is null;
    run := trading.next_run(shadow, booked, at_most - done);
    exit when run.alerts is null;
    requests := trading.read_requests(run.alerts);
    exit when exists (
      select from (select distinct r.symbol from unnest(requests) r) d
      where not pg_try_advisory_xact_lock(trading.lock_id('trade:' || booked.name || ':' || d.symbol)));
    if trading.book_account(booked, requests, false) is null then
      perform trading.book_account(booked, requests, true);
    end if;
    update trading.shadow_accounts s set epoch = run.epoch, after_alert_id = run.last_id, failure = null, failed_at = null
    where s.shadow_id = shadow.shadow_id;
    done := done + cardinality(requests);
    exit when done >= at_most;
  end loop;
  return done;
end;
$$;
comment on function trading.follow is
  'Books into a shadow what its account was alerted since, at_most alerts; answers how many. None while somebody else holds the shadow or one of its symbols.';

create function trading.try_follow(shadow_id bigint, at_most integer) returns integer
  language plpgsql volatile set search_path = '' as $$
declare
  reason text;
begin
  return trading.follow(shadow_id, at_most);
-- A booking that lasts until the statement's time is over is undone, too: the account's own is not.
exception when query_canceled or others then
  reason := left(sqlstate || ': ' || sqlerrm, 500);
  update trading.shadow_accounts s set failure = reason, failed_at = clock_timestamp()
  where s.shadow_id = (select l.shadow_id from trading.shadow_accounts l where l.shadow_id = try_follow.shadow_id for update skip locked);
  return null;
end;
$$;
comment on function trading.try_follow is 'As follow; null: it failed, was undone, and the shadow''s row says why.';

create function trading.book_shadows(followed bigint[], at_most integer) returns void
  language plpgsql volatile set search_path = '' as $$
declare
  until constant timestamptz := clock_timestamp() + interval '300 milliseconds';
  shadow_id bigint;
begin
  for shadow_id in
    select s.shadow_id from trading.shadow_accounts s
    where s.account_id = any (followed) and coalesce(s.failed_at < clock_timestamp() - interval '1 minute', true)
    -- Who is furthest behind first: when time is short, it is not always the same that is left.
    order by s.after_alert_id, s.shadow_id
  loop
    exit when clock_timestamp() > until;
    perform trading.try_follow(shadow_id, at_most + 32);
  end loop;
end;
$$;
comment on function trading.book_shadows is
  'Has the shadows of accounts follow, which have just booked at_most alerts; the caller holds them. It never fails, and its time is bounded: a '
  'shadow catches up with 32 alerts more, one that failed is left alone for a minute, and after 300 milliseconds the rest is left for the next time.';

-- What an operator does ----------------------------------------------------------------------------

create function trading.find_shadow(account text, shadow text) returns trading.shadow_accounts
  language plpgsql stable security invoker set search_path = '' as $$
declare
  found_shadow trading.shadow_accounts;
begin
  select s.* into found_shadow from trading.shadow_accounts s
  join trading.accounts a on a.id = s.shadow_id and a.name = shadow
  join trading.accounts f on f.id = s.account_id and f.name = account;
  if not found then
    raise exception 'account % has no shadow %', account, shadow using errcode = 'PT404', hint = 'list_shadow_accounts names those that it has.';
  end if;
  return found_shadow;
end;
$$;
comment on function trading.find_shadow is 'The shadow of that name that follows the account. Errors: PT404.';

create function trading.create_shadow(followed trading.accounts, shadow text, settings jsonb, initial_cash numeric) returns void
  language plpgsql volatile security invoker set search_path = '' as $$
declare
  own constant trading.account_settings := (select s from trading.account_settings s where s.account_id = followed.id);
  held constant trading.portfolio := trading.load_portfolio(followed);
  created_id bigint;
begin
  if followed.role = 'shadow' then
    raise exception '% is a shadow itself', followed.name using errcode = 'PT409', hint = 'Have the new one follow the same account as this does.';
  elsif (select count(*) from trading.shadow_accounts s where s.account_id = followed.id) >= 10 then
    raise exception '% has ten shadows', followed.name using errcode = 'PT409', hint = 'Each is booked with every alert: remove one first.';
  end if;
  perform public.create_account(shadow, coalesce(initial_cash, greatest(0, trunc(held.cash + held.holdings_value, 18))), followed.currency, followed.owner_id,
    trading.settings_json(own) || settings);
  update trading.accounts a set role = 'followed' where a.id = followed.id and a.role <> 'followed';
  update trading.accounts a set role = 'shadow' where a.name = shadow returning a.id into created_id;
  insert into trading.shadow_accounts (shadow_id, account_id, epoch, after_alert_id)
  values (created_id, followed.id, followed.epoch, coalesce(
    (select a.id from trading.alerts a where a.account_id = followed.id and a.epoch = followed.epoch order by a.id + 0 desc limit 1), 0));
end;
$$;
comment on function trading.create_shadow is 'A new account that follows another, whose row is locked, from now on. Errors: PT409, and those of create_account.';

create function trading.shadow_json(followed trading.accounts, shadow trading.shadow_accounts) returns jsonb
  language plpgsql stable security invoker set search_path = '' as $$
begin
  return jsonb_build_object('account', followed.name, 'shadow', (select a.name from trading.accounts a where a.id = shadow.shadow_id),
    'size_factor', trading.decimal(shadow.size_factor), 'behind', trading.count_behind(shadow), 'failure', shadow.failure);
end;
$$;
comment on function trading.shadow_json is 'A shadow as the RPCs that change one answer it.';

create function public.upsert_shadow_account(
  account text, shadow text, settings jsonb default '{}', size_factor numeric default null, initial_cash numeric default null
) returns jsonb
  language plpgsql volatile security invoker set search_path = '' set lock_timeout = '2s' as $$
declare
  followed constant trading.accounts := trading.lock_account(account);
  kept trading.shadow_accounts;
begin
  if size_factor is not null and (not (size_factor > 0 and size_factor <= 1000) or scale(trim_scale(size_factor)) > 6) then
    raise exception 'size_factor must be above 0 and at most 1000, with at most 6 decimals' using errcode = 'PT400', hint = 'Leave it out for the same size, 1.';
  end if;
  if exists (select from trading.shadow_accounts s join trading.accounts a on a.id = s.shadow_id and a.name = shadow where s.account_id = followed.id) then
    if initial_cash is not null then
      raise exception '% has begun already', shadow using errcode = 'PT409', hint = 'Leave initial_cash out, or begin it anew with reset_account.';
    end if;
    perform public.update_account_settings(shadow, settings);
  else
    perform trading.create_shadow(followed, shadow, settings, initial_cash);
  end if;
  update trading.shadow_accounts s set size_factor = coalesce(trim_scale(upsert_shadow_account.size_factor), s.size_factor)
  where s.shadow_id = (select a.id from trading.accounts a where a.name = shadow)
  returning s.* into kept;
  perform trading.log_event(trading.lock_account(shadow), 'shadow',
    jsonb_build_object('follows', followed.name, 'size_factor', trading.decimal(kept.size_factor)));
  return trading.shadow_json(followed, kept);
end;
$$;
comment on function public.upsert_shadow_account is
  'An account that follows another: from now on every alert of the account is booked into it as well, under settings of its own. Made '
  'when it is not there: with the account''s owner, currency and settings, changed by settings, and initial_cash (what the account is worth now, where it is left out), and without a position. '
  'Otherwise its settings are changed, as update_account_settings does. size_factor: every size that an alert names is multiplied by this. Errors: PT404 no such account, '
  'PT400 bad size_factor, PT409 it is a shadow itself, has ten, or initial_cash for one that has begun, 23505 the name is another account''s, 22023 unknown setting, 23514 value out of range.';

create function public.remove_shadow_account(account text, shadow text) returns jsonb
  language plpgsql volatile security invoker set search_path = '' set lock_timeout = '2s' as $$
declare
  followed constant trading.accounts := trading.lock_account(account);
  removed constant trading.shadow_accounts := trading.find_shadow(account, shadow);
begin
  perform trading.log_event(trading.lock_account(shadow), 'shadow', jsonb_build_object('follows', null));
  delete from trading.shadow_accounts s where s.shadow_id = removed.shadow_id;
  update trading.accounts a set role = 'plain'
  where a.id = removed.shadow_id or a.id = followed.id and not exists (select from trading.shadow_accounts s where s.account_id = followed.id);
  return jsonb_build_object('account', followed.name, 'shadow', shadow);
end;
$$;
comment on function public.remove_shadow_account is
  'Ends that a shadow follows its account. What it has booked stays, in an account like any other. Errors: PT404 no such account or shadow.';

create function public.catch_up_shadow_account(account text, shadow text, at_most integer default 1000) returns jsonb
  language plpgsql volatile security invoker set search_path = '' set lock_timeout = '2s' set statement_timeout = '30s'
  set plan_cache_mode = 'force_generic_plan' set enable_seqscan = 'off' set jit = 'off' as $$
declare
  asked constant trading.shadow_accounts := trading.find_shadow(account, shadow);
  size integer := 256;
  done integer := 0;
  step integer;
begin
  if at_most is null or at_most not between 1 and 10000 then
    raise exception 'at_most must be between 1 and 10000' using errcode = 'PT400', hint = 'Call again while it is behind.';
  end if;
  perform trading.lock_account(shadow);
  loop
    step := trading.try_follow(asked.shadow_id, least(size, at_most - done));
    exit when step = 0 or step is null and size = 1;
    size := case when step is null then 1 else size end;  -- up to the one that fails
    done := done + coalesce(step, 0);
    exit when done >= at_most;
  end loop;
  return trading.shadow_json(trading.find_account(account), trading.find_shadow(account, shadow)) || jsonb_build_object('booked', done);
end;
$$;
comment on function public.catch_up_shadow_account is
  'Books into a shadow what it has missed, at most so many alerts, each once, in order and at the times at which they came; answers how many (booked) and '
  'how many are left (behind). failure: why the next one cannot be booked. Errors: PT404 no such account or shadow, PT400 bad at_most.';

create function public.list_shadow_accounts(account text default 'default') returns table (
  shadow text, size_factor text, differs jsonb, equity text, net_pnl text, behind bigint, behind_since timestamptz, failure text, failed_at timestamptz
)
  language plpgsql stable security invoker set search_path = '' set statement_timeout = '2s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  own constant jsonb := (select trading.settings_json(s) from trading.account_settings s where s.account_id = owned.id);
begin
  perform trading.take_read_place('page');
  return query
  select a.name::text, trading.decimal(s.size_factor),
    (select coalesce(jsonb_object_agg(d.key, d.value), '{}') from jsonb_each(trading.settings_json(c)) d where d.value is distinct from own -> d.key),
    p.equity, trading.decimal(p.equity::numeric - p.deposits::numeric), trading.count_behind(s),
    (select b.received_at from generate_series(s.epoch, owned.epoch) e (epoch)
     cross join lateral (
       select n.id, n.received_at from trading.alerts n where n.account_id = owned.id and n.epoch = e.epoch and n.id + 0 > s.after_alert_id
       order by n.id + 0 limit 1) b
     order by b.id limit 1),
    s.failure, s.failed_at
  from trading.shadow_accounts s
  join trading.accounts a on a.id = s.shadow_id
  join trading.account_settings c on c.account_id = s.shadow_id
  cross join lateral public.portfolio_summary(a.name) p
  where s.account_id = owned.id
  order by a.name;
end;
$$;
comment on function public.list_shadow_accounts is
  'The shadows of an account, by name: size_factor; differs: their settings that are others than the account''s; equity and net_pnl, as decimal strings; behind: '
  'how many alerts of the account they have not booked, and behind_since when the first of these came; failure: why it could not be booked. Errors: PT404 no such account, PT429 busy.';

grant execute on function trading.count_behind, trading.settings_json to authenticated;
revoke execute on function public.upsert_shadow_account, public.remove_shadow_account, public.catch_up_shadow_account,
  public.list_shadow_accounts from public, anon, authenticated;
grant execute on function public.upsert_shadow_account, public.remove_shadow_account, public.catch_up_shadow_account to service_role;
grant execute on function public.list_shadow_accounts to authenticated, service_role;
