#!/bin/sh
# One backup: the database, the files and the seals of the audit trail. It is read back before it
# counts. The keys (FIELD_KEYS and the others in samspil.env) are not in it, on purpose: keep them
# elsewhere, or whoever finds the backup can read the patients.
set -eu
umask 077

: "${DATABASE_URL:?}" "${KEEP_DAYS:=30}"
name="samspil-$(date -u +%Y%m%dT%H%M%SZ)"
to=${BACKUPS:-/backups}
part="$to/$name.part"
mkdir "$part"
trap 'rm -rf "$part"' EXIT

pg_dump --format=custom --no-password --file="$part/database.dump" "$DATABASE_URL"
pg_restore --list "$part/database.dump" >"$part/contents.txt"
grep -q 'TABLE DATA public audit_entry' "$part/contents.txt"
tar -C "${FILES_FROM:-/}" -cf "$part/files.tar" media seals
(cd "$part" && sha256sum database.dump files.tar >SHA256SUMS && sha256sum -c --quiet SHA256SUMS)

mv "$part" "$to/$name"
trap - EXIT
find "$to" -mindepth 1 -maxdepth 1 -name 'samspil-*Z' -mtime "+$KEEP_DAYS" -exec rm -rf {} +
echo "backup: $to/$name"
