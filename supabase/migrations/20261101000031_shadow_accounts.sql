-- What an operator does with shadow accounts.

create function trading.find_shadow(account text, shadow text) returns trading.shadow_accounts
  language plpgsql stable set search_path = '' as $$
declare
  found_shadow trading.shadow_accounts;
begin
  select s.* into found_shadow from trading.shadow_accounts s
  join trading.accounts a on a.id = s.shadow_id and a.name = shadow
  join trading.accounts f on f.id = s.account_id and f.name = account;
  if not found then
    raise exception 'account % has no shadow %', account, shadow
      using errcode = 'PT404', hint = 'list_shadow_accounts names those that it has.';
  end if;
  return found_shadow;
end;
$$;
comment on function trading.find_shadow is 'The shadow of that name that follows the account. Errors: PT404.';

create function trading.shadow_json(followed trading.accounts, shadow trading.shadow_accounts) returns jsonb
  language sql stable set search_path = ''
  return jsonb_build_object('account', followed.name,
    'shadow', (select a.name from trading.accounts a where a.id = shadow.shadow_id),
    'size_factor', trading.decimal(shadow.size_factor), 'behind', trading.count_behind(shadow),
    'failure', shadow.failure);
comment on function trading.shadow_json is 'A shadow as the RPCs that change one answer it.';

create function public.upsert_shadow_account(
  account text, shadow text, settings jsonb default '{}', size_factor numeric default null,
  initial_cash numeric default null
) returns jsonb language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  followed constant trading.accounts := trading.lock_account(account);
  held constant trading.portfolio := trading.load_portfolio(followed);
  created_id bigint;
  kept trading.shadow_accounts;
begin
  perform trading.require(
    size_factor is null or size_factor > 0 and size_factor <= 1000 and scale(trim_scale(size_factor)) <= 6,
    'size_factor must be above 0 and at most 1000, with at most 6 decimals', 'Leave it out for the same size, 1.');
  if exists (select from trading.shadow_accounts s join trading.accounts a on a.id = s.shadow_id and a.name = shadow
    where s.account_id = followed.id) then
    perform trading.require(initial_cash is null, '% has begun already',
      'Leave initial_cash out, or begin it anew with reset_account.', 'PT409', shadow);
    perform public.update_account_settings(shadow, settings);
  else
    perform trading.require(followed.role <> 'shadow', '% is a shadow itself',
      'Have the new one follow the same account as this does.', 'PT409', followed.name);
    perform trading.require((select count(*) from trading.shadow_accounts s where s.account_id = followed.id) < 10,
      '% has ten shadows', 'Each is booked with every alert: remove one first.', 'PT409', followed.name);
    perform public.create_account(shadow,
      coalesce(initial_cash, greatest(0, trunc(held.cash + held.holdings_value, 18))),
      followed.currency, followed.owner_id,
      (select trading.settings_json(s) from trading.account_settings s where s.account_id = followed.id) || settings);
    update trading.accounts a set role = 'followed' where a.id = followed.id and a.role <> 'followed';
    update trading.accounts a set role = 'shadow' where a.name = shadow returning a.id into created_id;
    insert into trading.shadow_accounts (shadow_id, account_id, epoch, after_alert_id)
    values (created_id, followed.id, followed.epoch, trading.newest_alert(followed.id, followed.epoch));
  end if;
  update trading.shadow_accounts s
    set size_factor = coalesce(trim_scale(upsert_shadow_account.size_factor), s.size_factor)
  where s.shadow_id = (select a.id from trading.accounts a where a.name = shadow)
  returning s.* into kept;
  perform trading.log_event(trading.lock_account(shadow), 'shadow',
    jsonb_build_object('follows', followed.name, 'size_factor', trading.decimal(kept.size_factor)));
  return trading.shadow_json(followed, kept);
end;
$$;
comment on function public.upsert_shadow_account is
  'An account that follows another: from now on every alert of the account is booked into it as well, under settings '
  'of its own. Made when it is not there: with the account''s owner, currency and settings, changed by settings, and '
  'initial_cash (what the account is worth now, where it is left out), and without a position. Otherwise its settings '
  'are changed, as update_account_settings does. size_factor: every size that an alert names is multiplied by this. '
  'Errors: PT404 no such account, PT400 bad size_factor, PT409 it is a shadow itself, has ten, or initial_cash for one '
  'that has begun, 23505 the name is another account''s, 22023 unknown setting, 23514 value out of range.';

create function public.remove_shadow_account(account text, shadow text) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' as $$
declare
  followed constant trading.accounts := trading.lock_account(account);
  removed constant trading.shadow_accounts := trading.find_shadow(account, shadow);
begin
  perform trading.log_event(trading.lock_account(shadow), 'shadow', jsonb_build_object('follows', null));
  delete from trading.shadow_accounts s where s.shadow_id = removed.shadow_id;
  update trading.accounts a set role = 'plain'
  where a.id = removed.shadow_id
    or a.id = followed.id and not exists (select from trading.shadow_accounts s where s.account_id = followed.id);
  return jsonb_build_object('account', followed.name, 'shadow', shadow);
end;
$$;
comment on function public.remove_shadow_account is
  'Ends that a shadow follows its account. What it has booked stays, in a plain account. Errors: PT404 no such account '
  'or shadow.';

create function public.catch_up_shadow_account(account text, shadow text, at_most integer default 1000) returns jsonb
  language plpgsql volatile set search_path = '' set lock_timeout = '2s' set statement_timeout = '30s'
  set plan_cache_mode = 'force_generic_plan' set enable_seqscan = 'off' set jit = 'off' as $$
declare
  asked constant trading.shadow_accounts := trading.find_shadow(account, shadow);
  size integer := 256;
  done integer := 0;
  step integer;
begin
  perform trading.require(at_most between 1 and 10000, 'at_most must be between 1 and 10000',
    'Call again while it is behind.');
  perform trading.lock_account(shadow);
  loop
    step := trading.follow(asked.shadow_id, least(size, at_most - done));
    exit when step = 0 or step is null and size = 1;
    size := case when step is null then 1 else size end;  -- up to the one that fails
    done := done + coalesce(step, 0);
    exit when done >= at_most;
  end loop;
  return trading.shadow_json(trading.find_account(account), trading.find_shadow(account, shadow))
    || jsonb_build_object('booked', done);
end;
$$;
comment on function public.catch_up_shadow_account is
  'Books into a shadow what it has missed, at most so many alerts, each once, in order and at the times at which they '
  'came; answers how many (booked) and how many are left (behind). failure: why the next one cannot be booked. Errors: '
  'PT404 no such account or shadow, PT400 bad at_most.';

create function public.list_shadow_accounts(account text default 'default') returns table (
  shadow text, size_factor text, differs jsonb, equity text, net_pnl text, behind bigint, behind_since timestamptz,
  failure text, failed_at timestamptz
) language plpgsql stable set search_path = '' set statement_timeout = '2s' as $$
declare
  owned constant trading.accounts := trading.find_account(account);
  own constant jsonb := (select trading.settings_json(s) from trading.account_settings s where s.account_id = owned.id);
begin
  perform trading.take_read_place('page');
  return query
  select a.name::text, trading.decimal(s.size_factor),
    (select coalesce(jsonb_object_agg(d.key, d.value), '{}') from jsonb_each(trading.settings_json(c)) d
      where d.value is distinct from own -> d.key),
    p.equity, trading.decimal(p.equity::numeric - p.deposits::numeric), trading.count_behind(s),
    (select b.received_at from generate_series(s.epoch, owned.epoch) e (epoch)
     cross join lateral (
       select n.id, n.received_at from trading.alerts n
       where n.account_id = owned.id and n.epoch = e.epoch and n.id + 0 > s.after_alert_id
       order by n.id + 0 limit 1) b
     order by b.id limit 1),
    s.failure, s.failed_at
  from trading.shadow_accounts s
  join trading.accounts a on a.id = s.shadow_id
  join trading.account_settings c on c.account_id = s.shadow_id
  cross join lateral public.portfolio_summary(a.name) p
  where s.account_id = owned.id
  order by a.name;
end;
$$;
comment on function public.list_shadow_accounts is
  'The shadows of an account, by name: size_factor; differs: their settings that are others than the account''s; '
  'equity and net_pnl, as decimal strings; behind: how many alerts of the account they have not booked, and '
  'behind_since when the first of these came; failure: why it could not be booked. Errors: PT404 no such account, '
  'PT429 busy.';

revoke execute on function public.upsert_shadow_account, public.remove_shadow_account, public.catch_up_shadow_account,
  public.list_shadow_accounts from public, anon, authenticated;
grant execute on function public.list_shadow_accounts to authenticated;
