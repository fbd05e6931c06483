#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A private PostgreSQL server for tests, on a Unix socket in its own folder:
#   postgres_cluster.sh start DIR [on|off [citus]]
#                                            fsync on or off (off); trusts whoever reaches the socket;
#                                            with the extension Citus, which must be installed
#   postgres_cluster.sh halt DIR             stops it at once, as a crash would; start goes on with it
#   postgres_cluster.sh stop DIR             stops it and removes the folder
# The connection string is "host=DIR user=relata dbname=postgres". PostgreSQL refuses to run as root,
# so under root it runs as the user postgres. RELATA_POSTGRES_BIN names the folder of another server's
# programs than the newest of the system.

set -eu
command=$1
dir=$2
fsync=${3:-off}
extension=${4:-}
bin=${RELATA_POSTGRES_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)}
if [ -z "$bin" ]; then
  bin=$(dirname "$(command -v pg_ctl)")
fi

as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

# One node that knows itself by its socket, so that nothing listens to the network.
spread="-c shared_preload_libraries=citus -c citus.local_hostname=$dir \
  -c citus.enable_statistics_collection=off"

running() { [ -f "$dir/data/postmaster.pid" ] && as_postgres "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; }

start() {
  if running; then return; fi
  mkdir -p "$dir"
  if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
  if [ ! -f "$dir/data/PG_VERSION" ]; then
    as_postgres "$bin/initdb" -D "$dir/data" -U relata --auth=trust --encoding=UTF8 --locale=C \
      --no-sync >"$dir.initdb.log" 2>&1 || { cat "$dir.initdb.log" >&2; exit 1; }
    rm -f "$dir.initdb.log"
  fi
  rm -f "$dir/data/postmaster.pid"
  as_postgres "$bin/pg_ctl" -D "$dir/data" -l "$dir/data/server.log" -w -t 60 \
    -o "-c listen_addresses= -c unix_socket_directories=$dir -c fsync=$fsync \
        -c full_page_writes=$fsync -c max_connections=300 -c shared_buffers=128MB \
        -c max_prepared_transactions=0 -c log_min_messages=fatal ${extension:+$spread}" \
    start >/dev/null || { tail -n 20 "$dir/data/server.log" >&2; exit 1; }
  if [ -n "$extension" ]; then
    "$bin/psql" -qX -h "$dir" -U relata -d postgres -c "CREATE EXTENSION IF NOT EXISTS $extension"
  fi
}

case $command in
  start) start ;;
  halt) if running; then as_postgres "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null; fi ;;
  stop)
    if running; then as_postgres "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null; fi
    rm -rf "$dir"
    ;;
  *) echo "postgres_cluster.sh: unknown command $command" >&2; exit 2 ;;
esac
