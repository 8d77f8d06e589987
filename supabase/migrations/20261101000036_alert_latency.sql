-- How long alerts were on their way.

create function trading.seconds_between(earlier timestamptz, later timestamptz) returns numeric
  language plpgsql immutable strict set search_path = '' as $$
begin
  return greatest(extract(epoch from later - earlier), 0);
end;
$$;
comment on function trading.seconds_between is
  'Seconds between two clocks'' times: where they differ so that it would be less than nothing, 0.';

create function trading.list_latencies(part trading.part) returns table (
  alert_id bigint, strategy text, symbol text, status text, code text, sent_at timestamptz, received_at timestamptz,
  booked_at timestamptz, to_receive numeric, to_book numeric, total numeric
) language plpgsql stable set search_path = '' as $$
begin
  return query
  select m.id, m.strategy, m.symbol, m.status::text, m.code::text, m.sent, m.arrived, m.booked,
    trading.seconds_between(m.sent, m.arrived), trading.seconds_between(m.arrived, m.booked),
    trading.seconds_between(m.sent, coalesce(m.booked, m.arrived))
  from (
    select a.id, a.strategy, a.symbol, a.status, a.code, f.arrived,
      trading.end_of_bar(a.alert_time, a.request ->> 'interval', f.arrived) as sent,
      case when not part.on_alerts_clock then a.received_at end as booked
    from trading.alerts a
    cross join lateral (
      select case when jsonb_typeof(a.request -> 'arrived_at') = 'number'
        and (a.request ->> 'arrived_at')::numeric between 0 and 1e13
        then to_timestamp((a.request ->> 'arrived_at')::numeric / 1000) end as arrived offset 0
    ) f
    where a.account_id = part.account_id and a.epoch = part.epoch
      and a.received_at >= part.from_time and a.received_at < part.to_time
      and (part.strategies is null or a.strategy = any (part.strategies))
      and (part.symbol is null or a.symbol = part.symbol)
      and a.request ->> 'action' is distinct from 'mark'
  ) m
  -- Older than a day, on that clock: history that is played back, which nothing has delayed.
  where m.arrived is not null and not (part.on_alerts_clock and coalesce(m.arrived - m.sent > interval '1 day', false));
end;
$$;
comment on function trading.list_latencies is
  'When the alerts that came through the function, but for marks, were sent, by their own time, arrived and were '
  'booked, and the seconds in between; null: not known, as on the alerts'' clock when an account booked.';

create function trading.as_seconds(percentiles double precision[]) returns text[]
  language sql immutable set search_path = ''
  return array(
    select trim_scale(round(u.p::numeric, 3))::text from unnest(percentiles) with ordinality u (p, nr) order by u.nr);
comment on function trading.as_seconds is 'Seconds as decimal strings, to the millisecond.';

create function public.alert_latency(
  account text default 'default', from_time timestamptz default now() - interval '30 days',
  to_time timestamptz default null, by text default 'strategy', only_strategy text default null,
  only_symbol text default null, late_seconds integer default 10
) returns table (
  strategy text, hour integer, alerts bigint, late bigint,
  receive_p50 text, receive_p90 text, receive_p99 text, receive_max text, book_p50 text, book_p90 text, book_p99 text,
  book_max text, total_p50 text, total_p90 text, total_p99 text, total_max text
) language plpgsql stable set search_path = '' set statement_timeout = '5s' as $$
declare
  part constant trading.part := trading.find_part(
    trading.find_account(account), null, from_time, to_time, array[only_strategy], only_symbol);
  shares constant double precision[] := '{0.5,0.9,0.99,1}';
begin
  perform trading.require(by in ('strategy', 'hour'), 'by must be strategy or hour',
    'Hours of one strategy: by hour, with only_strategy.');
  perform trading.take_read_place('figures');
  return query
  select g.strategy, g.hour, g.alerts, g.late, g.receive[1], g.receive[2], g.receive[3], g.receive[4], g.book[1],
    g.book[2], g.book[3], g.book[4], g.total[1], g.total[2], g.total[3], g.total[4]
  from (
    select k.strategy, k.hour, count(*) as alerts, count(*) filter (where l.total > late_seconds) as late,
      trading.as_seconds(percentile_cont(shares) within group (order by l.to_receive::double precision)) as receive,
      trading.as_seconds(percentile_cont(shares) within group (order by l.to_book::double precision)) as book,
      trading.as_seconds(percentile_cont(shares) within group (order by l.total::double precision)) as total
    from trading.list_latencies(part) l
    cross join lateral (select case by when 'strategy' then l.strategy end as strategy,
      case by when 'hour' then extract(hour from l.received_at at time zone 'UTC')::integer end as hour) k
    group by grouping sets ((), (k.strategy, k.hour))
  ) g
  order by num_nonnulls(g.strategy, g.hour), g.hour, g.alerts desc, g.strategy
  limit 1000;
end;
$$;
comment on function public.alert_latency is
  'How long alerts were on their way, in seconds: receive, from their own time to the function; book, from there to '
  'the database; total. Percentiles and the longest, by strategy, or by hour of the day of their arrival (UTC: by => '
  '''hour''); first a row of all of them, with neither. null where it is not known: an alert without a time, an '
  'account on the alerts'' clock. late: total above late_seconds. Of from_time (30 days ago) to to_time; marks do not '
  'count. Errors: PT404 no such account, PT400 bad by or range, PT429 busy.';

create function public.late_alerts(
  account text default 'default', from_time timestamptz default now() - interval '30 days',
  to_time timestamptz default null, late_seconds integer default 10, "limit" integer default 100,
  before bigint default null, only_strategy text default null, only_symbol text default null
) returns table (
  id text, strategy text, symbol text, status text, code text, sent_at timestamptz, received_at timestamptz,
  booked_at timestamptz, seconds_to_receive text, seconds_to_book text, seconds text
) language plpgsql stable set search_path = '' set statement_timeout = '5s' as $$
declare
  part constant trading.part := trading.find_part(
    trading.find_account(account), null, from_time, to_time, array[only_strategy], only_symbol);
begin
  perform trading.take_read_place('figures');
  return query
  select l.alert_id::text, l.strategy, l.symbol, l.status, l.code, l.sent_at, l.received_at, l.booked_at,
    trading.ratio(round(l.to_receive, 3)), trading.ratio(round(l.to_book, 3)), trading.ratio(round(l.total, 3))
  from trading.list_latencies(part) l
  where l.total > late_seconds and l.alert_id < trading.page_start(before)
  order by l.alert_id desc
  limit trading.page_size("limit");
end;
$$;
comment on function public.late_alerts is
  'The alerts that took longer than late_seconds from their own time to their booking, newest first, as alert_latency '
  'counts them. Next page: before = the id of the last row. Errors: PT404 no such account, PT400 bad range or limit, '
  'PT429 busy.';

revoke execute on function public.alert_latency, public.late_alerts from public, anon, authenticated;
grant execute on function trading.seconds_between, trading.list_latencies, trading.as_seconds, public.alert_latency,
  public.late_alerts to authenticated;
