-- The clock, which sends notifications again, fetches live marks, compacts what is old and keeps a connection warm: on
-- Supabase it is pg_cron, which calls functions by pg_net; trading.start_clock sets it going. Alerts wake the
-- dispatcher of notifications themselves. Without the two extensions any clock will do that posts to
-- /functions/v1/notifications and, every minute, to /functions/v1/marks, and that calls compact_history until it
-- answers 0; `deno task start` has one.
--
-- pg_cron keeps a row of every run that nobody takes away, a gigabyte in some years: they are forgotten.
-- Once a month the indexes of the alerts are made anew: a page of an index is free again only when all of its rows have
-- left, and the trades among a year of marks kept 40 MB of them for a thousand rows.

create function trading.post(path text) returns bigint language plpgsql volatile set search_path = '' as $$
declare
  project text;
  service_key text;
  request bigint;
begin
  execute 'select max(s.decrypted_secret) filter (where s.name = ''project_url''),
             max(s.decrypted_secret) filter (where s.name = ''service_key'')
           from vault.decrypted_secrets s' into project, service_key;
  if project is null or service_key is null then
    raise warning '% is not called: the vault has no project_url or no service_key', path;
    return null;
  end if;
  execute 'select net.http_post(url := $1, headers := $2, body := ''{}''::jsonb, timeout_milliseconds := 5000)'
    into request
    using rtrim(project, '/') || path, jsonb_build_object('apikey', service_key, 'content-type', 'application/json');
  return request;
end;
$$;
comment on function trading.post is
  'Posts to a path of this project, as the project, and waits for no answer; null: the vault lacks url or key.';

create function trading.wake_dispatcher() returns bigint language plpgsql volatile set search_path = '' as $$
begin
  if (public.notification_work() ->> 'channels')::integer = 0 then
    return null;
  end if;
  perform public.enqueue_timed_events();
  return case when (public.notification_work() ->> 'due')::boolean then trading.post('/functions/v1/notifications') end;
end;
$$;
comment on function trading.wake_dispatcher is
  'Run by pg_cron: posts to the function notifications when a row is due; else, or without url and key, null.';

create function trading.wake_marks() returns bigint language sql volatile set search_path = ''
  return case
    -- Without a source nothing is looked through, minute by minute.
    when exists (select from trading.mark_sources s where s.enabled)
      and exists (select from trading.wanted_marks(now()) w where trading.has_mark_source(w.symbol, w.exchange))
    then trading.post('/functions/v1/marks') end;
comment on function trading.wake_marks is
  'Run by pg_cron every minute: posts to the function marks when something is held that a source which is on answers '
  'for; null when not, or the vault lacks project_url or service_key.';

-- PostgREST closes a connection that nothing used for 30 seconds, and alerts come minutes apart. The first on a new one
-- made 418 plans and took 40 ms of CPU; after a warm-up it makes none and takes 4.
create function public.warm_up() returns boolean language plpgsql volatile set search_path = '' as $$
declare
  account constant text := gen_random_uuid();
begin
  if current_setting('trading.warm', true) = 'yes' then
    return false;
  end if;
  begin
    perform public.create_account(account);
    perform public.process_alerts(format(
      '[{"account": "%1$s", "strategy": "", "symbol": "WARM", "action": "buy", "order_type": "market", "price": "10",
         "quantity": "1", "quantity_type": "percent_of_equity", "take_profit": {"percent": "5"},
         "stop_loss": {"type": "stop", "percent": "5"}, "time": %2$s, "hash": "00000000000000000000000000000001"},
        {"account": "%1$s", "strategy": "", "symbol": "WARM", "action": "close", "order_type": "market", "price": "10",
         "time": %2$s, "hash": "00000000000000000000000000000002"}]',
      account, to_json(now()))::jsonb, within_ms => '{0,0}');
    raise exception 'a warm-up is undone' using errcode = 'SAPRE';
  exception when sqlstate 'SAPRE' then
    perform set_config('trading.warm', 'yes', false);
  end;
  return true;
end;
$$;
comment on function public.warm_up is
  'Gets a connection ready for the next alert: books a trade on an account that is made for it, and undoes both. '
  'False: the connection was ready, and nothing was done. Nobody waits for it, and nobody hears of it.';

create function trading.keep_warm() returns bigint language sql volatile set search_path = ''
  -- By the primary key: one row is read, however long the history is.
  return case when (select a.received_at from trading.alerts a order by a.id desc limit 1) > now() - interval '4 days'
    then trading.post('/rest/v1/rpc/warm_up') end;
comment on function trading.keep_warm is
  'Run by pg_cron: calls warm_up by REST, so that a connection stays open there, while alerts come: one in 4 days, as '
  'a strategy on daily bars is silent from Friday''s close to Monday''s. Else, or without url and key, null.';

create function trading.start_clock(project_url text, service_key text) returns text
  language plpgsql volatile set search_path = '' as $$
declare
  secret record;
begin
  if to_regnamespace('cron') is null then
    create extension pg_cron;
  end if;
  if to_regnamespace('net') is null then
    create extension pg_net with schema extensions;
  end if;
  for secret in select * from (values ('project_url', project_url), ('service_key', service_key)) s (name, value) loop
    execute 'select vault.update_secret(s.id, $2) from vault.secrets s where s.name = $1'
      using secret.name, secret.value;
    execute 'select vault.create_secret($2, $1) where not exists (select from vault.secrets s where s.name = $1)'
      using secret.name, secret.value;
  end loop;
  perform cron.schedule('dispatch-notifications', '30 seconds', 'select trading.wake_dispatcher()');
  perform cron.schedule('fetch-marks', '* * * * *', 'select trading.wake_marks()');
  perform cron.schedule('compact-history', '* * * * *', 'select public.compact_history()');
  perform cron.schedule('keep-warm', '20 seconds', 'select trading.keep_warm()');
  perform cron.schedule('close-gaps', '41 3 1 * *', 'reindex table concurrently trading.alerts');
  perform cron.schedule('forget-cron-runs', '17 3 * * *',
    'delete from cron.job_run_details where end_time < now() - interval ''3 days''');
  return 'started';
end;
$$;
comment on function trading.start_clock is
  'Has pg_cron send what is due in the outbox twice a minute, fetch live marks once a minute, compact what has become '
  'old, and keep a connection of REST warm: keeps the project''s URL and a secret key of it in the vault, and makes '
  'the jobs. It may be called again, with another key; a job that was switched off stays off. Run by deploy as the '
  'database''s owner.';

revoke execute on function public.warm_up from public, anon, authenticated;
