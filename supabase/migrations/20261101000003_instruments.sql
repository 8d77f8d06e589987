-- Instruments: what a unit is worth and how it may be cut. A symbol without a row has multiplier 1.

create table trading.instruments (
  symbol trading.symbol primary key,
  multiplier numeric not null default 1 check (multiplier > 0 and multiplier < 1e9 and scale(multiplier) <= 18),
  lot_size numeric check (lot_size > 0 and lot_size < 1e18 and scale(lot_size) <= 18),
  tick_size numeric check (tick_size > 0 and tick_size < 1e18 and scale(tick_size) <= 18),
  allow_nonpositive boolean not null default false,
  quote_currency trading.currency_code,
  updated_at timestamptz not null default now()
);
comment on table trading.instruments is 'Contract terms by symbol, shared by all accounts.';
comment on column trading.instruments.multiplier is 'Money per unit and per point of price: 50 for ES, 1 for a stock.';
comment on column trading.instruments.lot_size is 'Quantities are whole multiples of this; null: 1e-8.';
comment on column trading.instruments.tick_size is 'Prices of resting orders are whole multiples of this; null: any.';
comment on column trading.instruments.allow_nonpositive is 'Whether its price may be 0 or below: of spreads, and options that expire worthless.';
comment on column trading.instruments.quote_currency is
  'The currency of its prices: JPY for USDJPY. Accounts in another one need a rate, which marks of the pair bring. null: the account''s own.';

create table trading.instrument_aliases (
  alias trading.symbol primary key,
  symbol text not null references trading.instruments (symbol) on delete cascade,
  constraint alias_differs check (alias <> symbol)
);
comment on table trading.instrument_aliases is 'Other names under which alerts may call an instrument, e.g. US100 for NAS100.';
create index instrument_aliases_symbol_idx on trading.instrument_aliases (symbol);

alter table trading.instruments enable row level security;
alter table trading.instrument_aliases enable row level security;
grant select on trading.instruments, trading.instrument_aliases to authenticated;
grant select, insert, update on trading.instruments to service_role;
grant select, insert, delete on trading.instrument_aliases to service_role;
create policy "everyone signed in reads instruments" on trading.instruments for select to authenticated using (true);
create policy "everyone signed in reads aliases" on trading.instrument_aliases for select to authenticated using (true);

create function public.upsert_instrument(
  symbol text, multiplier numeric default 1, lot_size numeric default null, tick_size numeric default null, aliases text[] default '{}',
  allow_nonpositive boolean default false, quote_currency text default null
) returns jsonb
  language plpgsql volatile security invoker set search_path = '' set lock_timeout = '2s' as $$
declare
  written trading.instruments;
  violated text;
  given_hint text;
begin
  quote_currency := upper(upsert_instrument.quote_currency);
  if not exists (select from (values (1)) u left join trading.instruments i on i.symbol = upper(upsert_instrument.symbol)
                 where coalesce(i.multiplier, 1) = upsert_instrument.multiplier and i.quote_currency is not distinct from upsert_instrument.quote_currency) then
    -- A booking that has read the old terms may be about to open a position: wait for those under way, keep out the next.
    perform pg_advisory_xact_lock(k.id)
    from (select trading.lock_id('trade:' || a.name || ':' || upper(upsert_instrument.symbol)) as id from trading.accounts a order by 1) k;
  end if;
  if exists (select from trading.positions p left join trading.instruments i on i.symbol = p.symbol
             where p.symbol = upper(upsert_instrument.symbol) and p.quantity <> 0
               and (coalesce(i.multiplier, 1) is distinct from upsert_instrument.multiplier
                    or i.quote_currency is distinct from upsert_instrument.quote_currency)) then
    raise exception '% is held: its multiplier and its quote_currency cannot change', upper(upsert_instrument.symbol) using errcode = 'PT409',
      hint = 'Close the positions first: what they cost was counted with the old ones.';
  end if;
  if exists (select from trading.positions p
             where p.symbol in (select upper(a) from unnest(upsert_instrument.aliases) a except select upper(upsert_instrument.symbol)) and p.quantity <> 0)
     or exists (select from trading.orders o
                where o.symbol in (select upper(a) from unnest(upsert_instrument.aliases) a except select upper(upsert_instrument.symbol)) and o.status = 'open') then
    raise exception 'a symbol that is held, or has resting orders, cannot become an alias' using errcode = 'PT409',
      hint = 'Close its positions and cancel its orders first: as an alias no alert would reach them.';
  end if;
  insert into trading.instruments as i (symbol, multiplier, lot_size, tick_size, allow_nonpositive, quote_currency)
  values (upper(upsert_instrument.symbol), upsert_instrument.multiplier, upsert_instrument.lot_size, upsert_instrument.tick_size,
          upsert_instrument.allow_nonpositive, upsert_instrument.quote_currency)
  on conflict on constraint instruments_pkey do update set
    multiplier = excluded.multiplier, lot_size = excluded.lot_size, tick_size = excluded.tick_size,
    allow_nonpositive = excluded.allow_nonpositive, quote_currency = excluded.quote_currency, updated_at = now()
  returning i.* into written;
  delete from trading.instrument_aliases a where a.symbol = written.symbol;
  insert into trading.instrument_aliases (alias, symbol) select distinct upper(a), written.symbol from unnest(aliases) a;
  return jsonb_build_object('symbol', written.symbol, 'multiplier', trading.decimal(written.multiplier),
    'lot_size', trading.decimal(written.lot_size), 'tick_size', trading.decimal(written.tick_size),
    'allow_nonpositive', written.allow_nonpositive, 'quote_currency', written.quote_currency, 'aliases', to_jsonb(aliases));
exception when integrity_constraint_violation or data_exception then
  get stacked diagnostics violated = constraint_name, given_hint = pg_exception_hint;
  raise exception '%', sqlerrm using errcode = sqlstate, hint = coalesce(nullif(given_hint, ''), trading.hint_for(violated));
end;
$$;
comment on function public.upsert_instrument is
  'Writes the terms of a symbol, all of them, and its aliases. multiplier in money per unit and point; allow_nonpositive: its price may be 0 or below; '
  'quote_currency: the currency of its prices and of that money (JPY for USDJPY), null for the account''s own. '
  'Names are as alerts are booked: ES1!, without the CME_MINI: that the alerts function takes off. '
  'Errors: PT409 another multiplier or quote_currency while the symbol is held, or an alias that is itself held or has resting orders, 23514 value out of range, 23505 alias of another symbol.';
revoke execute on function public.upsert_instrument from public, anon, authenticated;
grant execute on function public.upsert_instrument to service_role;

create function public.reading_settings(accounts text[]) returns jsonb
  language sql stable security invoker set search_path = '' set statement_timeout = '1s'
begin atomic
  select coalesce(jsonb_object_agg(a.name, jsonb_build_object(
    'unknown_fields', s.unknown_fields, 'default_quantity', trading.decimal(s.default_quantity),
    'default_quantity_type', s.default_quantity_type, 'nonpositive_symbols', n.symbols)), '{}')
  from trading.accounts a
  join trading.account_settings s on s.account_id = a.id
  cross join (
    select coalesce(jsonb_agg(w.name), '[]') as symbols from (
      select i.symbol as name from trading.instruments i where i.allow_nonpositive
      union all
      select x.alias from trading.instruments i join trading.instrument_aliases x on x.symbol = i.symbol where i.allow_nonpositive
    ) w
  ) n
  where a.name = any (reading_settings.accounts);
end;
comment on function public.reading_settings is
  'How the alerts of accounts are to be read, by account: unknown_fields, default_quantity (a decimal string or null), '
  'default_quantity_type and nonpositive_symbols (every name of the instruments that allow prices of 0 and below). An account that there is not is left out.';
revoke execute on function public.reading_settings from public, anon, authenticated;
grant execute on function public.reading_settings to service_role;
