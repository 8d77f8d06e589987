-- The strategies of an account side by side: what each made over time, on one grid, how their days go together, and
-- what a set of them comes to. Of closed trades and what record_cash booked for a strategy, as profit_curve and
-- daily_results tell them.

create function trading.judge_closed(part trading.part) returns jsonb
  language plpgsql stable set search_path = '' as $$
declare
  whole constant trading.trade_group := (select g from trading.group_trades(part) g where g.kind = 'all');
  covered constant record := trading.cover(part);
  sequence constant record := trading.follow_trades(part);
  figures constant jsonb := trading.group_json(whole) || jsonb_build_object('max_drawdown',
    trading.decimal(case when covered.unseen is null then sequence.drawdown end));
begin
  return figures - 'all' || jsonb_build_object('coverage', covered.coverage,
    'reasons', trading.explain_nulls(figures, whole, covered.unseen));
end;
$$;
comment on function trading.judge_closed is
  'The figures of a part''s strategies together, each as performance has it of one.';

create function trading.curves_of(part trading.part, bucket text)
  returns table (nr bigint, times timestamptz[], curve jsonb) language sql stable set search_path = '' as $$
  with closed as materialized (select c.* from trading.list_closed(part) c),
  chosen as (select trading.find_bucket(bucket, max(c.at) - min(c.at)) as f from closed c), gains as (
    -- Of each strategy, and of all together.
    select trading.bucket_start(c.at, h.f, part.time_zone) as bucket_at, c.strategy, sum(c.net) as gain from closed c
    cross join chosen h group by grouping sets ((1, 2), (1))
  ), totals as (
    select b.bucket_at, s.nr, sum(coalesce(g.gain, 0)) over (partition by s.nr order by b.bucket_at) as total
    from (select distinct g.bucket_at from gains g) b
    cross join unnest(part.strategies || null::text) with ordinality s (strategy, nr)
    left join gains g on g.bucket_at = b.bucket_at and g.strategy is not distinct from s.strategy
  )
  select t.nr, array_agg(t.bucket_at order by t.bucket_at), jsonb_agg(trading.decimal(t.total) order by t.bucket_at)
  from totals t group by t.nr;
$$;
comment on function trading.curves_of is
  'What each of a part''s strategies, in order, and at last all together had made in it, by bucket with a result.';

create function trading.correlate_strategies(part trading.part)
  returns table (one text, other text, days bigint, correlation numeric)
  language sql stable set search_path = '' as $$
  with daily as materialized (
    select (c.at at time zone part.time_zone)::date as day, c.strategy, sum(c.net) as net
    from trading.list_closed(part) c group by 1, 2
  ), span as (select (max(d.day) - min(d.day) + 1)::numeric as days from daily d), sums as (
    select s.nr, s.strategy, count(d.day) as days, coalesce(sum(d.net), 0) as total,
      coalesce(sum(d.net * d.net), 0) as squares
    from unnest(part.strategies) with ordinality s (strategy, nr) left join daily d on d.strategy = s.strategy
    group by s.nr, s.strategy
  ), shared as (
    select a.strategy as one, b.strategy as other, count(*) as days, sum(a.net * b.net) as products
    from daily a join daily b on b.day = a.day group by 1, 2
  )
  select a.strategy, b.strategy, a.days + b.days - coalesce(p.days, 0),
    (r.days * coalesce(p.products, 0) - a.total * b.total)
      / nullif(sqrt(r.days * a.squares - a.total * a.total) * sqrt(r.days * b.squares - b.total * b.total), 0)
  from sums a
  join sums b on b.nr > a.nr
  cross join span r
  left join shared p on p.one = a.strategy and p.other = b.strategy
  order by a.nr, b.nr;
$$;
comment on function trading.correlate_strategies is
  'Each two of a part''s strategies: days on which at least one of them had a result, and the correlation (Pearson, '
  'null: it is not defined) of their daily results, from the first to the last result of any, a day without one as 0.';

create function public.compare_strategies(
  account text default 'default', strategies text[] default null, bucket text default null,
  from_time timestamptz default null, to_time timestamptz default null,
  out currency text, out times timestamptz[], out figures jsonb, out together jsonb, out correlations jsonb
) language plpgsql stable set search_path = '' set statement_timeout = '5s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  -- Of fewer, chance alone makes correlations beyond 0.36 in one case of twenty.
  least_days constant integer := 30;
  known text[];
  part trading.part;
  curves jsonb;
begin
  perform trading.take_read_place('figures');
  part := trading.find_part(owned, null, from_time, to_time, null, null);
  known := array(
    select p.strategy from trading.positions p where p.account_id = owned.id
    union
    select r.strategy from trading.list_results(trading.find_part(owned, null, null, null, null, null)) r
    where r.strategy is not null
    order by 1);
  part.strategies := case when strategies is null then known else array(
    select c.strategy from unnest(strategies) with ordinality c (strategy, nr) group by c.strategy
    order by min(c.nr)) end;
  perform trading.require(cardinality(part.strategies) <= 20, 'that would be more than 20 strategies',
    'Name at most 20 in strategies.');
  perform trading.require(strategies is null or part.strategies <> '{}' and part.strategies <@ known,
    'unknown strategy',
    'Name strategies of the account, each as list_positions shows it, or leave strategies out for all.');
  currency := owned.currency;
  select coalesce(max(c.times), '{}'), jsonb_agg(c.curve order by c.nr) into times, curves
  from trading.curves_of(part, bucket) c;
  perform trading.check_points(cardinality(times));

  figures := (
    select coalesce(jsonb_agg(jsonb_build_object('strategy', s.strategy,
        'curve', coalesce(curves -> (s.nr - 1)::integer, '[]'))
      || trading.judge_closed(trading.find_part(owned, null, from_time, to_time, array[s.strategy], null))
      order by s.nr), '[]')
    from unnest(part.strategies) with ordinality s (strategy, nr));
  together := jsonb_build_object('curve', coalesce(curves -> -1, '[]'))
    || trading.judge_closed(part);
  correlations := (
    select coalesce(jsonb_agg(jsonb_build_object('one', c.one, 'other', c.other, 'days', c.days,
      'correlation', case when c.days >= least_days then trading.ratio(c.correlation) end,
      'reason', case when c.days < least_days then format('days with a result: %s of the %s needed', c.days, least_days)
                     when c.correlation is null then 'one of them made the same every day' end)), '[]')
    from trading.correlate_strategies(part) c);
end;
$$;
comment on function public.compare_strategies is
'The strategies of an account side by side, in one row, in the current epoch: those in strategies, at most 20; without
it all. Of their closed trades and what record_cash booked for them, net, in money; what is open counts when it is
closed.

times: at most 1000, oldest first, each a bucket''s begin; buckets in which none has a result are left out. figures:
an array of { strategy, curve, trades, wins, losses, net, gross, fees, income, win_rate, profit_factor, expectancy,
max_drawdown, coverage, reasons }: curve is what the strategy had made since from_time at each of times; the others
are as performance has them with only_strategy. together: the same of the set, as if it were one strategy.
correlations: an array of { one, other, days, correlation, reason }, each two strategies once: of the daily results
(days of the account''s time zone) from the first to the last result of any, a day without one as 0. days: those on
which at least one of the two had a result. correlation is null, and reason says why, below 30 of them, or where one
made the same every day.

Buckets and range as those of equity_curve. Errors: PT404 no such account, PT400 unknown strategy, more than 20, bad
bucket or range, more than 1000 points, PT429 busy.';

revoke execute on function public.compare_strategies from public, anon, authenticated;
grant execute on function trading.judge_closed, trading.curves_of,
  trading.correlate_strategies, public.compare_strategies to authenticated;
