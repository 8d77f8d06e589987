-- Tables of the textbook receiver: what most webhook-to-paper-trade projects have.
drop schema if exists textbook cascade;
create schema textbook;
create table textbook.accounts (id int primary key, cash numeric not null);
create table textbook.positions (symbol text primary key, quantity numeric not null, average_price numeric not null, realized numeric not null);
create table textbook.trades (
  id bigint generated always as identity primary key, alert_id text unique not null, symbol text not null, side text not null,
  quantity numeric not null, price numeric not null, realized numeric not null, created_at timestamptz not null default now()
);
insert into textbook.accounts values (1, 1000000);
