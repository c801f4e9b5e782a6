#!/bin/sh
# check_clean.sh PROGRAM: runs it three times at once, and passes when all went well and left no file where temporary files go.
set -u
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/temporary" "$folder/elsewhere"
cd "$folder/elsewhere" || exit 1
for each in 1 2 3; do
  (TMPDIR="$folder/temporary" "$1" >"$folder/said.$each" 2>&1 || touch "$folder/failed") &
done
wait
left=$(find "$folder/temporary" "$folder/elsewhere" -mindepth 1)
if [ -e "$folder/failed" ] || [ "$left" ]; then
  cat "$folder"/said.*
  printf 'failed, or left behind: %s\n' "$left"
  exit 1
fi
echo "nothing left"
