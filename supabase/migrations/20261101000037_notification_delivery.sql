-- Delivery: claim what is due, say what became of it, try again later, give up, begin again.

create function trading.retry_delay(attempts integer) returns interval language sql volatile set search_path = ''
  return ('{5 seconds,5 minutes,30 minutes,2 hours,5 hours,10 hours}'::interval[])[attempts] * (0.85 + 0.3 * random());
comment on function trading.retry_delay is
  'How long to wait after that many failed attempts, give or take 15 percent, so that not all come back at once; null: '
  'give up. The schedule is that of Standard Webhooks.';

create function trading.lock_channel(channel text) returns trading.notification_channels
  language plpgsql volatile set search_path = '' as $$
declare
  locked trading.notification_channels;
begin
  select c.* into locked from trading.notification_channels c where c.name = channel for no key update;
  perform trading.require(found, 'no channel %', 'Create it with create_notification_channel.', 'PT404', channel);
  return locked;
end;
$$;
comment on function trading.lock_channel is 'The channel of that name, its row locked. Errors: PT404.';

create function trading.delivery_json(c trading.notification_channels) returns jsonb
  language sql stable set search_path = ''
  return jsonb_build_object('name', c.name, 'kind', c.kind, 'url', c.url, 'token', c.token, 'chat_id', c.chat_id,
    'secrets', to_jsonb(array_remove(array[c.secret,
      case when c.previous_secret_until > clock_timestamp() then c.previous_secret end], null)));
comment on function trading.delivery_json is 'A channel as its sender needs it, with all its secrets.';

create function public.claim_notifications(
  lines integer default 1, lease_seconds integer default 60, at_most integer default 20
) returns jsonb language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  taken constant uuid := gen_random_uuid();
  until constant timestamptz := clock_timestamp() + make_interval(secs => lease_seconds);
  head trading.notification_outbox;
  claimed jsonb := '[]';
begin
  perform trading.require(
    (lines between 1 and 100 and lease_seconds between 1 and 3600 and at_most between 1 and 100) is not false,
    'lines and at_most must be between 1 and 100, lease_seconds between 1 and 3600', 'Leave them out.');
  for head in
    -- The first pending row of each line: those behind it wait for it. From line to line by the index: a backlog of
    -- one line costs no more than its head.
    with recursive heads as (
      (select o.* from trading.notification_outbox o where o.status = 'pending'
       order by o.channel_id, coalesce(o.account_id, 0), o.turn, o.id limit 1)
      union all
      select n.* from heads h
      cross join lateral (
        select o.* from trading.notification_outbox o
        where o.status = 'pending'
          and (o.channel_id, coalesce(o.account_id, 0)) > (h.channel_id, coalesce(h.account_id, 0))
        order by o.channel_id, coalesce(o.account_id, 0), o.turn, o.id limit 1) n
    ),
    -- A channel that fails is asked about one line at a time, by one sender: it may hang on each.
    asked as (
      select h.id, row_number() over (partition by h.channel_id order by h.next_attempt_at, h.id) as place,
        c.failures > 0 as failing,
        exists (select from heads b where b.channel_id = h.channel_id and b.leased_until > clock_timestamp()) as busy
      from heads h join trading.notification_channels c on c.id = h.channel_id
      where c.disabled_at is null and h.next_attempt_at <= clock_timestamp()
    )
    select o.* from trading.notification_outbox o join asked a on a.id = o.id
    where o.status = 'pending' and o.next_attempt_at <= clock_timestamp()
      and coalesce(o.leased_until <= clock_timestamp(), true)
      and not (a.failing and (a.busy or a.place > 1))
    order by o.next_attempt_at, o.id limit lines
    for update of o skip locked
  loop
    -- Rows of a line are taken through its head only: who holds that, holds the line.
    with line as (
      select o.id from trading.notification_outbox o
      where o.status = 'pending' and o.channel_id = head.channel_id
        and coalesce(o.account_id, 0) = coalesce(head.account_id, 0)
      order by o.turn, o.id limit at_most
    ), leased as (
      update trading.notification_outbox o
      set lease = taken, leased_until = until
      from line l where o.id = l.id
      returning o.*
    )
    select claimed || jsonb_build_object('lease', taken, 'leased_until', until, 'channel', trading.delivery_json(c),
      'notifications', (select jsonb_agg(jsonb_build_object('id', l.id::text, 'message_id', l.message_id,
                          'event', l.event, 'payload', l.payload, 'attempts', l.attempts,
                          'created_at', l.created_at) order by l.turn, l.id) from leased l))
    into claimed
    from trading.notification_channels c where c.id = head.channel_id;
  end loop;
  return claimed;
end;
$$;
comment on function public.claim_notifications is
  'Takes up to that many lines (a channel''s events of one account) whose head is due, and of each the first at_most '
  'rows, for lease_seconds: [{ lease, leased_until, channel: { name, kind, url, token, chat_id, secrets }, '
  'notifications: [{ id, message_id, event, payload, attempts, created_at }] }], in the order of sending. A sender '
  'stops at its first failure, and before the lease ends; a lease that ends frees its rows, so that a sender that dies '
  'loses nothing. Errors: PT400.';

create function trading.leased(id bigint, lease uuid) returns trading.notification_outbox
  language plpgsql volatile set search_path = '' as $$
declare
  found_row trading.notification_outbox;
begin
  -- The channel first, as all that changes both: two that fail at once cannot wait for each other in a circle.
  perform from trading.notification_channels c
  where c.id = (select o.channel_id from trading.notification_outbox o where o.id = leased.id) for no key update;
  select o.* into found_row from trading.notification_outbox o where o.id = leased.id and o.lease = leased.lease
  for update;
  return found_row;
end;
$$;
comment on function trading.leased is 'The row, locked behind its channel, when it is still that lease''s; else null.';

create function public.complete_notification(id bigint, lease uuid) returns boolean
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  sent constant trading.notification_outbox := trading.leased(id, lease);
begin
  if sent.id is null then
    return false;
  end if;
  update trading.notification_outbox o
  set status = 'delivered', attempts = o.attempts + 1, finished_at = clock_timestamp(), lease = null,
    leased_until = null, last_error = null
  where o.id = sent.id;
  update trading.notification_channels c set failures = 0, failing_since = null
  where c.id = sent.channel_id and c.failures > 0;
  -- What was delivered is kept for a week, to be looked up.
  delete from trading.notification_outbox o where o.id in (
    select f.id from trading.notification_outbox f
    where f.channel_id = sent.channel_id and f.status <> 'pending' and f.status = 'delivered'
      and f.finished_at < clock_timestamp() - interval '7 days'
    order by f.finished_at limit 5 for update skip locked);
  return true;
end;
$$;
comment on function public.complete_notification is
  'It was delivered. False when the lease is over: somebody else sends it, or has.';

create function trading.disable_channel(channel_id bigint, reason text) returns void
  language plpgsql volatile set search_path = '' as $$
declare
  disabled trading.notification_channels;
begin
  update trading.notification_channels c set disabled_at = clock_timestamp(), disabled_reason = reason
  where c.id = disable_channel.channel_id and c.disabled_at is null returning c.* into disabled;
  if not found then
    return;
  end if;
  update trading.notification_outbox o
  set status = 'dead', finished_at = clock_timestamp(), lease = null, leased_until = null,
    last_error = coalesce(o.last_error, 'channel_disabled')
  where o.channel_id = disabled.id and o.status = 'pending';
  insert into trading.notification_outbox (channel_id, event, payload)
  select c.id, 'channel_disabled', jsonb_build_object('channel', disabled.name, 'kind', disabled.kind, 'reason', reason,
    'failures', disabled.failures, 'failing_since', disabled.failing_since, 'at', disabled.disabled_at)
  from trading.notification_channels c
  where c.disabled_at is null and (c.events = '{}' or 'channel_disabled' = any (c.events))
  for key share of c;
end;
$$;
comment on function trading.disable_channel is
  'Takes a channel out of use: what it did not get yet is dead (to be sent again), and the other channels hear of it.';

create function public.fail_notification(
  id bigint, lease uuid, error text, retry_after integer default null, refused boolean default false
) returns jsonb language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  failed constant trading.notification_outbox := trading.leased(id, lease);
  failed_at constant timestamptz := clock_timestamp();
  first_failing constant timestamptz := coalesce(failed.first_failed_at, failed_at);
  wait constant interval := case when not refused then trading.retry_delay(failed.attempts + 1) end;
  since timestamptz;
begin
  if failed.id is null then
    return jsonb_build_object('status', 'lost');
  end if;
  update trading.notification_channels c
  set failures = c.failures + 1, failing_since = coalesce(c.failing_since, failed_at)
  where c.id = failed.channel_id returning c.failing_since into since;
  update trading.notification_outbox o
  set attempts = o.attempts + 1, last_error = error, first_failed_at = first_failing, lease = null, leased_until = null,
    status = case when wait is null then 'dead' else 'pending' end,
    finished_at = case when wait is null then failed_at end,
    next_attempt_at = failed_at
      + coalesce(greatest(wait, make_interval(secs => least(greatest(retry_after, 0), 86400))), '0')
  where o.id = failed.id;
  -- Those behind it were claimed with it: they wait as well, unless it was refused for what it says.
  update trading.notification_outbox o set lease = null, leased_until = null
  where o.lease = failed.lease and not refused
    and o.channel_id = failed.channel_id and coalesce(o.account_id, 0) = coalesce(failed.account_id, 0);
  if wait is null and since <= least(first_failing, failed_at - interval '12 hours') then
    perform trading.disable_channel(failed.channel_id, 'repeated_failure');
  end if;
  return (select jsonb_build_object('status', o.status, 'attempts', o.attempts, 'next_attempt_at',
      case when o.status = 'pending' then o.next_attempt_at end, 'channel_disabled', c.disabled_at is not null)
    from trading.notification_outbox o join trading.notification_channels c on c.id = o.channel_id
    where o.id = failed.id);
end;
$$;
comment on function public.fail_notification is
  'It was not delivered: error is a code and perhaps an HTTP status ("http_status 500"). It is tried again after about '
  '5 s, 5 min, 30 min, 2 h, 5 h and 10 h, or later when retry_after (seconds, at most a day) says so; then it is dead. '
  'A refused one is dead at once, and those claimed behind it are sent on; else they are given back. The channel is '
  'disabled by a message that dies when nothing reached it since that first failed, for twelve hours at least. Answers '
  '{ status: pending | dead | lost, attempts, next_attempt_at, channel_disabled }.';

create function public.release_notifications(lease uuid) returns integer
  language sql volatile set search_path = '' set lock_timeout = '2s' as $$
  with freed as (
    update trading.notification_outbox o set lease = null, leased_until = null
    where o.lease = release_notifications.lease and o.status = 'pending' returning o.id
  )
  select count(*)::integer from freed;
$$;
comment on function public.release_notifications is 'Gives back what a lease still holds, unsent; answers how many.';

create function public.resend_notifications(channel text, ids bigint[] default null) returns integer
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  target constant trading.notification_channels := trading.lock_channel(channel);
  revived integer;
begin
  perform trading.require(target.disabled_at is null, 'channel % is disabled',
    'Enable it first: update_notification_channel with {"enabled": true}.', 'PT422', channel);
  update trading.notification_outbox o
  set status = 'pending', attempts = 0, first_failed_at = null, next_attempt_at = clock_timestamp(), finished_at = null
  where o.channel_id = target.id and o.status = 'dead' and (ids is null or o.id = any (ids));
  get diagnostics revived = row_count;
  return revived;
end;
$$;
comment on function public.resend_notifications is
  'Sends a channel''s dead notifications again, those of ids or all, in their order and under their webhook-id; '
  'answers how many. Errors: PT404 no such channel, PT422 it is disabled.';

create function public.notification_work() returns jsonb language sql stable set search_path = ''
  return jsonb_build_object(
    'channels', (select count(*) from trading.notification_channels c where c.disabled_at is null),
    'due', exists (select from trading.notification_outbox o
      where o.status = 'pending' and o.next_attempt_at <= clock_timestamp()));
comment on function public.notification_work is
  'Whether a dispatcher has anything to do: { channels: those in use, due: whether a row is }.';

create function public.list_notifications(
  channel text default null, status text default null, "limit" integer default 100
) returns jsonb language sql stable set search_path = ''
  return (
    select coalesce(jsonb_agg(to_jsonb(r) order by r.number desc), '[]')
    from (
      select o.id as number, o.id::text as id, o.message_id, c.name as channel, a.name as account, o.event, o.payload,
        o.status, o.attempts, case when o.status = 'pending' then o.next_attempt_at end as next_attempt_at,
        o.last_error, o.created_at, o.finished_at
      from trading.notification_outbox o
      join trading.notification_channels c on c.id = o.channel_id
      left join trading.accounts a on a.id = o.account_id
      where (list_notifications.channel is null or c.name = list_notifications.channel)
        and (list_notifications.status is null or o.status = list_notifications.status)
      order by o.id desc limit least("limit", 1000)
    ) r);
comment on function public.list_notifications is
  'The outbox, newest first, of one channel and status (pending, delivered, dead) or all; at most 1000. No secrets.';

revoke execute on function public.claim_notifications, public.complete_notification, public.fail_notification,
  public.release_notifications, public.resend_notifications, public.notification_work, public.list_notifications
  from public, anon, authenticated;
