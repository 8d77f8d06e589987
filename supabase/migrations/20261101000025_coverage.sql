-- Coverage: how well what was held was marked.
--
-- What is held is worth what its last mark says: without a mark a trade of ten days is nine days of nothing and one of
-- all, whose Sharpe ratio is 6.04 whatever happened in between. So the figures below are given where they rest on
-- prices, and else are null.
--
-- A held day is a day at whose end a symbol was held, one for each symbol: what came and went within a day needs no
-- mark, its fills are its prices. Nine in ten must have a mark. Of 600 random walks of 250 days, a tenth of which was
-- hidden in one piece, 19 in 20 showed at least 90 % of their deepest fall, and a Sharpe ratio within 0.15; with a
-- fifth hidden 76 %, and 0.35.

create type trading.held_day as (symbol text, day integer, since timestamptz, until timestamptz);
comment on type trading.held_day is
  'A symbol that was held when the day-th day ended; since: the last moment before that at which a fill began to hold '
  'it; until: the first after it at which one was through.';

create function trading.is_covered(marked bigint, held bigint) returns boolean
  language sql immutable strict parallel safe set search_path = ''
  return 10 * marked >= 9 * held;
comment on function trading.is_covered is
  'Whether so many of the held days had a mark that figures can rest on them: nine in ten.';

create function trading.list_midnights(first_at timestamptz, last_at timestamptz, time_zone text) returns timestamptz[]
  language sql stable set search_path = ''
  return array(
    select d.day at time zone time_zone
    from generate_series(date_trunc('day', first_at at time zone time_zone), last_at at time zone time_zone,
      '1 day') d (day) order by d.day);
comment on function trading.list_midnights is 'When each day from first_at to last_at begins.';

create function trading.list_held_days(part trading.part, midnights timestamptz[]) returns setof trading.held_day
  language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
begin
  return query
  with spans as (
    select t.symbol, t.strategy, t.opened_at, t.closed_at from trading.trades t
    where t.account_id = part.account_id and t.epoch = part.epoch
      and width_bucket(t.opened_at, midnights) < width_bucket(t.closed_at, midnights)
    union all
    select p.symbol, p.strategy, p.opened_at, 'infinity' from trading.positions p
    where p.account_id = part.account_id and part.is_current and p.quantity <> 0
    union all
    -- What a reset found open has neither.
    select f.symbol, f.strategy,
      coalesce(min(f.filled_at) filter (where f.id > coalesce(c.closing_fill_id, 0)), max(f.filled_at)), 'infinity'
    from trading.fills f
    left join (
      select t.strategy, t.symbol, max(t.closing_fill_id) as closing_fill_id from trading.trades t
      where t.account_id = part.account_id and t.epoch = part.epoch and not part.is_current
      group by t.strategy, t.symbol
    ) c on c.strategy = f.strategy and c.symbol = f.symbol
    where f.account_id = part.account_id and f.epoch = part.epoch and not part.is_current
    group by f.symbol, f.strategy
    having sum(case f.side when 'buy' then f.quantity::numeric else -f.quantity::numeric end) <> 0
  )
  select s.symbol, d.day, max(s.opened_at), min(s.closed_at)
  from spans s
  cross join lateral generate_series(greatest(width_bucket(s.opened_at, midnights), 1),
    width_bucket(s.closed_at, midnights) - 1) d (day)
  where (part.strategies is null or s.strategy = any (part.strategies))
    and (part.symbol is null or s.symbol = part.symbol)
  group by s.symbol, d.day;
end;
$$;
comment on function trading.list_held_days is
  'The held days of a part''s epoch between midnights, of all its strategies together.';

create function trading.judge_held_days(
  account_id bigint, held trading.held_day[], midnights timestamptz[], last_at timestamptz, time_zone text
) returns table (symbol text, day integer, is_marked boolean, gap interval)
  language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
begin
  return query
  with seen as (
    -- To the hour, which is all that is left of an old mark's time.
    select h.symbol, h.day, extract(isodow from midnights[h.day] at time zone time_zone) as weekday,
      greatest(h.since, date_trunc('hour', b.minute, time_zone)) as before, least(h.until, a.minute, last_at) as after
    from unnest(held) h
    left join lateral (
      select m.minute from trading.mark_history m
      where m.account_id = judge_held_days.account_id and m.symbol = h.symbol and m.minute < midnights[h.day + 1]
      order by m.minute desc limit 1
    ) b on true
    left join lateral (
      select m.minute from trading.mark_history m
      where m.account_id = judge_held_days.account_id and m.symbol = h.symbol and m.minute >= midnights[h.day + 1]
      order by m.minute limit 1
    ) a on true
  ), judged as (
    select s.*, s.before >= midnights[s.day] as is_marked,
      bool_or(s.before >= midnights[s.day]) over (partition by s.symbol, s.weekday) as is_open
    from seen s
  )
  select j.symbol, j.day, j.is_marked, greatest(j.after - j.before, '0') from judged j
  where j.weekday < 6 or j.is_open;
end;
$$;
comment on function trading.judge_held_days is
  'Which held days had a mark: a mark of the symbol, or the fill with which it began to be held; and how long (gap) '
  'there was none when the day ended, to the hour. A symbol that never had one on a Saturday while it was held is not '
  'traded on Saturdays: these are none of its held days; so with Sundays.';

create function trading.cover(part trading.part, out coverage jsonb, out unseen text)
  language plpgsql stable set search_path = '' as $$
declare
  -- Not from alert to alert of the range: what is held between its begin and the first one is held without a mark.
  first_at constant timestamptz := (
    select greatest(part.from_time, b.minute) from trading.equity_history b
    where b.account_id = part.account_id and b.epoch = part.epoch order by b.minute limit 1);
  last_at constant timestamptz := (
    select least(part.to_time, coalesce(b.last_minute, b.minute)) from trading.equity_history b
    where b.account_id = part.account_id and b.epoch = part.epoch order by b.minute desc limit 1);
  midnights constant timestamptz[] := trading.list_midnights(first_at, last_at, part.time_zone);
begin
  select jsonb_build_object('share', trading.ratio(c.marked::numeric / nullif(c.held, 0)), 'held_days', c.held,
      'marked_days', c.marked, 'largest_gap_seconds', extract(epoch from c.gap)::bigint),
    case when not trading.is_covered(c.marked, c.held)
      then format('%s of %s held days had a mark: nine in ten are needed', c.marked, c.held) end
  into coverage, unseen
  from (
    select count(*) as held, count(*) filter (where j.is_marked) as marked, max(j.gap) as gap
    from trading.judge_held_days(part.account_id, array(select h from trading.list_held_days(part, midnights) h),
      midnights, last_at, part.time_zone) j
  ) c;
end;
$$;
comment on function trading.cover is
  'How well what was held was marked, as performance shows it, from the begin of a range, or the first alert, to its '
  'end, or the last alert; unseen: why figures cannot rest on it, null: they can.';

create function trading.list_unseen_trades(account_id bigint, ids bigint[]) returns setof bigint
  language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
declare
  time_zone constant text := trading.time_zone(account_id);
  midnights timestamptz[];
  last_at timestamptz;
begin
  select trading.list_midnights(min(t.opened_at), max(t.closed_at), time_zone), max(t.closed_at) into midnights, last_at
  from trading.trades t where t.id = any (ids);
  return query
  with days as materialized (
    select t.id, t.symbol, d.day, t.opened_at, t.closed_at from trading.trades t
    cross join lateral generate_series(width_bucket(t.opened_at, midnights),
      width_bucket(t.closed_at, midnights) - 1) d (day)
    where t.id = any (ids)
  ), held as (
    select d.symbol, d.day, max(d.opened_at) as since, min(d.closed_at) as until from days d group by d.symbol, d.day
  )
  select d.id
  from days d
  join trading.judge_held_days(
    account_id, array(select row(h.*)::trading.held_day from held h), midnights, last_at, time_zone) j
    on j.symbol = d.symbol and j.day = d.day
  group by d.id
  having not trading.is_covered(count(*) filter (where j.is_marked), count(*));
end;
$$;
comment on function trading.list_unseen_trades is
  'Those of some trades of an account whose held days had too few marks to know how far the price went.';

grant execute on function trading.is_covered, trading.list_midnights, trading.list_held_days, trading.judge_held_days,
  trading.cover, trading.list_unseen_trades to authenticated;
