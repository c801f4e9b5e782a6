#!/usr/bin/env bash
# Ctrl-C ends the loop cleanly, in the middle of a call. Usage: check_stop.sh PROGRAM
set -euo pipefail

coproc host { exec "$1"; }
pid=$host_PID
# Ends of our own: bash closes those of a coprocess as soon as it has seen it end.
exec {output}<&"${host[0]}" {input}>&"${host[1]}"
echo 'start alice' >&"$input"
while IFS= read -r -u "$output" line; do
  printf '%s\n' "$line"
  # Not before: the program says this once it is listening for signals, and the call is there.
  [[ $line != *'the room is ready'* ]] || kill -INT "$pid"
done
wait "$pid"
