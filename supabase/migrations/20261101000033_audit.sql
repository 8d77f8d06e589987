-- Proof: an account is rebuilt from its ledger and compared; its alerts are booked again into another account.

create function trading.rebuilt_positions(account_id bigint, epoch integer)
  returns table (held trading.positions, closed trading.trades[], differing_fills bigint[])
  language plpgsql stable set search_path = '' as $$
declare
  step record;
  fill trading.fills;
  applied trading.applied_fill;
  delta numeric;
begin
  for step in
    with made as not materialized (
      select f.* from trading.fills f
      where f.account_id = rebuilt_positions.account_id and f.epoch = rebuilt_positions.epoch
    ), steps as (
      select m.symbol, m.strategy, m.id as turn, 0 as event_id, m as fill, null::jsonb as split from made m
      union all
      select s.symbol, s.strategy, (e.details ->> 'after_fill_id')::bigint, e.id, null, e.details
      from trading.account_events e
      join (select distinct m.symbol, m.strategy from made m) s on s.symbol = e.details ->> 'symbol'
      where e.account_id = rebuilt_positions.account_id and e.epoch = rebuilt_positions.epoch and e.kind = 'split'
    )
    select s.*, lag(s.turn) over w is null as is_first, lead(s.turn) over w is null as is_last from steps s
    window w as (partition by s.symbol, s.strategy order by s.turn, s.event_id)
    order by s.symbol, s.strategy, s.turn, s.event_id
  loop
    fill := step.fill;
    if step.is_first then
      held := trading.flat_position(rebuilt_positions.account_id, step.strategy, step.symbol);
      closed := '{}';
      differing_fills := '{}';
    end if;
    if step.split is not null then
      held := trading.split_position(held, (step.split ->> 'new_units')::numeric,
        (step.split ->> 'old_units')::numeric);
    else
      delta := case fill.side when 'buy' then fill.quantity else -fill.quantity end;
      applied := trading.apply_fill(held, delta, fill.price, fill.multiplier, fill.fee, fill.filled_at, fill.rate);
      if applied.realized <> fill.realized_pnl
        or (applied.held).cost_basis - held.cost_basis - applied.realized <> fill.cost then
        differing_fills := differing_fills || fill.id;
      end if;
      held := applied.held;
      if (applied.closed).closed_at is not null then
        applied.closed.closing_fill_id := fill.id;
        closed := closed || applied.closed;
      end if;
    end if;
    if step.is_last then
      return next;
    end if;
  end loop;
end;
$$;
comment on function trading.rebuilt_positions is
  'What the fills and splits of an epoch come to, symbol by symbol and strategy by strategy: the position, the round '
  'trips it closed, and the fills whose recorded realized_pnl or cost is another.';

create view trading.cash_ledger with (security_invoker = true) as
  select c.account_id, c.epoch, c.kind, c.amount::numeric, c.id as entry_id, null::bigint as fill_id, c.created_at
  from trading.cash_entries c
  union all
  select f.account_id, f.epoch, 'fill',
    coalesce(-f.cost, case f.side when 'buy' then -1 else 1 end * f.quantity * f.price * f.multiplier), null, f.id,
    f.filled_at
  from trading.fills f
  union all
  select f.account_id, f.epoch, 'fee', -f.fee, null, f.id, f.filled_at from trading.fills f where f.fee <> 0;
comment on view trading.cash_ledger is
  'Every change of cash: deposits, withdrawals, adjustments, and what each fill and its fee moved. It is made of '
  'append-only tables, so that each fact is written once; its sum is the account''s cash.';

grant select on trading.cash_ledger to authenticated, service_role;

create function public.verify_account(account text default 'default')
  returns table (item text, strategy text, symbol text, expected text, actual text)
  language plpgsql stable set search_path = '' set statement_timeout = '30s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  rebuilt record;
  kept trading.positions;
  deposits numeric;
  income numeric;
  paid numeric;
  realized numeric := 0;
  fees numeric := 0;
  unrealized numeric := 0;
  holdings numeric := 0;
begin
  perform trading.take_read_place('proof');
  for rebuilt in select * from trading.rebuilt_positions(owned.id, owned.epoch) loop
    select p.* into kept from trading.positions p
    where p.account_id = owned.id and p.symbol = (rebuilt.held).symbol and p.strategy = (rebuilt.held).strategy;
    realized := realized + (rebuilt.held).realized_pnl;
    fees := fees + (rebuilt.held).fees;
    return query
    select 'position ' || d.item, (rebuilt.held).strategy, (rebuilt.held).symbol, d.expected::text, d.actual::text
    from (values ('quantity', (rebuilt.held).quantity, kept.quantity),
                 ('cost_basis', (rebuilt.held).cost_basis, kept.cost_basis),
                 ('quote_basis', (rebuilt.held).quote_basis, kept.quote_basis),
                 ('realized_pnl', (rebuilt.held).realized_pnl, kept.realized_pnl),
                 ('fees', (rebuilt.held).fees, kept.fees),
                 ('trade_pnl', (rebuilt.held).trade_pnl, kept.trade_pnl)) d (item, expected, actual)
    where d.expected is distinct from d.actual
    union all
    select 'fill', (rebuilt.held).strategy, (rebuilt.held).symbol, null, f::text from unnest(rebuilt.differing_fills) f
    union all
    select 'trade', (rebuilt.held).strategy, (rebuilt.held).symbol,
      concat_ws(' ', c.side, c.quantity, c.entry_price, c.exit_price, c.gross_pnl, c.fees),
      concat_ws(' ', t.side, t.quantity, t.entry_price, t.exit_price, t.gross_pnl, t.fees)
    from unnest(rebuilt.closed) c
    full join (select t.* from trading.trades t
               where t.account_id = owned.id and t.epoch = owned.epoch and t.symbol = (rebuilt.held).symbol
                 and t.strategy = (rebuilt.held).strategy) t on t.closing_fill_id = c.closing_fill_id
    where (c.side, c.quantity, c.entry_price, c.exit_price, c.gross_pnl, c.fees)
          is distinct from (t.side, t.quantity, t.entry_price, t.exit_price, t.gross_pnl, t.fees);
  end loop;

  return query
  select 'position without fills', p.strategy, p.symbol, '0', p.quantity::text from trading.positions p
  where p.account_id = owned.id and p.quantity <> 0
    and not exists (select from trading.fills f where f.account_id = owned.id and f.epoch = owned.epoch
                    and f.symbol = p.symbol and f.strategy = p.strategy);

  select coalesce(sum(c.amount) filter (where not c.is_result), 0),
    coalesce(sum(c.amount) filter (where c.is_result), 0) into deposits, income
  from trading.cash_entries c where c.account_id = owned.id and c.epoch = owned.epoch;
  select coalesce(sum(l.amount), 0) into paid from trading.cash_ledger l
  where l.account_id = owned.id and l.epoch = owned.epoch;
  select coalesce(sum(h.value), 0), coalesce(sum(h.value - h.cost_basis), 0) into holdings, unrealized
  from trading.holdings h where h.account_id = owned.id and h.quantity <> 0;
  return query
  select d.item, null::text, null::text, d.expected::text, d.actual::text
  from (values ('deposits', deposits, owned.deposits::numeric), ('cash', paid, owned.cash::numeric),
               ('net profit', realized - fees + unrealized + income, owned.cash + holdings - owned.deposits)
       ) d (item, expected, actual)
  where d.expected <> d.actual;

  return query
  select 'order ' || coalesce(o.id, f.order_id), coalesce(o.strategy, f.strategy), coalesce(o.symbol, f.symbol),
    concat_ws(' ', o.side, o.quantity), concat_ws(' ', f.side, f.quantity)
  from (select o.* from trading.orders o
    where o.account_id = owned.id and o.epoch = owned.epoch and o.status = 'filled') o
  full join (select f.* from trading.fills f where f.account_id = owned.id and f.epoch = owned.epoch) f
    on f.order_id = o.id
  where (o.side, o.quantity::numeric, o.symbol, o.strategy)
        is distinct from (f.side, f.quantity::numeric, f.symbol, f.strategy);

  return query
  select 'exit order ' || o.id, o.strategy, o.symbol, abs(coalesce(p.quantity, 0))::text, o.quantity::text
  from trading.orders o
  left join trading.positions p on p.account_id = o.account_id and p.symbol = o.symbol and p.strategy = o.strategy
  where case when o.status = 'open' then o.account_id end = owned.id and o.status = 'open' and o.leg is not null
    and (o.quantity > abs(coalesce(p.quantity, 0)) or (p.quantity > 0) = (o.side = 'buy'));
end;
$$;
comment on function public.verify_account is
  'Rebuilds positions, closed trades, cash and profit of the current epoch from the ledger (fills and cash entries) '
  'and answers one row per difference to what is kept: none when all is right. Also: every filled order has its fill '
  'and no bracket covers more than its position. One at a time, 30 seconds at most: about a million fills. Errors: '
  'PT404 no such account, PT429 busy with another.';

-- Replay ------------------------------------------------------------------------------------------

create function public.replay_account(account text, "into" text, overrides jsonb default '{}') returns jsonb
  language plpgsql volatile set search_path = '' set statement_timeout = '10min' as $$
declare
  source constant trading.accounts := trading.lock_account(account);
  settings constant jsonb := coalesce(overrides -> 'settings', '{}');
  fields constant jsonb := coalesce(overrides -> 'alerts', '{}');
  -- Those in force when the epoch began: of each the last one that was set.
  earlier constant jsonb := (
    select coalesce(jsonb_object_agg(s.key, s.value order by e.id), '{}')
    from trading.account_events e cross join jsonb_each(e.details) s
    where e.account_id = source.id and e.epoch < source.epoch and e.kind = 'settings');
  step record;
  booked integer := 0;
begin
  perform trading.require(jsonb_typeof(overrides) = 'object' and overrides - 'settings' - 'alerts' = '{}'
      and jsonb_typeof(fields) = 'object' and jsonb_typeof(settings) = 'object',
    'overrides may hold settings and alerts', 'For example {"settings": {"fee_bps": 5}, "alerts": {"quantity": "10", '
      '"quantity_type": "percent_of_equity"}}.');
  perform public.create_account("into", trading.opening_cash(source.id, source.epoch), source.currency,
    source.owner_id, earlier || settings);
  for step in
    with happened as (
      select e.after_alert_id, e.id as event_id, e.created_at as at, e.kind, e.details from trading.account_events e
      where e.account_id = source.id and e.epoch = source.epoch and e.kind not in ('created', 'reset', 'shadow')
      union all
      -- In the order in which they were booked, which on the alerts' clock is not that of their times.
      select a.id, 0, a.received_at,
        case when a.request ->> 'action' in ('cancel', 'modify') and a.request ->> 'order_id' is not null then 'named'
          else 'alert' end,
        a.request || case when a.request ->> 'action' = 'close' then fields - 'quantity' - 'quantity_type'
            when trading.is_trade(a.request) then fields else '{}' end
          || jsonb_build_object('account', "into", 'received_at', a.received_at, 'hash', a.content_hash)
      from trading.alerts a where a.account_id = source.id and a.epoch = source.epoch
      union all
      -- The marks in the archive, with a hash of their own each: what was booked twice is booked twice in a replay.
      select m.id, 0, m.received_at, 'alert', m.request || jsonb_build_object('account', "into",
        'received_at', m.received_at, 'hash', lpad(m.id::text, 32, '0'))
      from trading.mark_archive k cross join lateral trading.unpack_marks(k) m
      where k.account_id = source.id and k.epoch = source.epoch
    ), numbered as (
      select h.*, row_number() over w as turn,
        row_number() over w - row_number() over (partition by h.kind = 'alert'
          order by h.after_alert_id, h.event_id) as run,
        row_number() over (partition by h.kind = 'alert' order by h.after_alert_id, h.event_id) as nr
      from happened h window w as (order by h.after_alert_id, h.event_id)
    )
    select n.kind, jsonb_agg(n.details order by n.turn) as batch, min(n.at) as at
    from numbered n group by n.kind, n.run, case when n.kind = 'alert' then (n.nr - 1) / 256 else n.nr end
    order by min(n.turn)
  loop
    case step.kind
      when 'alert' then
        perform public.process_alerts(step.batch);
        booked := booked + jsonb_array_length(step.batch);
      when 'named' then
        perform public.process_alerts(jsonb_build_array(step.batch -> 0 || jsonb_build_object(
          'order_id', trading.copied_order_id(step.batch -> 0 ->> 'order_id', source,
            trading.find_account("into"), false))));
        booked := booked + 1;
      when 'settings' then perform public.update_account_settings("into", (step.batch -> 0) || settings);
      when 'halted' then perform public.halt_account("into", step.batch -> 0 ->> 'reason');
      when 'resumed' then perform public.resume_account("into");
      when 'split' then perform trading.split_account(trading.lock_account("into"), step.batch -> 0 ->> 'symbol',
        (step.batch -> 0 ->> 'new_units')::numeric, (step.batch -> 0 ->> 'old_units')::numeric, step.at);
      when 'result' then perform public.record_cash("into", step.batch -> 0 ->> 'kind',
        (step.batch -> 0 ->> 'amount')::numeric, step.batch -> 0 ->> 'symbol', step.batch -> 0 ->> 'strategy',
        step.batch -> 0 ->> 'note', step.at);
      else perform trading.move_cash("into", step.kind, abs((step.batch -> 0 ->> 'amount')::numeric)
             * case when step.kind = 'adjustment' then sign((step.batch -> 0 ->> 'amount')::numeric) else 1 end,
               'replay', step.at);
    end case;
  end loop;
  return jsonb_build_object('account', "into", 'alerts', booked);
end;
$$;
comment on function public.replay_account is
  'Books the alerts and operations of an account''s current epoch, in their order and at their times, into a fresh '
  'account named into. Without overrides the result equals the original. overrides.settings are forced on the new '
  'account; overrides.alerts replaces fields of every alert that trades (quantity and quantity_type only where it buys '
  'or sells), e.g. {"settings": {"fee_bps": 5}, "alerts": {"fee": null}}. Errors: PT404 no such account, 23505 into '
  'exists, PT400 bad overrides.';

revoke execute on function public.verify_account, public.replay_account from public, anon, authenticated;
grant execute on function trading.rebuilt_positions, public.verify_account to authenticated;
