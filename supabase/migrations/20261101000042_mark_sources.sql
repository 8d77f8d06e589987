-- Live marks: who tells the price of which symbol, and how far each symbol has come.
--
-- The function `marks` claims what is due, asks the sources for the one-minute bars since then, books them as `mark`
-- alerts by process_alerts, and says here how far it came. No source is asked before the operator turns it on.

create function trading.are_texts(object jsonb, names text, longest integer) returns boolean
  language sql immutable set search_path = '' as $$
  select jsonb_typeof(object) = 'object' and not exists (
    select from jsonb_each(object) e
    where e.key !~ names or jsonb_typeof(e.value) <> 'string' or (e.value #>> '{}') !~ '^[ -~]+$'
      or length(e.value #>> '{}') > longest);
$$;
comment on function trading.are_texts is
  'Whether a value is an object of plain texts of at most longest characters, under names of that pattern.';

create table trading.mark_sources (
  name text primary key constraint mark_source_has_a_name check (name ~ '^[a-z][a-z0-9_]{0,31}$'),
  kind text not null constraint mark_source_kind_is_known
    check (kind in ('binance', 'binance_futures', 'coinbase', 'kraken', 'alpaca', 'http')),
  enabled boolean not null default false,
  exchanges text[] not null default '{}'
    constraint mark_source_exchanges_are_names
      check (array_to_string(exchanges, ',', '') ~ '^([A-Z0-9][A-Z0-9 ._-]{0,31}(,|$))*$'),
  url text constraint mark_source_url_is_http
    check (url ~ '^https?://[^[:space:]/?#@\\]+([/?#][^[:space:]\\]*)?$' and length(url) <= 2048),
  headers jsonb not null default '{}'
    constraint mark_source_headers_are_texts
      check (trading.are_texts(headers,
        '(?i)^(?!(host|connection|content-length|transfer-encoding)$)[a-z0-9-]{1,64}$', 1000)),
  paths jsonb constraint mark_source_paths_are_texts
    check (trading.are_texts(paths, '^(bars|symbol|time|open|high|low|close|time_is)$', 200)),
  max_jump_percent numeric default 20 constraint mark_source_jump_is_positive
    check (max_jump_percent > 0 and max_jump_percent < 1e9),
  resume_at timestamptz,
  updated_at timestamptz not null default now(),
  constraint http_has_its_fields
    check (kind <> 'http' or url is not null
      and coalesce(paths ?& array['time', 'open', 'high', 'low', 'close'], false))
);
comment on table trading.mark_sources is
  'Who may be asked for one-minute bars. Only the function marks sees url and headers: no answer and no log has them.';
comment on column trading.mark_sources.exchanges is
  'For the symbols of which exchanges, as alerts name them, it is asked where nothing else is said.';
comment on column trading.mark_sources.url is
  'Of http: the template of a request. Of the others: another base than their own; null: their own.';
comment on column trading.mark_sources.headers is 'Sent with each request: the place of a key.';
comment on column trading.mark_sources.paths is
  'Of http: where in the answer the bars lie, and where in each bar its parts.';
comment on column trading.mark_sources.max_jump_percent is
  'A bar further than this from the last mark is held back; null: none is.';
comment on column trading.mark_sources.resume_at is 'It asked to be left alone until then.';

create table trading.mark_source_symbols (
  symbol text primary key constraint mark_symbol_is_a_ticker check (symbol ~ '^[A-Z0-9._!/:^=&#@+ -]{1,97}$'),
  source text not null references trading.mark_sources (name) on delete cascade,
  name text constraint mark_symbol_name_is_plain check (name ~ '^[A-Za-z0-9._!/:^=&#@+-]{1,64}$')
);
comment on table trading.mark_source_symbols is
  'Symbols for which the operator chose the source: BTCUSD, or KRAKEN:BTCUSD for that exchange only. name: what the '
  'source calls it; null: as by default.';
create index mark_source_symbols_source_idx on trading.mark_source_symbols (source);

create table trading.live_marks (
  symbol text not null,
  exchange text not null,
  source text references trading.mark_sources (name) on delete set null,
  read_until timestamptz,
  price trading.price,
  price_at timestamptz,
  checked_at timestamptz,
  problem text check (problem ~ '^[a-z_]{1,64}$'),
  held_back jsonb,
  lease uuid,
  leased_until timestamptz,
  primary key (symbol, exchange),
  constraint a_lease_of_marks_ends check ((lease is null) = (leased_until is null))
);
comment on table trading.live_marks is
  'How far each symbol that is held, or has resting orders, was read at its source.';
comment on column trading.live_marks.exchange is
  'The exchange under which accounts know the symbol; empty: no alert named one.';
comment on column trading.live_marks.read_until is 'All bars that ended until then are booked, or there are none.';
comment on column trading.live_marks.price is 'Close of the last bar that was booked.';
comment on column trading.live_marks.price_at is 'When that bar ended.';
comment on column trading.live_marks.problem is
  'Why the last look brought nothing new; null: it did, or there was nothing.';
comment on column trading.live_marks.held_back is 'The bar that is too far from the last mark.';
create index live_marks_source_idx on trading.live_marks (source);

insert into trading.mark_sources (name, kind, exchanges) values
  ('binance', 'binance', '{BINANCE}'),
  ('binance_futures', 'binance_futures', '{BINANCE}'),
  ('coinbase', 'coinbase', '{COINBASE}'),
  ('kraken', 'kraken', '{KRAKEN}'),
  ('alpaca', 'alpaca', '{NASDAQ,NYSE,AMEX,BATS}');

alter table trading.mark_sources enable row level security;
alter table trading.mark_source_symbols enable row level security;
alter table trading.live_marks enable row level security;
grant select, insert, update, delete on trading.mark_sources, trading.mark_source_symbols, trading.live_marks
  to service_role;

grant select (symbol, exchange, source, read_until, price, price_at, checked_at, problem, held_back)
  on trading.live_marks to authenticated;

-- Which symbols others hold is theirs to know.
create policy "owners read the marks of their symbols" on trading.live_marks for select to authenticated
  using (symbol in (select m.symbol from trading.marks m union all select o.symbol from trading.orders o
    where o.status = 'open'));

-- What the operator sets --------------------------------------------------------------------------

create function trading.mark_source_json(s trading.mark_sources) returns jsonb language sql stable set search_path = ''
  return jsonb_build_object('source', s.name, 'kind', s.kind, 'enabled', s.enabled, 'exchanges', s.exchanges,
    'host', substring(s.url from '^https?://([^/?#]+)'),
    'headers', to_jsonb(array(select k from jsonb_object_keys(s.headers) k order by 1)), 'paths', s.paths,
    'max_jump_percent', trading.decimal(s.max_jump_percent), 'resume_at', s.resume_at,
    'symbols', (select coalesce(jsonb_object_agg(n.symbol, n.name), '{}') from trading.mark_source_symbols n
      where n.source = s.name));
comment on function trading.mark_source_json is
  'A source as operators see it. Of its URL only the host, of its headers only the names: the rest may be a key.';

create function public.upsert_mark_source(source text, settings jsonb) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  changed trading.mark_sources;
  violated text;
  given_hint text;
begin
  perform trading.require(
    (settings - '{kind,enabled,exchanges,url,headers,paths,max_jump_percent,symbols}'::text[] <> '{}') is not true,
    'unknown field', 'Known: kind, enabled, exchanges, url, headers, paths, max_jump_percent, symbols.', '22023');
  select s.* into changed from trading.mark_sources s where s.name = source for update;
  if not found then
    changed := row(source, null, false, '{}', null, '{}', null, 20, null, now())::trading.mark_sources;
  end if;
  changed := jsonb_populate_record(changed, settings - 'symbols');
  insert into trading.mark_sources as s select changed.*
  on conflict on constraint mark_sources_pkey do update set
    kind = excluded.kind, enabled = excluded.enabled, exchanges = excluded.exchanges, url = excluded.url,
    headers = excluded.headers, paths = excluded.paths, max_jump_percent = excluded.max_jump_percent, resume_at = null,
    updated_at = now()
  returning s.* into changed;
  if settings ? 'symbols' then
    delete from trading.mark_source_symbols n where n.source = changed.name;
    insert into trading.mark_source_symbols (symbol, source, name)
    select upper(e.key), changed.name, e.value from jsonb_each_text(settings -> 'symbols') e;
  end if;
  return trading.mark_source_json(changed);
exception when integrity_constraint_violation or data_exception then
  get stacked diagnostics violated = constraint_name, given_hint = pg_exception_hint;
  -- No value in the message: one may be a key.
  raise exception 'a value of the source is not as it should be'
    using errcode = sqlstate, hint = coalesce(nullif(given_hint, ''), case violated
      when 'mark_source_has_a_name' then 'A name is a small letter and at most 31 more of a-z, 0-9 and _.'
      when 'mark_source_kind_is_known' then 'kind is binance, binance_futures, coinbase, kraken, alpaca or http.'
      when 'mark_source_exchanges_are_names' then 'exchanges is an array of names as alerts have them, such as BINANCE.'
      when 'mark_source_url_is_http' then 'url begins with https:// and has no user name or password.'
      when 'mark_source_headers_are_texts' then 'headers is an object of texts: of the key, not of the connection.'
      when 'mark_source_paths_are_texts'
        then 'paths is an object of texts: bars, symbol, time, open, high, low, close, time_is.'
      when 'mark_source_jump_is_positive' then 'max_jump_percent is above 0; null: no bar is held back.'
      when 'http_has_its_fields' then 'A source of kind http has a url, and paths for time, open, high, low and close.'
      when 'mark_source_symbols_pkey' then 'Another source has this symbol: take it away there first.'
      when 'mark_symbol_is_a_ticker'
        then 'symbols is an object: the symbol as alerts name it, then what the source calls it, or null.'
      when 'mark_symbol_name_is_plain'
        then 'What the source calls a symbol is at most 64 letters, digits and plain signs.'
      else 'A value has the wrong type.' end);
end;
$$;
comment on function public.upsert_mark_source is
  'Makes a source of live marks, or changes the named settings of one: kind (binance, binance_futures, coinbase, '
  'kraken, alpaca, http), enabled, exchanges (whose symbols it is asked for where nothing else is said), url, headers '
  '(the place of a key), paths (of http), max_jump_percent (a bar further from the last mark is held back; null: none '
  'is), symbols (an object, all of them: the symbol as alerts name it, with or without its exchange, then what the '
  'source calls it; null: as by default). Errors: 22023 unknown field, 23514 or 23502 bad value, 23505 a symbol of '
  'another source.';

create function public.delete_mark_source(source text) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
begin
  delete from trading.mark_sources s where s.name = source;
  perform trading.require(found, 'no source %', 'See list_mark_sources.', 'PT404', source);
  return jsonb_build_object('source', source, 'deleted', true);
end;
$$;
comment on function public.delete_mark_source is 'Removes a source of live marks. Errors: PT404 no such source.';

create function public.list_mark_sources() returns jsonb language sql stable set search_path = ''
  return (select coalesce(jsonb_agg(trading.mark_source_json(s) order by s.name), '[]') from trading.mark_sources s);
comment on function public.list_mark_sources is
  'All sources of live marks: { source, kind, enabled, exchanges, host, headers (names only), paths, max_jump_percent, '
  'resume_at, symbols }. Shows no key.';

-- What is to be marked ----------------------------------------------------------------------------

create type trading.wanted_mark as (
  account text, account_id bigint, symbol text, exchange text, watched_from timestamptz, price numeric,
  marked_at timestamptz
);
comment on type trading.wanted_mark is
  'A symbol that an account holds or has resting orders in, since when (watched_from), and its last mark there.';

create function trading.wanted_marks(at timestamptz) returns setof trading.wanted_mark
  language sql stable set search_path = ''
begin atomic
  with watched as (
    select p.account_id, p.symbol, least(p.seen_from, p.opened_at) as since, null::text as exchange
    from trading.positions p where p.quantity <> 0
    union all
    select o.account_id, o.symbol, least(o.seen_from, o.created_at), o.exchange
    from trading.orders o where case when o.status = 'open' then o.account_id end is not null and o.status = 'open'
  ), wanted as (
    -- A shadow takes no alert of its own: what it holds is marked where it has its marks from.
    select a.name, a.id, w.symbol, coalesce(m.exchange, max(w.exchange), '') as exchange, min(w.since) as since,
      m.price, m.marked_at, s.clock
    from watched w
    left join trading.shadow_accounts f on f.shadow_id = w.account_id
    join trading.accounts a on a.id = coalesce(f.account_id, w.account_id)
    join trading.account_settings s on s.account_id = a.id
    left join trading.marks m on m.account_id = a.id and m.symbol = w.symbol
    group by a.name, a.id, w.symbol, s.clock, m.exchange, m.marked_at, m.price
  )
  select w.name::text, w.id, w.symbol, w.exchange, w.since, w.price, w.marked_at
  from wanted w
  left join trading.live_marks l on l.symbol = w.symbol and l.exchange = w.exchange
  -- History that is played back is not of today: a mark of now would make all of it late. Who has the last live mark,
  -- or a later one, is no history when nobody trades over a long weekend.
  where w.clock = 'arrival' or coalesce(w.marked_at, w.since) > wanted_marks.at - interval '1 day'
     or w.marked_at between l.price_at and l.checked_at and w.marked_at > wanted_marks.at - interval '7 days';
end;
comment on function trading.wanted_marks is
  'What is to be marked at a moment, of all accounts that the caller may see: what is held, or has resting orders, '
  'there or in a shadow. An account on the alerts'' own clock only while it follows the present: its last mark is of '
  'the last day, or of the last week and no older than the last live one.';

create function trading.has_mark_source(symbol text, exchange text) returns boolean
  language sql stable set search_path = ''
  return exists (
    select from trading.mark_sources s
    where s.enabled and (
      case when has_mark_source.exchange = '' then split_part(has_mark_source.symbol, ':', 1)
        else has_mark_source.exchange end = any (s.exchanges)
      or exists (select from trading.mark_source_symbols n where n.source = s.name
                 and n.symbol in (has_mark_source.symbol, has_mark_source.exchange || ':' || has_mark_source.symbol))));
comment on function trading.has_mark_source is
  'Whether a source that is on may be asked for a symbol: by its exchange, or because the operator chose it.';

create function public.claim_marks(
  at timestamptz default now(), lease_seconds integer default 55, at_most integer default 200
) returns jsonb language plpgsql volatile set search_path = '' set statement_timeout = '5s' as $$
declare
  taken constant uuid := gen_random_uuid();
  wanted constant trading.wanted_mark[] := array(
    select w from trading.wanted_marks(at) w where trading.has_mark_source(w.symbol, w.exchange));
  claimed jsonb;
begin
  insert into trading.live_marks (symbol, exchange)
  select distinct w.symbol, w.exchange from unnest(wanted) w order by 1, 2
  on conflict do nothing;
  with asked as (
    select w.symbol, w.exchange,
      jsonb_agg(jsonb_build_object('account', w.account, 'watched_from', w.watched_from,
        'price', trading.decimal(w.price), 'marked_at', w.marked_at) order by w.account) as accounts
    from unnest(wanted) w group by w.symbol, w.exchange
  ), waiting as (
    select l.symbol, l.exchange,
      row_number() over (partition by l.exchange order by l.checked_at nulls first, l.symbol) as place
    from trading.live_marks l join asked a on a.symbol = l.symbol and a.exchange = l.exchange
  ), due as (
    select l.symbol, l.exchange from trading.live_marks l
    join waiting w on w.symbol = l.symbol and w.exchange = l.exchange
    where coalesce(l.leased_until <= claim_marks.at, true)
      and coalesce(l.checked_at < date_trunc('minute', claim_marks.at), true)
    -- Where there are more than fit into a minute all have their turn: of each exchange who waited longest. A slow one
    -- with many symbols holds up none of another.
    order by w.place, l.exchange limit at_most
    for update of l skip locked
  ), leased as (
    update trading.live_marks l
    set lease = taken, leased_until = claim_marks.at + make_interval(secs => lease_seconds)
    from due d where l.symbol = d.symbol and l.exchange = d.exchange
    returning l.symbol, l.exchange, l.read_until, l.price, l.checked_at
  )
  select jsonb_agg(jsonb_build_object('symbol', l.symbol, 'exchange', l.exchange, 'read_until', l.read_until,
    'price', trading.decimal(l.price), 'source', n.source, 'name', n.name, 'accounts', a.accounts,
    'allow_nonpositive', exists (select from trading.instruments i where i.symbol = l.symbol and i.allow_nonpositive))
    order by l.checked_at nulls first, l.symbol, l.exchange)
  into claimed
  from leased l
  join asked a on a.symbol = l.symbol and a.exchange = l.exchange
  left join lateral (
    select n.source, n.name from trading.mark_source_symbols n
    where n.symbol in (l.symbol, l.exchange || ':' || l.symbol)
    order by length(n.symbol) desc limit 1
  ) n on true;
  return jsonb_build_object('lease', taken, 'symbols', coalesce(claimed, '[]'), 'sources', (
    select coalesce(jsonb_agg(jsonb_build_object('name', s.name, 'kind', s.kind, 'exchanges', s.exchanges, 'url', s.url,
      'headers', s.headers, 'paths', s.paths, 'max_jump_percent', trading.decimal(s.max_jump_percent),
      'resume_at', s.resume_at) order by s.name), '[]')
    from trading.mark_sources s where s.enabled));
end;
$$;
comment on function public.claim_marks is
  'What the function marks asks for now: { lease, sources: those that are on, with their keys, symbols: [{ symbol, '
  'exchange, read_until, price, source and name where the operator chose them, allow_nonpositive of the instrument, '
  'accounts: [{ account, watched_from, price, marked_at }] }] }. Each symbol is given to one caller a minute, for '
  'lease_seconds, of each exchange who has waited longest first.';

create function public.record_marks(lease uuid, at timestamptz, results jsonb, pauses jsonb default '{}')
  returns integer language plpgsql volatile set search_path = '' set statement_timeout = '5s' as $$
declare
  said constant trading.live_marks[] := array(select r
    from jsonb_populate_recordset(null::trading.live_marks, results) r);
  jumped trading.live_marks[];
  recorded integer;
begin
  jumped := array(
    select r from unnest(said) r
    join trading.live_marks l on l.symbol = r.symbol and l.exchange = r.exchange and l.lease = record_marks.lease
    where r.problem = 'price_jump' and l.problem is distinct from 'price_jump');
  if jumped <> '{}' then  -- or what is wanted would be looked through for nothing
    perform trading.enqueue_event(a, 'price_jump', jsonb_build_object('symbol', w.symbol, 'source', j.source,
      'exchange', nullif(w.exchange, ''), 'bar', j.held_back, 'mark', trading.decimal(w.price),
      'at', record_marks.at), clock_timestamp())
    from unnest(jumped) j
    join trading.wanted_marks(at) w on w.symbol = j.symbol and w.exchange = j.exchange
    join trading.accounts a on a.id = w.account_id
    order by a.id, w.symbol;
  end if;
  update trading.live_marks l
  set source = (select s.name from trading.mark_sources s where s.name = r.source),
    read_until = greatest(l.read_until, r.read_until), price = coalesce(r.price, l.price),
    price_at = coalesce(r.price_at, l.price_at), checked_at = record_marks.at, problem = r.problem,
    held_back = r.held_back, lease = null, leased_until = null
  from unnest(said) r
  where l.symbol = r.symbol and l.exchange = r.exchange and l.lease = record_marks.lease;
  get diagnostics recorded = row_count;
  update trading.live_marks l set lease = null, leased_until = null where l.lease = record_marks.lease;
  if pauses <> '{}' then
    update trading.mark_sources s set resume_at = p.value::timestamptz from jsonb_each_text(pauses) p
    where s.name = p.key;
  end if;
  return recorded;
end;
$$;
comment on function public.record_marks is
  'How far the holder of a lease of claim_marks came: results as rows of { symbol, exchange, source, read_until, '
  'price, price_at, problem, held_back }; pauses: until when sources asked to be left alone, by name. What is not '
  'among the results is free again. Answers how many were recorded: none whose lease is over. For a bar that is newly '
  'held back, a price_jump event is sent.';

create function public.list_live_marks(account text default 'default')
  returns table (symbol text, exchange text, source text, price text, marked_at timestamptz, read_until timestamptz,
                 checked_at timestamptz, problem text, held_back jsonb)
  language plpgsql stable set search_path = '' set statement_timeout = '2s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  marked constant bigint := coalesce(
    (select s.account_id from trading.shadow_accounts s where s.shadow_id = owned.id), owned.id);
begin
  perform trading.take_read_place('page');
  return query
  select w.symbol, nullif(w.exchange, ''), l.source, trading.decimal(w.price), w.marked_at, l.read_until, l.checked_at,
    l.problem, l.held_back
  from trading.wanted_marks(now()) w
  left join trading.live_marks l on l.symbol = w.symbol and l.exchange = w.exchange
  where w.account_id = marked
  order by w.symbol
  limit 1000;
end;
$$;
comment on function public.list_live_marks is
  'What an account or a shadow of it holds, or has resting orders in, with its last mark (price, marked_at) and the '
  'source that marks it: null when none does. read_until: up to where the source was read, checked_at: when it was '
  'last asked, problem: why that brought nothing (price_jump: held_back is the bar), null when all is well. Errors: '
  'PT404 no such account, PT429 busy.';

revoke execute on function public.upsert_mark_source, public.delete_mark_source, public.list_mark_sources,
  public.claim_marks, public.record_marks, public.list_live_marks from public, anon, authenticated;
grant execute on function trading.wanted_marks, public.list_live_marks to authenticated;
