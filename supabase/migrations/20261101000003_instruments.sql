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
comment on column trading.instruments.allow_nonpositive is
  'Whether its price may be 0 or below: of spreads, and options that expire worthless.';
comment on column trading.instruments.quote_currency is
  'The currency of its prices: JPY for USDJPY. Other accounts need marks of the pair. null: the account''s own.';

create table trading.instrument_aliases (
  alias trading.symbol primary key,
  symbol text not null references trading.instruments (symbol) on delete cascade,
  constraint alias_differs check (alias <> symbol)
);
comment on table trading.instrument_aliases is
  'Other names under which alerts may call an instrument, e.g. US100 for NAS100.';
create index instrument_aliases_symbol_idx on trading.instrument_aliases (symbol);

alter table trading.instruments enable row level security;
alter table trading.instrument_aliases enable row level security;
grant select on trading.instruments, trading.instrument_aliases to authenticated;
grant select, insert, update on trading.instruments to service_role;
grant select, insert, delete on trading.instrument_aliases to service_role;
create policy "everyone signed in reads instruments" on trading.instruments for select to authenticated using (true);
create policy "everyone signed in reads aliases" on trading.instrument_aliases for select to authenticated using (true);
