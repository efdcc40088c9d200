#!/bin/sh
# take-over.sh [COMMIT]: an earlier capsuled starts containers, then today's takes them over in the same running capsule.
#
# Builds the rootfs of COMMIT (default: the first one of the issue about cells) in a worktree of its own, starts it in a
# lab, and replaces capsuled and the programs. Processes, data, ports, addresses and back-off must go on, and the workloads
# must be cells. Needs root, and what `npm test` installs; the rootfs takes about eight minutes to build, once.
#
# Passed for 8c0311b, which has no cells yet, on 2026-11-30.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd -P)
fail() { echo "take-over: $1" >&2; exit 1; }

# The earlier programs may be bundled with packages that today's checkout does not install. No verb used here calls them.
stand_in() {
  "$root/node_modules/.bin/node" -e '
    const { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
    process.chdir(process.argv[1]);
    const names = globSync("packages/*/package.json").flatMap((path) =>
      Object.keys(JSON.parse(readFileSync(path, "utf8")).dependencies ?? {}));
    for (const folder of names.map((name) => `node_modules/${name}`)) {
      if (existsSync(folder)) continue;
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${folder}/index.js`, "module.exports = {};");
    }' "$1"
}

if [ "${1:-}" != --inside ]; then
  commit=${1:-871074e8}
  old=$(mktemp -d)/old
  trap 'git -C "$root" worktree remove --force "$old"' EXIT
  git -C "$root" worktree add --quiet --detach "$old" "$commit"
  cp -al "$root/node_modules" "$old/node_modules"
  stand_in "$old"
  # The newest layers in the cache are then those of this checkout.
  "$root/node_modules/.bin/node" "$root/packages/testkit/src/prepare.ts"
  cd "$old"
  exec_lab() { PATH="$old/node_modules/.bin:$PATH" node packages/testkit/src/lab/main.ts "$@"; }
  exec_lab sh "$root/test/soak/take-over.sh" --inside "$root" "$old"
  exit
fi

new=$2/bin old=$3/bin
layer() { ls -td "${CAPSULE_CACHE:-/var/cache/capsule}/entry/$1"-*/tree | head -1; }
pids() { pgrep -f 'sleep 271828' | sort | tr '\n' ' '; }

"$old/capsulectl" apply --no-wait -f - <<MANIFEST
kind: Volume
name: data
size: 64MiB
---
kind: Container
name: keeper
container:
  image: docker.io/library/alpine:3.20
  command: [sh, -c, "echo kept > /data/f; exec sleep 271828"]
  mounts: [{volumeName: data, mountPath: /data}]
  ports: [{containerPort: 80, hostPort: 18083}]
---
kind: Container
name: failing
container:
  image: docker.io/library/alpine:3.20
  restartPolicy: always
  command: [sh, -c, "exit 3"]
MANIFEST
tries=0
until [ -n "$(pids)" ] && "$old/capsulectl" workload get failing -o json | grep -q BackOff; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || fail 'the earlier capsule does not run the containers'
  sleep 1
done
before=$(pids)
address=$("$old/capsulectl" workload get keeper -o json | grep '"address"')

capsuled=$(ps -o pid=,args= --ppid "$CAPSULE_LAB_PID" | awk '/capsuled.cjs/ {print $1}')
[ -n "$capsuled" ] || fail 'the capsuled of the lab is not found'
for part in capsuled cli; do cp -a --remove-destination "$(layer $part)/." "/proc/$capsuled/root/"; done
for program in capsule-files capsule-log; do
  cp -a --remove-destination "$(layer native)/usr/bin/$program" "/proc/$capsuled/root/usr/bin/"
done
kill -9 "$capsuled"
tries=0
until "$new/capsulectl" workload list >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || fail 'the new capsuled does not answer'
  sleep 1
done

[ "$(pids)" = "$before" ] || fail "the process of keeper changed: $before, then $(pids)"
"$new/capsulectl" workload get keeper -o json | grep -q "$address" || fail 'the address changed'
"$new/kuke" get cells | grep -Eq '^keeper +main +default +default +Ready' || fail 'keeper is no cell'
"$new/capsulectl" workload get failing -o json | grep -q BackOff || fail 'the back-off of failing is lost'
[ "$("$new/capsulectl" workload exec keeper -- cat /data/f)" = kept ] || fail 'the data is lost'
"$new/capsulectl" workload restart keeper
[ "$("$new/capsulectl" workload exec keeper -- cat /data/f)" = kept ] || fail 'a restart lost the data'
"$new/capsulectl" workload delete --yes keeper failing
"$new/capsulectl" volume delete --yes data
echo 'take-over: every process, address and file went on'
