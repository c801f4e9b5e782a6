# shellcheck shell=bash disable=SC2034 # what it sets is for those who source it
# Shared by the scripts: where the project is, how they speak, and what they install. Source it; it changes nothing by itself.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
script=$(basename "$0")
cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

# One compiler cache serves all build folders and clones.
export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=include_file_mtime,include_file_ctime

trap 'printf "\n%s: stopped\n" "$script" >&2; exit 130' INT
trap 'printf "\n%s: stopped\n" "$script" >&2; exit 143' TERM

if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
  bold='' red='' green='' plain=''
fi

step() { printf '%s== %s%s\n' "$bold" "$*" "$plain"; }

# fail STATUS TEXT…: 2 is for what the person who typed the command can mend: an option, a missing package.
fail() {
  local status=$1
  shift
  printf '%s%s: %s%s\n' "$red" "$script" "$*" "$plain" >&2
  exit "$status"
}

# top_help WORD…: for a script whose help is the comment at its top.
top_help() {
  [[ ${1:-} == -h || ${1:-} == --help ]] || return 0
  sed -n '2,/^[^#]/ s/^# \{0,1\}//p' "$0"
  exit 0
}

usage_error() { fail 2 "$* (see $script --help)"; }

# What the builds and checks need: group | Debian package | how to see it without dpkg | what to say to a person.
requirements='
core   | g++                 | cmd:g++                        | g++ 12 or later (C++20)
core   | cmake               | cmd:cmake                      | CMake 3.25 or later
core   | ninja-build         | cmd:ninja                      | Ninja
core   | pkg-config          | cmd:pkg-config                 | pkg-config
core   | libboost-dev        | hdr:boost/signals2.hpp         | Boost 1.74 or later, headers only
core   | libsqlite3-dev      | hdr:sqlite3.h                  | SQLite 3.37 or later
core   | libsqlitecpp-dev    | hdr:SQLiteCpp/SQLiteCpp.h      | SQLiteCpp 3.2 or later
core   | libfmt-dev          | hdr:fmt/format.h               | fmt 9 or later
core   | libexpected-dev     | hdr:tl/expected.hpp            | tl-expected 1.0 or later
core   | nlohmann-json3-dev  | hdr:nlohmann/json.hpp          | nlohmann-json 3.11 or later
core   | libcurl4-openssl-dev | hdr:curl/curl.h               | libcurl 7.74 or later
core   | libssl-dev          | hdr:openssl/hmac.h             | OpenSSL 1.1.1 or later
core   | libpq-dev           | hdr:postgresql/libpq-fe.h      | libpq 14 or later
core   | libhiredis-dev      | hdr:hiredis/hiredis.h          | hiredis 0.14 or later
core   | catch2              | hdr:catch2/catch.hpp           | Catch2 2.13 (tests)
core   | libcli11-dev        | hdr:CLI/CLI.hpp                | CLI11 2.1 or later (examples/call_server)
core   | prometheus-cpp-dev  | hdr:prometheus/registry.h      | prometheus-cpp 1.0 or later
page   | nodejs              | cmd:node                       | Node.js 18 or later
page   | npm                 | cmd:npm                        | npm
janus  | janus               | cmd:janus                      | Janus 1.1 or later (the tests of its driver start one of their own)
postgres | postgresql        | cmd:initdb                     | PostgreSQL 13 or later (the tests of its storage start one of their own)
postgres | pgbouncer         | file:/usr/sbin/pgbouncer       | PgBouncer (the tests of its storage start one of their own)
redis  | redis-server        | cmd:redis-server               | Redis 6 or later (the tests of its adapters start one of their own)
network | iproute2           | cmd:ip                         | ip, of iproute2
proxy  | haproxy             | cmd:haproxy                    | HAProxy 2.2 or later
ccache | ccache              | cmd:ccache                     | ccache (optional: quicker rebuilds)
python | python3             | cmd:python3                    | Python 3.9 or later
clang  | clang               | cmd:clang++                    | clang 14 or later
embedding | clang            | cmd:clang++                    | clang 14
embedding | clang-16         | cmd:clang++-16                 | clang 16
embedding | libc++-16-dev    | file:/usr/lib/llvm-16/include/c++/v1/version | libc++ 16
embedding | libc++abi-16-dev | file:/usr/lib/llvm-16/lib/libc++abi.so | libc++ 16
embedding | git              | cmd:git                        | git
packages | dpkg-dev          | cmd:dpkg-buildpackage          | dpkg-dev
packages | debhelper         | cmd:dh                         | debhelper 13
packages | fakeroot          | cmd:fakeroot                   | fakeroot
packages | lintian           | cmd:lintian                    | lintian
packages | debootstrap       | cmd:debootstrap                | debootstrap
packages | git               | cmd:git                        | git
abi    | abigail-tools       | cmd:abidiff                    | libabigail
rt     | libclang-rt-dev     | rt:fuzzer                      | the sanitizer and fuzzer runtime of clang
tidy   | clang-tidy          | cmd:clang-tidy                 | clang-tidy 14
format | clang-format        | cmd:clang-format               | clang-format 14
shell  | shellcheck          | cmd:shellcheck                 | shellcheck
site   | mkdocs-material     | file:/usr/share/mkdocs/themes/material/main.html | mkdocs 1.4 with mkdocs-material 8.2
site   | doxygen             | cmd:doxygen                    | Doxygen 1.9.4
windows | chromium           | cmd:chromium                   | Chromium
browser | chromium           | cmd:chromium                   | Chromium
browser | iproute2           | cmd:ip                         | ip, of iproute2
'

# requirements_of GROUP…: the lines of these groups, without blanks.
requirements_of() {
  local group package probe text wanted
  while IFS='|' read -r group package probe text; do
    group=${group// /}
    [[ $group ]] || continue
    for wanted in "$@"; do
      [[ $group == "$wanted" ]] && printf '%s|%s|%s|%s\n' "$group" "${package// /}" "${probe// /}" "${text# }"
    done
  done <<<"$requirements"
  return 0
}

# is_there PROBE: for what no package manager knows of, such as a compiler under /usr/local.
is_there() {
  case $1 in
    cmd:*) command -v "${1#cmd:}" >/dev/null ;;
    file:*) [[ -e ${1#file:} ]] ;;
    rt:*) echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' |
      clang++ -fsanitize="${1#rt:}" -x c++ - -o /dev/null 2>/dev/null ;;
    hdr:*) command -v c++ >/dev/null && c++ -std=c++20 -fsyntax-only -include "${1#hdr:}" -x c++ /dev/null 2>/dev/null ;;
  esac
}

# missing_of GROUP…: the lines of what is missing. When nothing is missing, this is one call of dpkg-query.
missing_of() {
  local lines group package probe text installed=''
  lines=$(requirements_of "$@")
  if command -v dpkg-query >/dev/null; then
    # shellcheck disable=SC2046 # package names hold no blanks
    installed=$(dpkg-query -W -f '${db:Status-Status}|${Package}\n' $(cut -d'|' -f2 <<<"$lines") 2>/dev/null || true)
  fi
  while IFS='|' read -r group package probe text; do
    [[ $'\n'"$installed"$'\n' == *$'\n'"installed|$package"$'\n'* ]] && continue
    is_there "$probe" && continue
    printf '%s|%s|%s|%s\n' "$group" "$package" "$probe" "$text"
  done <<<"$lines"
}

# need GROUP…: installs what is missing of these groups. Does and prints nothing when all is there.
need() {
  local missing packages
  missing=$(missing_of "$@")
  # What is only optional is installed along with the rest, and never asked for by itself.
  [[ $(grep -vc '^ccache|' <<<"$missing") -gt 0 && $missing ]] || return 0
  mapfile -t packages < <(cut -d'|' -f2 <<<"$missing")
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    install_packages "${packages[@]}"
  else
    {
      printf '%s: this is not a Debian or Ubuntu system; please install:\n' "$script"
      cut -d'|' -f4 <<<"$missing" | sed 's/^/  - /'
    } >&2
    exit 2
  fi
}

# install_packages PACKAGE…
install_packages() {
  local log as_root=()
  if [[ $(id -u) != 0 ]]; then
    if ! command -v sudo >/dev/null; then
      fail 2 "missing packages, and neither root nor sudo to install them. As root: apt-get install --no-install-recommends $*"
    fi
    as_root=(sudo)
    if [[ ! -t 0 ]]; then
      sudo -n true 2>/dev/null || fail 2 "missing packages, and sudo asks for a password. Please run: sudo apt-get install --no-install-recommends $*"
    fi
  fi
  log=$(mktemp)
  step "Installing what is missing: $*"
  printf '   refreshing the package lists\n'
  "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update </dev/null >"$log" 2>&1 || printf '   that failed; trying with the lists as they are\n'
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o APT::Status-Fd=1 \
    install --no-install-recommends "$@" </dev/null 2>&1 | install_progress "$log"; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    fail 2 "apt-get could not install: $*"
  fi
  rm -f "$log"
}

# install_progress LOG: turns apt's status lines into one line that moves on a terminal, or a line for each fifth elsewhere.
install_progress() {
  local line kind percent task shown=-1
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$1"
    case $line in
      dlstatus:* | pmstatus:*) IFS=':' read -r kind _ percent task <<<"$line" ;;
      *) continue ;;
    esac
    percent=${percent%%.*}
    [[ $kind == dlstatus ]] && task='downloading' || task='installing'
    if [[ -t 1 ]]; then
      printf '\r   %-12s %3s %%' "$task" "$percent"
      shown=$percent
    elif [[ "$task$((percent / 20))" != "$shown" ]]; then
      shown="$task$((percent / 20))"
      printf '   %-12s %3s %%\n' "$task" "$percent"
    fi
  done
  [[ ! -t 1 || $shown == -1 ]] || printf '\n'
}

# configure PRESET [CMAKE OPTION…]: makes build/PRESET when it is not there yet, or when the presets are newer; Ninja sees to the
# rest. With options always.
configure() {
  local preset=$1 log
  local folder="$root/build/$preset"
  shift
  if [[ $# -gt 0 || ! -f $folder/build.ninja || $root/CMakePresets.json -nt $folder/build.ninja ]]; then
    printf '   configuring build/%s\n' "$preset"
    mkdir -p "$folder"
    log="$folder/configure.log"
    if ! (cd "$root" && cmake --preset "$preset" "$@") >"$log" 2>&1 </dev/null; then
      tail -n 40 "$log" >&2
      return 1
    fi
  fi
}

# build PRESET [TARGET…]: with all cores, or with $jobs of them.
build() {
  local preset=$1
  shift
  local targets=()
  [[ $# == 0 ]] || targets=(--target "$@")
  (cd "$root" && cmake --build --preset "$preset" --parallel "${jobs:-$cores}" "${targets[@]}") </dev/null
}

# A command that runs ctest.
test_launcher=()

# run_tests PRESET [CTEST OPTION…]: runs ctest, more tests than cores because many of them wait for a server, and leaves what it counted in $tests_passed and $tests_failed.
run_tests() {
  local preset=$1 status=0 report head total failed skipped
  shift
  report="$root/build/$preset/ctest.xml"
  rm -f "$report"
  "${test_launcher[@]}" ctest --test-dir "$root/build/$preset" --parallel "${jobs:-$((cores + 2))}" --output-on-failure --no-tests=error \
    --output-junit "$report" "$@" </dev/null || status=$?
  tests_passed=0 tests_failed=0
  [[ -f $report ]] || return 1
  head=$(grep -m1 -A8 '<testsuite' "$report" | tr '\n\t' '  ')
  total=$(sed -n 's/.*[" ]tests="\([0-9]*\)".*/\1/p' <<<"$head")
  failed=$(sed -n 's/.*[" ]failures="\([0-9]*\)".*/\1/p' <<<"$head")
  skipped=$(sed -n 's/.*[" ]skipped="\([0-9]*\)".*/\1/p' <<<"$head")
  tests_failed=${failed:-0}
  tests_passed=$((${total:-0} - tests_failed - ${skipped:-0}))
  return "$status"
}

# check NAME COMMAND…: runs it and says how it went; its output goes to $work/log, and is shown only when it failed. Counts in $passed and
# $failed.
passed=0 failed=0
check() {
  local name=$1 log="${work:?}/log" status
  shift
  # In a shell of its own and outside of any condition, so that the first command that fails ends the check.
  set +e
  (set -e; "$@") >"$log" 2>&1 </dev/null
  status=$?
  set -e
  if [[ $status == 0 ]]; then
    printf '   %-58s %sok%s\n' "$name" "$green" "$plain"
    passed=$((passed + 1))
  else
    printf '   %-58s %sfailed%s\n' "$name" "$red" "$plain"
    tail -n 40 "$log" | sed 's/^/      | /'
    failed=$((failed + 1))
  fi
}

# install_build FOLDER PREFIX: installs elsewhere first and moves the tree, as a package manager does.
install_build() {
  rm -rf "$2" "$2.staged"
  cmake --install "$1" --prefix "$2.staged" >/dev/null
  mv "$2.staged" "$2"
}

# shared_build: all libraries shared, in build/embedding, compiled as fast as can be, with what debuggers and abidiff read. The folder is
# configured for static ones first: BUILD_SHARED_LIBS counts also where a folder was configured before.
shared_build() {
  local folder="$root/build/embedding/shared-build"
  if [[ ! -e $folder/build.ninja ]]; then
    cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_UNITY_BUILD=ON -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG="-O0 -g" \
      -DMESSENGER_CHECK_HEADERS=OFF -DMESSENGER_BUILD_EXAMPLES=OFF -DMESSENGER_BUILD_BENCH=OFF
  fi
  cmake -S "$root" -B "$folder" -DBUILD_SHARED_LIBS=ON
  cmake --build "$folder" --parallel "${jobs:-$cores}" --target messenger_installed
}
