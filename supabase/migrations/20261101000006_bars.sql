-- What prices and equity were: the last marks, bars by minute, and by hour where minutes are old (see retention).

create table trading.marks (
  account_id bigint not null references trading.accounts (id),
  symbol text not null check (length(symbol) <= 64),
  price trading.price not null,
  marked_at timestamptz not null,
  exchange text,
  primary key (account_id, symbol)
);
comment on table trading.marks is 'The last price an account has seen of a symbol, and when.';
comment on column trading.marks.exchange is
  'The exchange under which the symbol is held or was marked in this epoch; null: no alert named one. Of orders that '
  'rest without a mark, their own tell.';

create table trading.mark_bars (
  account_id bigint not null references trading.accounts (id),
  symbol text not null check (length(symbol) <= 64),
  minute timestamptz not null,
  open trading.price not null,
  high trading.price not null,
  low trading.price not null,
  close trading.price not null,
  primary key (account_id, symbol, minute)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
comment on table trading.mark_bars is 'The marks an account has seen, by minute.';

create table trading.equity_bars (
  account_id bigint not null references trading.accounts (id),
  epoch integer not null,
  minute timestamptz not null,
  open trading.money not null,
  high trading.money not null,
  low trading.money not null,
  close trading.money not null,
  exposure trading.money not null,
  primary key (account_id, epoch, minute)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
comment on table trading.equity_bars is
  'Equity after each alert, by minute of arrival; exposure: gross, at the minute''s end. Cash moved in a minute counts '
  'in all of its bar, as if it had moved just before: so a bar''s prices differ by profit alone.';

create table trading.mark_hours (
  like trading.mark_bars including constraints including indexes,
  foreign key (account_id) references trading.accounts (id)
);
comment on table trading.mark_hours is
  'Old bars of trading.mark_bars, an hour (of the account''s time zone) to a row. minute: the first of them.';

create table trading.equity_hours (
  like trading.equity_bars including constraints including indexes,
  last_minute timestamptz not null check (last_minute >= minute),
  exposed interval not null,
  fall trading.money not null check (fall >= 0),
  fall_percent numeric,
  foreign key (account_id) references trading.accounts (id)
);
comment on table trading.equity_hours is
  'Old bars of trading.equity_bars, an hour (of the account''s time zone) to a row, or less: it ends where cash moved. '
  'With what the minutes would tell of it, so that every figure of a day comes out the same.';
comment on column trading.equity_hours.minute is 'Its first minute; last_minute: its last.';
comment on column trading.equity_hours.exposed is 'Time from an exposed minute to the next one of the row.';
comment on column trading.equity_hours.fall is
  'The deepest fall within it, minute by minute; fall_percent: the deepest in percent; null: equity was not above 0.';

create view trading.mark_history with (security_invoker = true) as
  select b.account_id, b.symbol, b.minute, b.open, b.high, b.low, b.close from trading.mark_hours b
  union all
  select b.account_id, b.symbol, b.minute, b.open, b.high, b.low, b.close from trading.mark_bars b;
comment on view trading.mark_history is 'The bars of a symbol''s marks: hours, then minutes.';

create view trading.equity_history with (security_invoker = true) as
  select b.account_id, b.epoch, b.minute, b.last_minute, b.open, b.high, b.low, b.close, b.exposure, b.exposed,
    b.fall::numeric as fall, b.fall_percent
  from trading.equity_hours b
  union all
  select b.account_id, b.epoch, b.minute, null, b.open, b.high, b.low, b.close, b.exposure, null, null, null
  from trading.equity_bars b;
comment on view trading.equity_history is
  'The bars of an account''s equity: hours, then minutes, whose last four columns are null.';

select trading.let_owners_read('marks', 'mark_bars', 'equity_bars', 'mark_hours', 'equity_hours');
grant select on trading.mark_history, trading.equity_history to authenticated, service_role;
grant select, insert, update on trading.marks, trading.mark_bars, trading.equity_bars, trading.mark_hours,
  trading.equity_hours to service_role;
grant delete on trading.marks, trading.mark_bars, trading.equity_bars to service_role;
