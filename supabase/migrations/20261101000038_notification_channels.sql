-- Channels: made, changed, listed, deleted by the operator.

create function trading.new_secret() returns text language sql volatile set search_path = ''
  return 'whsec_' || encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64');
comment on function trading.new_secret is 'A key for signatures, as Standard Webhooks writes it: 244 random bits.';

create function trading.account_ids_of(accounts text[]) returns bigint[]
  language plpgsql stable set search_path = '' as $$
declare
  unknown text;
begin
  select n into unknown from unnest(accounts) n
  where not exists (select from trading.accounts a where a.name = n) limit 1;
  perform trading.require(not found, 'no account %', 'Create it with create_account, or leave it out.', 'PT404',
    unknown);
  return array(select a.id from trading.accounts a where a.name = any (accounts) order by 1);
end;
$$;
comment on function trading.account_ids_of is 'The ids of the named accounts. Errors: PT404 (HTTP 404).';

create function trading.channel_json(c trading.notification_channels) returns jsonb
  language sql stable set search_path = ''
  return jsonb_build_object('channel', c.name, 'kind', c.kind, 'host', substring(c.url from '^https?://([^/?#]+)'),
    'events', c.events, 'accounts', to_jsonb(array(select a.name from trading.accounts a
      where a.id = any (c.account_ids) order by 1)),
    'failures', c.failures, 'failing_since', c.failing_since, 'disabled_at', c.disabled_at,
    'disabled_reason', c.disabled_reason,
    'pending', (select count(*) from trading.notification_outbox o where o.channel_id = c.id and o.status = 'pending'),
    'dead', (select count(*) from trading.notification_outbox o where o.channel_id = c.id and o.status = 'dead'),
    'rotating_until', case when c.previous_secret_until > now() then c.previous_secret_until end,
    'created_at', c.created_at);
comment on function trading.channel_json is
  'A channel as operators see it. Of its URL only the host: the rest of a Discord or Slack URL is a secret.';

create function trading.refuse_channel(violated text, state text) returns void
  language plpgsql set search_path = '' as $$
begin
  raise exception 'a value of the channel is not as it should be' using errcode = state, hint = case violated
    when 'notification_channels_name_key' then 'The name is taken.'
    when 'name_is_printable' then trading.hint_for(violated)
    when 'channel_kind_is_known' then 'kind is webhook, discord, slack or telegram.'
    when 'channel_url_is_http' then 'url begins with https:// and has no user name or password.'
    when 'channel_token_is_a_bot_token' then 'token is what BotFather gave, digits:letters.'
    when 'channel_chat_id_is_a_chat' then 'chat_id is a number or @name.'
    when 'channel_secret_is_long'
      then 'secret is whsec_ and at least 24 bytes in base64; leave it out to have one made.'
    when 'channel_events_are_known' then 'events: ' || array_to_string(trading.notification_events(), ', ') || '.'
    when 'channel_kind_has_its_fields'
      then 'webhook, discord and slack have a url; telegram a token and a chat_id; only webhook a secret.'
    else 'events and accounts are arrays of names, everything else is text.' end;
end;
$$;
comment on function trading.refuse_channel is
  'Raises what a violated constraint means. The message holds no value: one may be a secret.';

create function public.create_notification_channel(
  channel text, kind text, url text default null, token text default null, chat_id text default null,
  events text[] default '{}', accounts text[] default '{}', secret text default null
) returns jsonb language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  created trading.notification_channels;
  made text;
  violated text;
begin
  made := case when kind = 'webhook' and secret is null then trading.new_secret() end;
  insert into trading.notification_channels as c (name, kind, url, token, chat_id, secret, events, account_ids)
  values (channel, kind, url, token, chat_id, coalesce(secret, made), coalesce(events, '{}'),
    trading.account_ids_of(coalesce(accounts, '{}')))
  returning c.* into created;
  return trading.channel_json(created)
    || case when made is not null then jsonb_build_object('secret', made) else '{}' end;
exception when integrity_constraint_violation or data_exception then
  get stacked diagnostics violated = constraint_name;
  perform trading.refuse_channel(violated, sqlstate);
end;
$$;
comment on function public.create_notification_channel is
  'A new receiver of notifications, of the named events and accounts (empty: all). A webhook''s secret is made here '
  'when none is given, and then answered, this once. The function notifications refuses to send to a url that is not '
  'public. Errors: 23505 name taken, 23514 bad value, PT404 no such account.';

create function public.update_notification_channel(channel text, changes jsonb) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  changed trading.notification_channels := trading.lock_channel(channel);
  made text;
  violated text;
begin
  perform trading.require(
    (changes - '{url,token,chat_id,events,accounts,enabled,secret,rotate_secret}'::text[] <> '{}') is not true,
    'unknown field', 'Known: url, token, chat_id, events, accounts, enabled, secret, rotate_secret.', '22023');
  changed := jsonb_populate_record(changed, changes - '{events,accounts,enabled,secret,rotate_secret}'::text[]);
  if changes ? 'events' then
    changed.events := array(select jsonb_array_elements_text(changes -> 'events'));
  end if;
  if changes ? 'accounts' then
    changed.account_ids := trading.account_ids_of(array(select jsonb_array_elements_text(changes -> 'accounts')));
  end if;
  if changes ? 'secret' or (changes ->> 'rotate_secret')::boolean then
    made := case when not changes ? 'secret' then trading.new_secret() end;
    changed.previous_secret := changed.secret;
    changed.previous_secret_until := case when changed.secret is not null then clock_timestamp() + '24 hours' end;
    changed.secret := coalesce(changes ->> 'secret', made);
  end if;
  if (changes ->> 'enabled')::boolean then
    changed.disabled_at := null;
    changed.disabled_reason := null;
    changed.failures := 0;
    changed.failing_since := null;
  elsif not (changes ->> 'enabled')::boolean then
    perform trading.disable_channel(changed.id, 'operator');
    select c.disabled_at, c.disabled_reason into changed.disabled_at, changed.disabled_reason
    from trading.notification_channels c where c.id = changed.id;
  end if;
  update trading.notification_channels c
  set url = changed.url, token = changed.token, chat_id = changed.chat_id, events = changed.events,
    account_ids = changed.account_ids, secret = changed.secret, previous_secret = changed.previous_secret,
    previous_secret_until = changed.previous_secret_until, disabled_at = changed.disabled_at,
    disabled_reason = changed.disabled_reason, failures = changed.failures, failing_since = changed.failing_since
  where c.id = changed.id;
  return trading.channel_json(changed)
    || case when made is not null then jsonb_build_object('secret', made) else '{}' end;
exception when integrity_constraint_violation or data_exception then
  get stacked diagnostics violated = constraint_name;
  perform trading.refuse_channel(violated, sqlstate);
end;
$$;
comment on function public.update_notification_channel is
  'Changes the named fields of a channel: url, token, chat_id, events, accounts, enabled (false: what is pending is '
  'dead; true: resend_notifications revives it), secret, or rotate_secret (true: a new one is made and answered, this '
  'once). After either of those two, the old secret signs too for 24 hours. Errors: PT404 no such channel or account, '
  '23514 bad value, 22023 unknown field.';

create function public.delete_notification_channel(channel text) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
begin
  perform trading.lock_channel(channel);
  delete from trading.notification_channels c where c.name = channel;
  return jsonb_build_object('channel', channel, 'deleted', true);
end;
$$;
comment on function public.delete_notification_channel is
  'Deletes a channel, and all its messages, sent or not. Errors: PT404.';

create function public.list_notification_channels() returns jsonb language sql stable set search_path = ''
  return (
    select coalesce(jsonb_agg(trading.channel_json(c) order by c.name), '[]') from trading.notification_channels c);
comment on function public.list_notification_channels is
  'All channels with their state: { channel, kind, host, events, accounts, failures, failing_since, disabled_at, '
  'disabled_reason, pending, dead, rotating_until, created_at }. Shows no secret.';

create function public.notification_target(channel text) returns jsonb
  language plpgsql stable set search_path = '' as $$
declare
  target trading.notification_channels;
begin
  select c.* into target from trading.notification_channels c where c.name = channel;
  perform trading.require(found, 'no channel %', 'Create it with create_notification_channel.', 'PT404', channel);
  return trading.delivery_json(target);
end;
$$;
comment on function public.notification_target is
  'One channel as its sender needs it, with its secrets, to send a test by. Errors: PT404 no such channel.';

revoke execute on function public.create_notification_channel, public.update_notification_channel,
  public.delete_notification_channel, public.list_notification_channels, public.notification_target
  from public, anon, authenticated;
