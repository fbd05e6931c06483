#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run_example.sh EXPECTED COMMAND...: runs COMMAND in an empty folder. It has to end with status 0,
# and to print what the file EXPECTED holds when there is one.

set -eu
expected=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$@" >"$folder/output" </dev/null || {
  status=$?
  cat "$folder/output"
  exit "$status"
}
if [ -f "$expected" ]; then
  diff -u --label README.md "$expected" --label printed "$folder/output"
else
  cat "$folder/output"
fi
