#!/bin/sh
# Run once, by PostgreSQL's image, when the database is new. `manage.py bootstrap_database` gives the
# rights; here are only the logins, because a login needs a password and a superuser.
#
# Nobody who serves pages owns a table: that is what the second wall (row-level security) stands on.
set -eu

psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
	--set=owner_password="$OWNER_PASSWORD" \
	--set=app_password="$APP_PASSWORD" \
	--set=worker_password="$WORKER_PASSWORD" <<'SQL'
CREATE ROLE portal_owner LOGIN CREATEROLE PASSWORD :'owner_password';
CREATE ROLE portal_app LOGIN PASSWORD :'app_password';
CREATE ROLE portal_worker LOGIN PASSWORD :'worker_password';
CREATE ROLE portal_reporting NOLOGIN;
CREATE ROLE portal_sealer NOLOGIN;
GRANT portal_app, portal_worker, portal_reporting, portal_sealer TO portal_owner WITH ADMIN OPTION;
-- The worker seals the trail as this role and as no other: it must take the role on to have its
-- rights. NOINHERIT before the grant says so on PostgreSQL 15 and later alike.
ALTER ROLE portal_worker NOINHERIT;
GRANT portal_sealer TO portal_worker;
CREATE DATABASE samspil OWNER portal_owner;
REVOKE ALL ON DATABASE samspil FROM PUBLIC;
GRANT CONNECT ON DATABASE samspil TO portal_app, portal_worker, portal_reporting, portal_sealer;
SQL
