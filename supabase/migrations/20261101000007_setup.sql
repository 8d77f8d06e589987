-- What an operator sets up: accounts with their settings, instruments with their terms.

-- Accounts ----------------------------------------------------------------------------------------

create function trading.log_event(
  owned trading.accounts, kind text, details jsonb, at timestamptz default clock_timestamp()
) returns void language plpgsql volatile set search_path = '' as $$
begin
  insert into trading.account_events (account_id, epoch, kind, details, created_at, after_alert_id)
  values (owned.id, owned.epoch, kind, details, at, trading.newest_alert(owned.id, owned.epoch));
  update trading.accounts a set version = a.version + 1 where a.id = owned.id;
end;
$$;
comment on function trading.log_event is 'Records an operation on an account and raises the account''s version.';

create function trading.settings_json(settings trading.account_settings) returns jsonb
  language sql immutable set search_path = ''
  return to_jsonb(settings) - 'account_id' || (
    select jsonb_object_agg(name, trading.decimal((to_jsonb(settings) ->> name)::numeric))
    from unnest('{leverage,fee_per_trade,fee_per_unit,fee_bps,fee_minimum,slippage_bps,max_position,max_order,'
      'max_daily_loss,max_stop_distance,funds_room_bps,maintenance_margin,default_quantity}'::text[]) name);
comment on function trading.settings_json is
  'The settings as they are answered, by name: decimals as strings, whole numbers and booleans as they are.';

create function trading.lock_account(account text) returns trading.accounts
  language plpgsql volatile set search_path = '' as $$
declare
  locked trading.accounts;
begin
  select a.* into locked from trading.accounts a where a.name = account for update;
  perform trading.require(found, 'no account %', 'Create it with create_account.', 'PT404', account);
  return locked;
end;
$$;
comment on function trading.lock_account is 'The account of that name, its row locked. Errors: PT404.';

create function public.update_account_settings(account text, settings jsonb) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  owned constant trading.accounts := trading.lock_account(account);
  changed trading.account_settings;
  known jsonb;
  unknown text;
  violated text;
  given_hint text;
begin
  perform trading.require(jsonb_typeof(settings) = 'object', 'settings must be a JSON object',
    'For example {"leverage": 2}.', '22023');
  delete from trading.account_settings s where s.account_id = owned.id returning s.* into changed;
  known := trading.settings_json(changed);
  select k into unknown from jsonb_object_keys(settings) k where not known ? k limit 1;
  perform trading.require(not found, 'unknown setting %',
    'Known: ' || (select string_agg(k, ', ' order by k) from jsonb_object_keys(known) k) || '.', '22023', unknown);
  changed := jsonb_populate_record(changed, settings);
  insert into trading.account_settings select changed.*;
  perform trading.log_event(owned, 'settings', settings);
  return trading.settings_json(changed);
exception when integrity_constraint_violation or data_exception then
  get stacked diagnostics violated = constraint_name, given_hint = pg_exception_hint;
  raise exception '%', sqlerrm using errcode = sqlstate, hint = trading.hint_for(violated, given_hint);
end;
$$;
comment on function public.update_account_settings is
  'Changes the named keys of an account''s settings, keeps the others; answers all of them, decimals as strings. null '
  'lifts a limit. Errors: PT404 no such account, 22023 unknown key, 23514 value out of range.';

create function public.create_account(
  account text, initial_cash numeric default 100000, currency text default 'USD',
  owner_id uuid default null, settings jsonb default '{}'
) returns jsonb language plpgsql volatile set search_path = '' as $$
declare
  created trading.accounts;
  violated text;
  given_hint text;
begin
  initial_cash := trim_scale(initial_cash);
  perform trading.require(initial_cash >= 0 and initial_cash < 1e18 and scale(initial_cash) <= 18,
    'initial_cash must be between 0 and 1e18, with at most 18 decimals', 'Give the opening deposit, 0 for none.',
    '22023');
  insert into trading.accounts (name, owner_id, currency, cash, deposits)
  values (account, create_account.owner_id, create_account.currency, initial_cash, initial_cash)
  returning * into created;
  insert into trading.account_settings (account_id) values (created.id);
  perform trading.log_event(created, 'created', jsonb_build_object('initial_cash', trading.decimal(initial_cash)));
  if settings <> '{}' then
    perform public.update_account_settings(account, settings);
  end if;
  if initial_cash > 0 then
    insert into trading.cash_entries (account_id, epoch, kind, amount, note)
    values (created.id, created.epoch, 'deposit', initial_cash, 'opening deposit');
  end if;
  return jsonb_build_object('account', created.name, 'currency', created.currency,
    'cash', trading.decimal(created.cash));
exception when integrity_constraint_violation or data_exception then
  get stacked diagnostics violated = constraint_name, given_hint = pg_exception_hint;
  raise exception '%', sqlerrm using errcode = sqlstate, hint = trading.hint_for(violated, given_hint);
end;
$$;
comment on function public.create_account is
  'A new account with an opening deposit (account currency), owned by a user of Supabase Auth or by nobody. '
  'Errors: 23505 name taken, 23514 bad name or currency, 22023 bad cash or unknown setting, 23503 no such owner.';

-- The account that an alert without `account` books into.
select public.create_account('default');

-- Instruments -------------------------------------------------------------------------------------

create function public.upsert_instrument(
  symbol text, multiplier numeric default 1, lot_size numeric default null, tick_size numeric default null,
  aliases text[] default '{}', allow_nonpositive boolean default false, quote_currency text default null
) returns jsonb language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  named constant text := upper(symbol);
  names constant text[] := array(select distinct upper(a) from unnest(aliases) a);
  written trading.instruments;
  violated text;
  given_hint text;
begin
  quote_currency := upper(upsert_instrument.quote_currency);
  if not exists (select from (values (1)) u left join trading.instruments i on i.symbol = named
                 where coalesce(i.multiplier, 1) = upsert_instrument.multiplier
                   and i.quote_currency is not distinct from upsert_instrument.quote_currency) then
    -- A booking that has read the old terms may be about to open a position: wait for it, keep out the next.
    perform pg_advisory_xact_lock(k.id)
    from (select trading.lock_id('trade:' || a.name || ':' || named) as id from trading.accounts a order by 1) k;
  end if;
  perform trading.require(
    not exists (select from trading.positions p left join trading.instruments i on i.symbol = p.symbol
                where p.symbol = named and p.quantity <> 0
                  and (coalesce(i.multiplier, 1) is distinct from upsert_instrument.multiplier
                    or i.quote_currency is distinct from upsert_instrument.quote_currency)),
    '% is held: its multiplier and its quote_currency cannot change',
    'Close the positions first: what they cost was counted with the old ones.', 'PT409', named);
  perform trading.require(
    not exists (select from trading.positions p where p.symbol = any (names) and p.symbol <> named and p.quantity <> 0)
    and not exists (select from trading.orders o
                    where o.symbol = any (names) and o.symbol <> named and o.status = 'open'),
    'a symbol that is held, or has resting orders, cannot become an alias',
    'Close its positions and cancel its orders first: as an alias no alert would reach them.', 'PT409');
  insert into trading.instruments as i (symbol, multiplier, lot_size, tick_size, allow_nonpositive, quote_currency)
  values (named, upsert_instrument.multiplier, upsert_instrument.lot_size, upsert_instrument.tick_size,
          upsert_instrument.allow_nonpositive, upsert_instrument.quote_currency)
  on conflict on constraint instruments_pkey do update set
    multiplier = excluded.multiplier, lot_size = excluded.lot_size, tick_size = excluded.tick_size,
    allow_nonpositive = excluded.allow_nonpositive, quote_currency = excluded.quote_currency, updated_at = now()
  returning i.* into written;
  delete from trading.instrument_aliases a where a.symbol = written.symbol;
  insert into trading.instrument_aliases (alias, symbol) select n, written.symbol from unnest(names) n;
  return jsonb_build_object('symbol', written.symbol, 'multiplier', trading.decimal(written.multiplier),
    'lot_size', trading.decimal(written.lot_size), 'tick_size', trading.decimal(written.tick_size),
    'allow_nonpositive', written.allow_nonpositive, 'quote_currency', written.quote_currency,
    'aliases', to_jsonb(aliases));
exception when integrity_constraint_violation or data_exception then
  get stacked diagnostics violated = constraint_name, given_hint = pg_exception_hint;
  raise exception '%', sqlerrm using errcode = sqlstate, hint = trading.hint_for(violated, given_hint);
end;
$$;
comment on function public.upsert_instrument is
  'Writes the terms of a symbol, all of them, and its aliases. multiplier in money per unit and point; '
  'allow_nonpositive: its price may be 0 or below; quote_currency: the currency of its prices and of that money (JPY '
  'for USDJPY), null for the account''s own. Names are as alerts are booked: ES1!, without the CME_MINI: that the '
  'alerts function takes off. Errors: PT409 another multiplier or quote_currency while the symbol is held, or an alias '
  'that is itself held or has resting orders, 23514 value out of range, 23505 alias of another symbol.';

-- For the reader of alerts ------------------------------------------------------------------------

create function public.reading_settings(accounts text[]) returns jsonb
  language sql stable set search_path = '' set statement_timeout = '1s'
  return (select coalesce(jsonb_object_agg(a.name, jsonb_build_object(
    'unknown_fields', s.unknown_fields, 'default_quantity', trading.decimal(s.default_quantity),
    'default_quantity_type', s.default_quantity_type, 'nonpositive_symbols', n.symbols)), '{}')
  from trading.accounts a
  join trading.account_settings s on s.account_id = a.id
  cross join (
    select coalesce(jsonb_agg(w.name), '[]') as symbols from (
      select i.symbol as name from trading.instruments i where i.allow_nonpositive
      union all
      select x.alias from trading.instruments i join trading.instrument_aliases x on x.symbol = i.symbol
      where i.allow_nonpositive
    ) w
  ) n
  where a.name = any (reading_settings.accounts));
comment on function public.reading_settings is
  'How the alerts of accounts are to be read, by account: unknown_fields, default_quantity (a decimal string or null), '
  'default_quantity_type and nonpositive_symbols (every name of the instruments that allow prices of 0 and below). An '
  'account that there is not is left out.';

grant execute on function trading.settings_json to authenticated;

revoke execute on function public.update_account_settings, public.create_account, public.upsert_instrument,
  public.reading_settings from public, anon, authenticated;
