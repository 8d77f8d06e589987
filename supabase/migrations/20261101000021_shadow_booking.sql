-- Shadow accounts: what an account is alerted is booked into others as well, live, with settings of their own: what if
-- the fees were higher, the size double, the leverage less.
--
-- The followed account's inbox is the queue, and a shadow remembers how far it has come. So each alert is booked once,
-- whatever fails in between: what a shadow has missed is what lies behind its place, and the next alert, or
-- catch_up_shadow_account, books that at the times at which it came. What the account stored is what follows: alerts
-- that were refused, orders by hand, cancels and halts too; not what never was an alert, as cash, settings and a reset.

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
comment on table trading.shadow_accounts is
  'Which account a shadow follows, and how far it has come. Its row is changed only by who holds the shadow''s own.';
comment on column trading.shadow_accounts.size_factor is
  'Every size that an alert names is multiplied by this; percents of a position are not.';
comment on column trading.shadow_accounts.epoch is
  'The followed account''s, in which the shadow has booked all up to after_alert_id.';
comment on column trading.shadow_accounts.after_alert_id is
  'The newest alert of the followed account that the shadow has booked; 0: none.';
comment on column trading.shadow_accounts.failure is
  'Why the next alert could not be booked, at failed_at; null: nothing went wrong since one was.';
create index shadow_accounts_account_id_idx on trading.shadow_accounts (account_id);

alter table trading.shadow_accounts enable row level security;
grant select on trading.shadow_accounts to authenticated;
grant select, insert, update, delete on trading.shadow_accounts to service_role;
create policy "owners read their shadow accounts" on trading.shadow_accounts for select to authenticated
  using (account_id in (select trading.own_account_ids()) and shadow_id in (select trading.own_account_ids()));

-- What a shadow is sent ---------------------------------------------------------------------------

create function trading.scaled_fields(object jsonb, fields text[], factor numeric) returns jsonb
  language plpgsql immutable strict set search_path = '' as $$
begin
  return case when jsonb_typeof(object) = 'object' then object || coalesce((
    -- None becomes nothing, nor more than an alert may name.
    select jsonb_object_agg(n.name,
      trim_scale(sign(n.value) * greatest(1e-18, least(999999999999999999, trunc(abs(n.value) * factor, 18))))::text)
    from (select f as name, (object ->> f)::numeric as value from unnest(fields) f) n
    where n.value is not null), '{}') else object end;
end;
$$;
comment on function trading.scaled_fields is
  'A JSON object with these of its numbers multiplied, where it has them, at 18 decimals.';

create function trading.scaled_alert(request jsonb, factor numeric) returns jsonb
  language plpgsql immutable set search_path = '' as $$
begin
  return case when factor = 1 then request else trading.scaled_fields(request,
    case request ->> 'quantity_type' when 'percent_of_position' then '{fee}' else '{quantity,fee}' end::text[], factor)
    || jsonb_strip_nulls(jsonb_build_object(
      'target', trading.scaled_fields(request -> 'target', '{quantity}', factor),
      'previous', trading.scaled_fields(request -> 'previous', '{quantity}', factor),
      'take_profit', trading.scaled_fields(request -> 'take_profit', '{quantity}', factor),
      'take_profits', case when jsonb_typeof(request -> 'take_profits') = 'array' then (
        select jsonb_agg(trading.scaled_fields(t.value, '{quantity}', factor) order by t.nr)
        from jsonb_array_elements(request -> 'take_profits') with ordinality t (value, nr)) end)) end;
end;
$$;
comment on function trading.scaled_alert is
  'An alert with every size multiplied, those of its positions and take profits too, and the fee that it names.';

create function trading.number_of_leg(leg trading.orders) returns bigint language sql stable set search_path = ''
  return (select count(*) from trading.orders o
          where o.account_id = leg.account_id and o.epoch = leg.epoch and o.bracket_id = leg.bracket_id
            and o.leg = leg.leg and o.id <= leg.id);
comment on function trading.number_of_leg is 'Which of the legs of its kind it is, in its bracket, from 1.';

create function trading.copied_order_id(
  order_id text, original trading.accounts, copy trading.accounts, is_followed boolean
) returns text language sql stable set search_path = ''
  return coalesce((
    select c.id::text
    from trading.orders o
    join trading.alerts a on a.id = o.alert_id
    -- Behind account and epoch a key has the alert's id in a shadow, and in a replay what the original has.
    join trading.alerts b on b.dedupe_key = copy.id || '/' || copy.epoch
      || case when is_followed then '/key:followed ' || a.id
        else substr(a.dedupe_key, length(original.id || '/' || original.epoch) + 1) end
    join trading.orders c on case when c.status = 'open' then c.account_id end = copy.id and c.status = 'open'
      and c.alert_id = b.id and c.leg is not distinct from o.leg
      -- Of several take profits the one with the same number.
      and (o.leg is distinct from 'take_profit' or trading.number_of_leg(o) = trading.number_of_leg(c))
    where o.id = case when order_id ~ '^[1-9][0-9]{0,17}$' then order_id::bigint end and o.account_id = original.id
      and (is_followed or o.epoch = original.epoch)
  ), '0');
comment on function trading.copied_order_id is
  'The open order of a shadow or a replay (copy) that stands for an order of the original account, which a command '
  'names: that of the same alert, leg and number. 0: there is none.';

create function trading.next_run(
  shadow trading.shadow_accounts, booked trading.accounts, at_most integer,
  out epoch integer, out last_id bigint, out alerts jsonb
) language plpgsql stable set search_path = '' as $$
declare
  followed constant trading.accounts := (select a from trading.accounts a where a.id = shadow.account_id);
begin
  for of_epoch in shadow.epoch .. followed.epoch loop
    select of_epoch, max(r.id), jsonb_agg(
      trading.scaled_alert(r.request, shadow.size_factor) - 'message_id'
      || case when r.is_named then jsonb_build_object(
        'order_id', trading.copied_order_id(r.request ->> 'order_id', followed, booked, true)) else '{}' end
      -- What came twice was told apart there: here each is another. A mark without a name has none here: it may leave.
      || case when r.may_leave then '{}' else jsonb_build_object('idempotency_key', 'followed ' || r.id) end
      || jsonb_build_object('account', booked.name, 'received_at', r.received_at, 'hash', r.content_hash)
      order by r.id)
    into epoch, last_id, alerts
    from (
      select n.*, row_number() over (order by n.id) as nr,
        count(*) filter (where n.is_named) over (order by n.id) as named
      from (
        select a.id, a.request, a.received_at, a.content_hash, trading.may_leave(a),
          coalesce(a.request ->> 'action' in ('cancel', 'modify')
            and a.request ->> 'order_id' is not null, false) as is_named
        from trading.alerts a
        where a.account_id = shadow.account_id and a.epoch = of_epoch and a.id + 0 > shadow.after_alert_id
        order by a.id + 0 limit at_most) n) r
    -- One that names an order stands alone: the order is looked up when all before it is booked.
    where r.named = 0 or r.nr = 1;
    exit when alerts is not null;
  end loop;
end;
$$;
comment on function trading.next_run is
  'The oldest alerts of the followed account that a shadow has not booked, at the times at which they came, named by '
  'the id that they have there; their epoch, and the id of the newest of them. alerts is null: none.';

create function trading.count_behind(shadow trading.shadow_accounts) returns bigint
  language sql stable set search_path = ''
  return (
    select count(*)
    from generate_series(shadow.epoch,
      (select a.epoch from trading.accounts a where a.id = shadow.account_id)) e (epoch)
    cross join lateral (
      select from trading.alerts a
      where a.account_id = shadow.account_id and a.epoch = e.epoch and a.id + 0 > shadow.after_alert_id limit 10000) n);
comment on function trading.count_behind is
  'How many alerts of the followed account a shadow has not booked, 10000 an epoch at most.';

-- Booking -----------------------------------------------------------------------------------------

create function trading.follow(shadow_id bigint, at_most integer) returns integer
  language plpgsql volatile set search_path = '' as $$
declare
  booked trading.accounts;
  shadow trading.shadow_accounts;
  run record;
  requests trading.alert_request[];
  done integer := 0;
begin
  loop
    -- Who holds the followed account waits for no shadow: so nobody waits in a circle. What is left is caught up.
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
    update trading.shadow_accounts s
      set epoch = run.epoch, after_alert_id = run.last_id, failure = null, failed_at = null
    where s.shadow_id = shadow.shadow_id;
    done := done + cardinality(requests);
    exit when done >= at_most;
  end loop;
  return done;
-- A booking that lasts until the statement's time is over is undone, too: the account's own is not.
exception when query_canceled or others then
  update trading.shadow_accounts s set failure = left(sqlstate || ': ' || sqlerrm, 500), failed_at = clock_timestamp()
  where s.shadow_id = (select l.shadow_id from trading.shadow_accounts l
                       where l.shadow_id = follow.shadow_id for update skip locked);
  return null;
end;
$$;
comment on function trading.follow is
  'Books into a shadow what its account was alerted since, at_most alerts; answers how many. None while somebody else '
  'holds the shadow or one of its symbols. null: it failed, was undone, and the shadow''s row says why.';

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
    perform trading.follow(shadow_id, at_most + 32);
  end loop;
end;
$$;
comment on function trading.book_shadows is
  'Has the shadows of accounts follow, which have just booked at_most alerts; the caller holds them. It never fails, '
  'and its time is bounded: a shadow catches up with 32 alerts more, one that failed is left alone for a minute, and '
  'after 300 milliseconds the rest is left for the next time.';

grant execute on function trading.count_behind to authenticated;
