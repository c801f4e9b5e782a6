# shellcheck shell=bash disable=SC2154 # scripts/demo sets what it uses
# Part of scripts/demo: two servers on one PostgreSQL and one Redis, and a proxy before them. Source it.

nodes=() proxy_process=''

# Its health tells the proxy where to go; one that dies is started again after a while, on its ports.
keep_node() {
  local child=''
  trap '' INT # of a terminal: stop_cluster tells when to end, and waits
  trap 'kill -TERM "$child" 2>/dev/null; wait "$child"; exit' TERM
  while true; do
    "$root/build/release/bin/call_server" --port "$2" --admin-port "$3" --trusted-proxy 127.0.0.1 \
      --web "$root/examples/call_server/web" "${arguments[@]}" </dev/null >>"$folder/$1.log" 2>&1 &
    child=$!
    printf '%s is process %s\n' "$1" "$child"
    ! wait "$child" 2>/dev/null || return 0
    printf '%s died; the other one goes on, and it is started again in five seconds\n' "$1"
    sleep 5
  done
}

proxy_config() {
  cat <<EOT
defaults
  mode http
  option forwardfor
  option redispatch
  timeout connect 1s
  timeout client 75s
  timeout server 75s
  timeout tunnel 1h
frontend page
  bind 127.0.0.1:$port
  default_backend nodes
backend nodes
  balance roundrobin
  option httpchk
  http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host 127.0.0.1
  default-server inter 300ms fall 1 rise 1 on-marked-down shutdown-sessions
  server node-1 127.0.0.1:$1 check port $2
  server node-2 127.0.0.1:$3 check port $4
EOT
}

# On the servers that scripts/with_postgres and scripts/with_redis have started.
start_cluster() {
  export MESSENGER_DATABASE=$MESSENGER_TEST_POSTGRES MESSENGER_PRESENCE=$MESSENGER_TEST_REDIS
  CALL_SERVER_SECRET=${CALL_SERVER_SECRET:-$(secret)}
  export CALL_SERVER_SECRET
  [[ $port != 0 ]] || port=$(free_port)
  local at ports=()
  for at in 1 2; do
    ports+=("$(free_port)" "$(free_port)")
    keep_node "node-$at" "${ports[@]: -2}" &
    nodes+=($!)
    wait_for "${ports[-2]}" "$!" || { tail -n 20 "$folder/node-$at.log" >&2; fail 1 "a server does not start"; }
  done
  proxy_config "${ports[@]}" >"$folder/proxy.cfg"
  haproxy -db -f "$folder/proxy.cfg" >"$folder/proxy.log" 2>&1 </dev/null &
  proxy_process=$!
  wait_for "$port" "$proxy_process" || { tail -n 20 "$folder/proxy.log" >&2; fail 1 "the proxy does not start"; }
  step "Open http://127.0.0.1:$port/ in two browsers, sign in as two people, and call; kill a node meanwhile. Ctrl-C ends it"
  [[ ! $open ]] || open_windows
  wait "$proxy_process" || true
  proxy_process=''
  fail 1 "the proxy ended"
}

stop_cluster() {
  local each
  for each in "$proxy_process" "${nodes[@]}"; do
    [[ ! $each ]] || kill -TERM "$each" 2>/dev/null || true
  done
  for each in "$proxy_process" "${nodes[@]}"; do
    [[ ! $each ]] || wait "$each" 2>/dev/null || true
  done
}
