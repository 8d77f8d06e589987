-- What every read shares: who may read what, pages, places; ranges of time, and the buckets that they are cut into.
--
-- Reads run as the caller: row security shows a user their own accounts only.
-- Money and quantities leave as decimal strings; lists come newest first, page by `before` = the last id seen;
-- only_strategy, only_symbol and only_status filter; in_epoch reads what lies before a reset.
--
-- Bookings come through the same few connections of PostgREST. So each of the reads has a statement_timeout of its own,
-- which PostgREST applies to the whole call (2 s for what comes from an index, 5 s for what goes through a history),
-- and what goes through a history takes a place first, of which there are few.

create function trading.find_account(account text) returns trading.accounts
  language plpgsql stable set search_path = '' as $$
declare
  found_account trading.accounts;
begin
  select a.* into found_account from trading.accounts a where a.name = account;
  perform trading.require(found, 'no account %',
    'Accounts are made by create_account; a signed-in user sees only the accounts they own.', 'PT404', account);
  return found_account;
end;
$$;
comment on function trading.find_account is 'The account of that name as the caller may see it. Errors: PT404.';

create function trading.find_epoch(owned trading.accounts, in_epoch integer) returns integer
  language plpgsql immutable set search_path = '' as $$
begin
  perform trading.require(in_epoch is null or in_epoch between 1 and owned.epoch,
    concat('account ', owned.name, ' has no epoch ', in_epoch), concat('It has ',
      case when owned.epoch > 1 then 'the epochs 1 to ' else 'epoch ' end, owned.epoch,
      '; leave the epoch out for the newest.'));
  return coalesce(in_epoch, owned.epoch);
end;
$$;
comment on function trading.find_epoch is 'in_epoch, or the current one. Errors: PT400.';

create function trading.page_size("limit" integer) returns integer language plpgsql immutable set search_path = '' as $$
begin
  perform trading.require("limit" between 1 and 1000, 'limit must be between 1 and 1000',
    'Page on with before = the last id you have.');
  return "limit";
end;
$$;
comment on function trading.page_size is 'limit, checked. Errors: PT400 (HTTP 400) outside 1 to 1000.';

create function trading.page_start(before bigint) returns bigint language plpgsql immutable set search_path = '' as $$
begin
  perform trading.require(before is null or before >= 1, 'before must be the id of a row',
    'Leave it out for the first page; then give the last id you have.');
  return coalesce(before, 9223372036854775807);
end;
$$;
comment on function trading.page_start is 'Where a page begins: below before; null: at the newest. Errors: PT400.';

create function trading.known_status(status text, variadic known text[]) returns text
  language plpgsql immutable set search_path = '' as $$
begin
  perform trading.require(status is null or status = any (known), 'no status %',
    'Known: ' || array_to_string(known, ', ') || '.', named => status);
  return status;
end;
$$;
comment on function trading.known_status is 'status, checked; null: any. Errors: PT400.';

create function trading.try_place(kind text, places integer) returns boolean
  language plpgsql volatile set search_path = '' as $$
begin
  return exists (
    select from generate_series(1, places) place
    where pg_try_advisory_xact_lock(trading.lock_id('read:' || kind || ':' || place)));
end;
$$;
comment on function trading.try_place is
  'Takes one of so many places until the transaction ends, or returns false when others have them all.';

create function trading.take_read_place(kind text) returns void language plpgsql volatile set search_path = '' as $$
declare
  has_place constant boolean := case
    when kind = 'proof' then trading.try_place('proof', 1)
    when current_user <> 'authenticated' then true  -- What the functions read for theirs is cached.
    else trading.try_place('page', 6) and (kind = 'page' or trading.try_place(kind, 3)) end;
begin
  if not has_place then
    -- Raised so that PostgREST answers with the header.
    raise sqlstate 'PGRST' using
      message = json_build_object('code', 'PT429', 'message', 'the database is busy with other reads',
        'hint', 'Ask again in a second.'),
      detail = '{"status": 429, "headers": {"Retry-After": "1"}}';
  end if;
end;
$$;
comment on function trading.take_read_place is
  'Takes a place among the reads, until the transaction ends: bookings are to find a connection and a processor. kind '
  'page: six at a time of all who are signed in, since whoever asks may make PostgREST filter the answer by a costly '
  'expression; figures, which go through a history: three of these; proof: one at a time of all callers. Nobody waits. '
  'Errors: PT429 (HTTP 429, Retry-After) when no place is free.';

create function trading.take_search_place(variadic filters text[]) returns void
  language sql volatile set search_path = ''
  return trading.take_read_place(case when num_nonnulls(variadic filters) > 1 then 'figures' else 'page' end);
comment on function trading.take_search_place is
  'An index has the page of one filter. With two, a page of what hardly ever meets goes through all that meets the '
  'first: it takes a place of figures. Errors: PT429 (HTTP 429, Retry-After) when none is free.';

-- Buckets -----------------------------------------------------------------------------------------

create type trading.bucket as (name text, width interval);
comment on type trading.bucket is
  'A span of time in which bars are gathered. Below a day it begins at a multiple of its width since midnight UTC; a '
  'day, week or month begins in the account''s time zone.';

create function trading.find_bucket(bucket text, span interval) returns trading.bucket
  language plpgsql immutable set search_path = '' as $$
declare
  known constant trading.bucket[] := array[
    ('minute', '1 minute'), ('5 minutes', '5 minutes'), ('15 minutes', '15 minutes'), ('hour', '1 hour'),
    ('4 hours', '4 hours'), ('day', '1 day'), ('week', '7 days'), ('month', '1 month')];
  wanted trading.bucket;
begin
  foreach wanted in array known loop
    if wanted.name = bucket or bucket is null and (coalesce(span, '0') < 999 * wanted.width
      or wanted.name = 'month') then
      return wanted;
    end if;
  end loop;
  perform trading.require(false, 'no bucket %', 'Known: ' || (select string_agg(k.name, ', ') from unnest(known) k)
    || '. Leave it out for the finest that fits.', named => bucket);
end;
$$;
comment on function trading.find_bucket is
  'The bucket of that name; without a name the finest that cuts span (null: none) into at most 1000 points. '
  'Errors: PT400 (HTTP 400) for an unknown name.';

create function trading.bucket_start(at timestamptz, bucket trading.bucket, time_zone text) returns timestamptz
  language plpgsql stable set search_path = '' as $$
begin
  return case when bucket.width < '1 day' then date_bin(bucket.width, at, '2000-01-01 00:00Z')
    else date_trunc(bucket.name, at, time_zone) end;
end;
$$;
comment on function trading.bucket_start is 'When the bucket that a moment lies in begins.';

create function trading.bucket_around(
  minute timestamptz, bucket trading.bucket, time_zone text, out starts_at timestamptz, out ends_at timestamptz
) language plpgsql stable set search_path = '' as $$
begin
  starts_at := trading.bucket_start(minute, bucket, time_zone);
  ends_at := case when bucket.width < '1 day' then starts_at + bucket.width
    else (date_trunc(bucket.name, minute at time zone time_zone) + bucket.width) at time zone time_zone end;
end;
$$;
comment on function trading.bucket_around is 'When the bucket that minute lies in begins, and when the next one does.';

create function trading.time_zone(account_id bigint) returns text language sql stable set search_path = ''
  return (select s.time_zone from trading.account_settings s where s.account_id = time_zone.account_id);
comment on function trading.time_zone is 'The time zone in which the account''s days begin.';

create type trading.part as (
  account_id bigint, epoch integer, is_current boolean, time_zone text, on_alerts_clock boolean,
  from_time timestamptz, to_time timestamptz, strategies text[], symbol text
);
comment on type trading.part is
  'A part of an account''s history: of an epoch (is_current: the newest), from from_time on and before to_time, of '
  'strategies and of a symbol; null: of all of them. time_zone: in which the account''s days begin; on_alerts_clock: '
  'whether it books at the time of its alerts.';

create function trading.find_part(
  owned trading.accounts, in_epoch integer, from_time timestamptz, to_time timestamptz, strategies text[], symbol text
) returns trading.part language plpgsql stable set search_path = '' as $$
declare
  epoch constant integer := trading.find_epoch(owned, in_epoch);
  settings constant trading.account_settings := (
    select s from trading.account_settings s where s.account_id = owned.id);
begin
  perform trading.require(from_time is null or to_time is null or from_time < to_time,
    'from_time must be before to_time', 'from_time is included, to_time is not.');
  return row(owned.id, epoch, epoch = owned.epoch, settings.time_zone, settings.clock = 'alert',
    coalesce(from_time, '-infinity'), coalesce(to_time, 'infinity'), nullif(strategies, array[null::text]), symbol);
end;
$$;
comment on function trading.find_part is
  'The part that is asked for; null: no bound, all strategies (so is one that is null), all symbols. Errors: PT400.';

create function trading.check_points(points bigint) returns bigint
  language plpgsql immutable set search_path = '' as $$
begin
  perform trading.require(points <= 1000, 'that would be more than 1000 points',
    'Take a wider bucket or a shorter range, or leave bucket out.');
  return points;
end;
$$;
comment on function trading.check_points is
  'points, checked. Errors: PT400 (HTTP 400) above 1000: PostgREST would cut the rest off without a word.';

grant execute on function trading.find_account, trading.find_epoch, trading.page_size,
  trading.page_start, trading.known_status, trading.try_place, trading.take_read_place, trading.take_search_place,
  trading.find_bucket, trading.bucket_around, trading.bucket_start, trading.check_points,
  trading.time_zone, trading.find_part to authenticated;
