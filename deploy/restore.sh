#!/bin/sh
# Puts one backup back: `restore.sh /backups/samspil-20270101T030000Z`. The database must be new and
# hold no tables yet, so that nobody restores over live data by mistake. Afterwards run
# `manage.py bootstrap_database` and `manage.py verify_audit`.
set -eu

: "${DATABASE_URL:?}"
backup=${1:?which backup?}
(cd "$backup" && sha256sum -c --quiet SHA256SUMS)
tables=$(psql --no-psqlrc --tuples-only --no-align --command \
	"SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" "$DATABASE_URL")
if [ "$tables" -ne 0 ]; then
	echo "restore: the database already holds $tables tables; make a new one first" >&2
	exit 1
fi
pg_restore --no-owner --exit-on-error --single-transaction --dbname="$DATABASE_URL" \
	"$backup/database.dump"
if [ -n "${FILES_TO:-}" ]; then
	tar -C "$FILES_TO" -xf "$backup/files.tar"
fi
echo "restore: done"
