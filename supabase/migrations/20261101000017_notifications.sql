-- Outgoing notifications: who is told of what, and the outbox that remembers it until it was told.
--
-- An event and its rows in the outbox are one transaction: neither is there without the other. The function
-- `notifications` claims due rows, sends, and says here what became of them.

create function trading.notification_events() returns text[] language sql immutable parallel safe set search_path = ''
  return array['fill', 'margin_call', 'rejected', 'halted', 'resumed', 'daily_summary', 'missed_alert',
    'silent_strategy', 'price_jump', 'channel_disabled'];
comment on function trading.notification_events is 'The events that a channel may be told of.';

create table trading.notification_channels (
  id bigint generated always as identity primary key,
  name trading.name not null unique,
  kind text not null constraint channel_kind_is_known check (kind in ('webhook', 'discord', 'slack', 'telegram')),
  -- No user name or password before the host, nor \, which a browser takes for /: the host is shown.
  url text constraint channel_url_is_http
    check (url ~ '^https?://[^[:space:]/?#@\\]+([/?#][^[:space:]\\]*)?$' and length(url) <= 2048),
  token text constraint channel_token_is_a_bot_token check (token ~ '^[0-9]{1,20}:[A-Za-z0-9_-]{20,100}$'),
  chat_id text constraint channel_chat_id_is_a_chat check (chat_id ~ '^(-?[0-9]{1,20}|@[A-Za-z0-9_]{1,64})$'),
  secret text constraint channel_secret_is_long check (secret ~ '^whsec_[A-Za-z0-9+/]{32,100}={0,2}$'),
  previous_secret text,
  previous_secret_until timestamptz,
  events text[] not null default '{}' constraint channel_events_are_known
    check (events <@ trading.notification_events()),
  account_ids bigint[] not null default '{}',
  failures integer not null default 0 check (failures >= 0),
  failing_since timestamptz,
  disabled_at timestamptz,
  disabled_reason text check (disabled_reason ~ '^[a-z_]{1,64}$'),
  created_at timestamptz not null default now(),
  constraint channel_kind_has_its_fields check (
    case kind when 'telegram' then num_nonnulls(token, chat_id) = 2 and secret is null
              when 'webhook' then num_nonnulls(url, secret) = 2 and num_nonnulls(token, chat_id) = 0
              else url is not null and num_nonnulls(token, chat_id, secret) = 0 end),
  constraint rotation_has_an_end check ((previous_secret is null) = (previous_secret_until is null)),
  constraint failing_has_a_beginning check ((failures = 0) = (failing_since is null)),
  constraint disabling_has_a_reason check ((disabled_at is null) = (disabled_reason is null))
);
comment on table trading.notification_channels is
  'A receiver of notifications. Its url, token and secrets are for the sender only: no answer and no log shows them.';
comment on column trading.notification_channels.url is
  'Where to post; for telegram the bot API, when it is not api.telegram.org.';
comment on column trading.notification_channels.secret is
  'Key of a webhook''s signatures (Standard Webhooks); previous_secret signs too, until previous_secret_until.';
comment on column trading.notification_channels.events is 'What it is told of; empty: all.';
comment on column trading.notification_channels.account_ids is
  'Whose events; empty: every account''s but those of shadows, which are named or silent.';
comment on column trading.notification_channels.failures is
  'Attempts that failed since the last one that did not; the first of them was at failing_since.';

-- Asked at every booking, whether there are any.
create index notification_channels_live_idx on trading.notification_channels (id) where disabled_at is null;

create table trading.notification_outbox (
  id bigint generated always as identity primary key,
  message_id text not null default 'msg_' || replace(gen_random_uuid()::text, '-', ''),
  channel_id bigint not null references trading.notification_channels (id) on delete cascade,
  account_id bigint references trading.accounts (id) on delete cascade,
  event text not null constraint outbox_event_is_known check (event = any (trading.notification_events())),
  turn bigint not null default nextval('trading.alerts_id_seq'),
  payload jsonb not null check (jsonb_typeof(payload) = 'object'),
  status text not null default 'pending' check (status in ('pending', 'delivered', 'dead')),
  attempts integer not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz not null default now(),
  first_failed_at timestamptz,
  lease uuid,
  leased_until timestamptz,
  last_error text check (last_error ~ '^[a-z_]{1,64}( [0-9]{3})?$'),
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint a_lease_ends check ((lease is null) = (leased_until is null)),
  constraint only_pending_is_leased check (lease is null or status = 'pending'),
  constraint only_pending_is_not_finished check ((status = 'pending') = (finished_at is null))
);
comment on table trading.notification_outbox is
  'One event for one channel, until it was delivered at least once, or given up (dead: it may be sent again).';
comment on column trading.notification_outbox.message_id is
  'The webhook-id: the same at every attempt, so that a receiver knows a repetition.';
comment on column trading.notification_outbox.turn is
  'Its place in the account''s history: the alert''s id, or a number drawn from the same sequence. It is drawn behind '
  'the account''s lock, so that it grows with the account''s events.';
comment on column trading.notification_outbox.lease is
  'Who is sending it; free again after leased_until, should the sender die.';
-- The first in each line: a channel is told of an account in order.
create index notification_outbox_line_idx
  on trading.notification_outbox (channel_id, coalesce(account_id, 0), turn, id) where status = 'pending';
create index notification_outbox_due_idx on trading.notification_outbox (next_attempt_at) where status = 'pending';
create index notification_outbox_account_id_idx on trading.notification_outbox (account_id);
-- What every dashboard counts every few seconds: not past a week of what was delivered, which may be a million rows.
create index notification_outbox_left_idx on trading.notification_outbox (account_id, status)
  where status in ('pending', 'dead');
create index notification_outbox_finished_idx on trading.notification_outbox (channel_id, finished_at)
  where status <> 'pending';

alter table trading.notification_channels enable row level security;
alter table trading.notification_outbox enable row level security;
grant select, insert, update, delete on trading.notification_channels, trading.notification_outbox to service_role;

-- Events ------------------------------------------------------------------------------------------

create function trading.notify_booking(
  booked trading.accounts, alerts trading.alerts[], fills trading.fills[], orders trading.orders[]
) returns void language plpgsql volatile set search_path = '' as $$
begin
  if not exists (select from trading.notification_channels c where c.disabled_at is null) then
    return;
  end if;
  -- The channel's row is held: one that is deleted just now must not fail the booking at its foreign key.
  insert into trading.notification_outbox (channel_id, account_id, event, turn, payload)
  select c.id, booked.id, w.event, e.turn, jsonb_build_object('account', booked.name, 'strategy', e.strategy,
    'symbol', e.symbol, 'alert_id', e.alert_id::text, 'at', e.at) || e.payload
  from (
    select 1 as part, f.id, case o.reason when 'margin_call' then 'margin_call' else 'fill' end as event,
      f.alert_id as turn, f.strategy, f.symbol, f.alert_id, f.filled_at as at, jsonb_build_object('side', f.side,
        'quantity', trading.decimal(f.quantity), 'price', trading.decimal(f.price), 'fee', trading.decimal(f.fee),
        'realized_pnl', trading.decimal(f.realized_pnl), 'currency', booked.currency, 'fill_id', f.id::text,
        'order_id', f.order_id::text) as payload
    from unnest(fills) f join unnest(orders) o on o.id = f.order_id
    union all
    select 2, r.id, 'rejected', r.id, r.strategy, r.symbol, r.id, r.received_at,
      jsonb_build_object('code', r.code, 'message', r.answer ->> 'message')
    from unnest(alerts) r where r.status = 'rejected'
    union all
    -- After what the alerts of its moment did, one of which reached it.
    select 3, o.id, 'rejected', (select max(a.id) from unnest(alerts) a where a.received_at = o.closed_at), o.strategy,
      o.symbol, o.alert_id, o.closed_at, jsonb_build_object('code', o.reason, 'order_id', o.id::text,
        'message', case o.status when 'filled' then 'a resting order was reached, and only a part of it fitted'
          else 'a resting order was reached, and could not be filled' end)
    from unnest(orders) o
    where o.reason in ('insufficient_funds', 'short_not_allowed', 'risk_limit', 'account_halted', 'quantity_too_large',
      'quantity_too_small', 'cut_to_funds')
  ) e
  join trading.notification_channels c on c.disabled_at is null
    and (booked.id = any (c.account_ids) or c.account_ids = '{}' and booked.role <> 'shadow')
  -- Who is not told of margin calls is told of their fills.
  cross join lateral (select case when e.event = 'margin_call' and c.events <> '{}' and e.event <> all (c.events)
                             then 'fill' else e.event end as event) w
  where (c.events = '{}' or w.event = any (c.events)) and e.at > now() - interval '1 minute'
  order by e.part, e.id
  for key share of c;
end;
$$;
comment on function trading.notify_booking is
  'The fills (of a margin call, as margin_call), the refused alerts and the resting orders that were refused when they '
  'were reached, into the outbox, one row each and channel. What a replay books is no news. Called by what writes them '
  'and not by triggers, which would copy every new row first.';

create function trading.enqueue_event(owned trading.accounts, event text, payload jsonb, at timestamptz) returns integer
  language plpgsql volatile set search_path = '' as $$
declare
  told integer;
begin
  insert into trading.notification_outbox (channel_id, account_id, event, payload)
  select c.id, owned.id, enqueue_event.event,
    jsonb_build_object('account', owned.name, 'at', enqueue_event.at) || enqueue_event.payload
  from trading.notification_channels c
  where c.disabled_at is null and c.created_at <= enqueue_event.at
    and (c.events = '{}' or enqueue_event.event = any (c.events))
    and (owned.id = any (c.account_ids) or c.account_ids = '{}' and owned.role <> 'shadow')
  for key share of c;
  get diagnostics told = row_count;
  return told;
end;
$$;
comment on function trading.enqueue_event is
  'Puts an event into the outbox, for every channel that wants it and was there at its time; answers how many.';

create function trading.notify_halt() returns trigger language plpgsql set search_path = '' as $$
begin
  if coalesce(new.halted_at, now()) > now() - interval '1 minute' then
    perform trading.enqueue_event(new, case when new.halted_at is null then 'resumed' else 'halted' end,
      jsonb_build_object('reason', coalesce(new.halt_reason, old.halt_reason),
        'at', coalesce(new.halted_at, clock_timestamp())), clock_timestamp());
  end if;
  return null;
end;
$$;
comment on function trading.notify_halt is
  'Trigger: a halt or its end into the outbox. reason: why the account is, or was, halted.';

-- By row, since only then a condition spares every other update the call.
create trigger halts_are_told after update of halted_at on trading.accounts
  for each row when ((old.halted_at is null) <> (new.halted_at is null)) execute function trading.notify_halt();
