-- The ground: a private schema, nothing granted by default, exact number types, lock names.
--
-- Everything that a client may call lives in `public` as an RPC; every table lives in `trading`, which PostgREST does
-- not expose. Functions run as their caller, but for the two that say `security definer`. service_role may call all of
-- them; each file takes its RPCs from everybody else, and then grants by name.

create schema trading;
comment on schema trading is
  'Tables and rules of the paper-trading engine. Not exposed: clients reach it through RPCs in public.';

revoke all on schema trading from public;
grant usage on schema trading to authenticated, service_role;

-- A new function would otherwise be executable by everybody.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke execute on functions from public;
alter default privileges in schema trading revoke execute on functions from public;
alter default privileges in schema public grant execute on functions to service_role;
alter default privileges in schema trading grant execute on functions to service_role;
-- Identity columns draw their numbers as the caller.
alter default privileges in schema trading grant usage on sequences to service_role;

-- Numbers -----------------------------------------------------------------------------------------

-- Inputs carry at most 18 digits on either side of the point. `< 1e18` also refuses Infinity and NaN
-- (which Postgres sorts above every number). Sums and products of these are exact in `numeric`.

create domain trading.quantity as numeric
  constraint quantity_is_positive_and_bounded check (value > 0 and value < 1e18 and scale(value) <= 18);
comment on domain trading.quantity is 'Units of an instrument, unsigned: above 0, below 1e18, at most 18 decimals.';

create domain trading.price as numeric
  constraint price_is_bounded check (value > -1e18 and value < 1e18 and scale(value) <= 18);
comment on domain trading.price is
  'Money per unit, in the currency of its instrument: below 1e18 either way, at most 18 decimals. At 0 or below it is '
  'only where the instrument allows it, where a worthless position is closed, or of an exit where no market comes.';

create domain trading.distance as numeric
  constraint distance_is_positive_and_bounded check (value > 0 and value < 1e18 and scale(value) <= 18);
comment on domain trading.distance is
  'How far a price lies from another, in money per unit or percent: above 0, below 1e18, at most 18 decimals.';

create domain trading.money as numeric
  constraint money_is_finite check (value > '-Infinity' and value < 'Infinity');
comment on domain trading.money is
  'An exact signed amount in the account''s currency. Never rounded where it is stored.';

-- A rule of one column is a domain's where booking writes it: a check of a table is read and prepared anew by every
-- statement, a domain's once a session (a lone alert's booking took a tenth longer).

create domain trading.signed_quantity as numeric
  constraint signed_quantity_is_bounded check (abs(value) < 1e36 and scale(value) <= 18);
comment on domain trading.signed_quantity is 'Units held: above 0 long, below 0 short; at most 18 decimals.';

create domain trading.amount as numeric constraint amount_is_not_negative check (value >= 0);
comment on domain trading.amount is 'A number that is 0 or more.';

create domain trading.factor as numeric constraint factor_is_positive check (value > 0);
comment on domain trading.factor is 'A number above 0 that others are multiplied by.';

create domain trading.side as text constraint side_is_known check (value in ('buy', 'sell'));
comment on domain trading.side is 'What an order or a fill does: buy or sell.';

create domain trading.order_type as text
  constraint order_type_is_known check (value in ('market', 'limit', 'stop', 'stop_limit', 'trailing_stop'));
comment on domain trading.order_type is 'When an order fills: market, limit, stop, stop_limit or trailing_stop.';

create domain trading.time_in_force as text constraint time_in_force_is_known check (value in ('gtc', 'day', 'ioc'));
comment on domain trading.time_in_force is
  'How long an order rests: gtc (until it is canceled), day, or ioc (not at all).';

create domain trading.leg as text constraint leg_is_known check (value in ('take_profit', 'stop_loss'));
comment on domain trading.leg is 'Which exit of a bracket an order is: take_profit or stop_loss.';

create domain trading.order_status as text constraint order_status_is_known
  check (value in ('open', 'filled', 'canceled', 'expired'));
comment on domain trading.order_status is 'Where an order stands: open, filled, canceled or expired.';

create domain trading.alert_status as text
  constraint alert_status_is_known check (value in ('filled', 'accepted', 'ignored', 'canceled', 'rejected'));
comment on domain trading.alert_status is 'What became of an alert: filled, accepted, ignored, canceled or rejected.';

create domain trading.code as text constraint code_is_a_word check (value ~ '^[a-z_]{1,64}$');
comment on domain trading.code is 'Why, as a word of ours: small letters and _.';

-- Names. TypeScript has the same rules (_shared/validators/names.ts), and a test holds the two equal. They say what a
-- name must not have: that costs 0.4 microseconds a name, a pattern of all of it with its length 13.

create domain trading.name as text
  constraint name_is_printable check (length(value) <= 64 and value !~ '^$|^[^A-Za-z0-9]|[^A-Za-z0-9 ._:@-]| $');
comment on domain trading.name is 'What an account or a channel is called.';

create domain trading.symbol as text
  constraint symbol_is_a_ticker check (length(value) <= 64 and value !~ '^[^A-Z0-9]*$|[^A-Z0-9._!/:^=&#@+ -]|^ | $');
comment on domain trading.symbol is 'What an instrument is called.';

create domain trading.strategy as text constraint strategy_is_printable check (length(value) <= 64
  and value !~ '^$|^[^A-Za-z0-9#(\u00aa-\U0010ffff]|[^]A-Za-z0-9 ._:/()[#+&,|@%=*!~\u00aa-\U0010ffff-]| $');
comment on domain trading.strategy is
  'What a strategy is called. Which characters beyond ASCII are letters, marks or digits only TypeScript judges: here '
  'that would be the locale''s word.';

create domain trading.currency_code as text constraint currency_is_a_code check (value ~ '^[A-Z]{3,10}$');
comment on domain trading.currency_code is 'A currency, such as USD or USDT.';

create domain trading.content_hash as text collate "C" constraint content_hash_is_long_enough
  check (length(value) between 32 and 64);
comment on domain trading.content_hash is 'A hash of what an alert says, in hex.';

create domain trading.message_name as text collate "C" constraint message_name_is_short check (length(value) <= 200);
comment on domain trading.message_name is 'The name of a signed message: its key and the id that its sender gave it.';

-- Small helpers that booking calls, or a query for each of its rows, are plpgsql on purpose: a SQL function that cannot
-- be inlined (one with its own search_path cannot) is planned again wherever it is called: 26 microseconds a call
-- measured, against 1. What a read calls once, or a booking seldom, may be SQL.

create function trading.quotient(dividend numeric, divisor numeric) returns numeric
  language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  return trim_scale(round(round(dividend, greatest(scale(dividend), 60)) / divisor, 60));
end;
$$;
comment on function trading.quotient is
  'dividend / divisor to 60 decimals, the dividend taken whole. A division is the only inexact step of the engine: '
  'every product of quantity, price and multiplier ends within 54 decimals, and dividing by the smallest quantity and '
  'multiplier (1e-36 together) leaves 24 good ones, so what is shown (18 decimals) stays right.';

create function trading.decimal(value numeric) returns text
  language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  return trim_scale(
    case
      when scale(value) <= 18 then value
      when abs(value) * 1e18 % 1 = 0.5 and round(value, 18) * 1e18 % 2 <> 0 then round(value, 18) - sign(value) * 1e-18
      else round(value, 18)
    end)::text;
end;
$$;
comment on function trading.decimal is
  'A number as it leaves the database: a plain decimal string, at most 18 decimals (half to even), no trailing zeros.';

create function trading.ratio(value numeric) returns text
  language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  return trim_scale(round(value, 8))::text;
end;
$$;
comment on function trading.ratio is
  'A ratio, percentage or statistic as it leaves the database: a decimal string, 8 decimals, no trailing zeros.';

-- Locks -------------------------------------------------------------------------------------------

create function trading.lock_id(key text) returns bigint
  language plpgsql immutable strict parallel safe set search_path = '' as $$
begin
  return ('x' || encode(substr(sha256(convert_to(key, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint;
end;
$$;
comment on function trading.lock_id is
  'The advisory lock id of a key: the first 8 bytes of SHA-256 of its UTF-8 text, big-endian, signed. '
  'TypeScript computes the same, so that both sides exclude each other.';

-- Errors ------------------------------------------------------------------------------------------

create function trading.hint_for(violated text, given text default null) returns text
  language sql immutable set search_path = ''
  return case
    when given <> '' then given
    when violated = 'accounts_name_key' then 'The name is taken: choose another, or begin anew with reset_account.'
    when violated = 'name_is_printable'
      then 'A name is 1 to 64 letters, digits, spaces or . _ : @ -, starts with a letter or digit and does not '
        'end with a space.'
    when violated = 'currency_is_a_code' then 'A currency is 3 to 10 capital letters, such as USD.'
    when violated = 'accounts_owner_id_fkey' then 'owner_id is the id of a user of Supabase Auth.'
    when violated like 'account_settings%' or violated = 'leverage_is_positive' then
      'fee_bps is 0 to 10000, slippage_bps 0 to below 10000, dedupe_window 5 to 86400, max_mark_age 0 to 31536000 and '
        'price_wait 1 to 604800 seconds; keep_marks_days and keep_minute_bars_days are 1 to 36500, or null for '
        'good; leverage and limits are above 0, or null for none; no number has more than 18 decimals; clock is '
        'arrival or alert, margin_call off or close, maintenance_margin above 0 to 100, symbols plain or '
        'with_exchange.'
    when violated = 'symbol_is_a_ticker' then
      'A symbol is 1 to 64 of A-Z, 0-9 and . _ ! / : ^ = & # @ + -, one of them a letter or digit.'
    when violated like 'instruments%' then 'multiplier, lot_size and tick_size are above 0, with at most 18 decimals.'
    when violated = 'instrument_aliases_pkey' then 'Another symbol has this alias: take it away there first.'
    when violated = 'alias_differs' then 'An alias is another name than the symbol itself.'
    else 'A value has the wrong type: numbers as decimal strings, settings as a JSON object, a time zone by its IANA '
      'name.'
  end;
comment on function trading.hint_for is 'What to do about values that violate the named constraint, or none of ours.';

create function trading.require(
  is_right boolean, message text, hint text, code text default 'PT400', named text default null
) returns void language plpgsql immutable set search_path = '' as $$
begin
  if is_right is not true then
    raise exception '%', replace(message, '%', coalesce(named, '<NULL>')) using errcode = code, hint = hint;
  end if;
end;
$$;
comment on function trading.require is
  'Errors: code (PT400 is HTTP 400) with that message, where named stands for %, and hint, unless what was asked is '
  'right (null: it is not).';

-- Append-only tables ------------------------------------------------------------------------------

create function trading.refuse_change() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception 'trading.% is append-only: % refused', tg_table_name, lower(tg_op)
    using errcode = 'insufficient_privilege',
          hint = 'Correct a mistake by a new entry (an adjustment), never by changing the past.';
end;
$$;
comment on function trading.refuse_change is
  'Trigger of append-only tables: refuses update, delete and truncate for every role, the owner included.';

grant execute on function trading.quotient, trading.decimal, trading.ratio, trading.lock_id, trading.require
  to authenticated;
