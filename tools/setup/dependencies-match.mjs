/**
 * `node dependencies-match.mjs ROOT`: exits 0 when node_modules holds what package-lock.json says,
 * else 1. Plain JavaScript, because the machine's own Node runs it before ours is there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { arch, argv, exit, platform } from 'node:process';

const root = argv[2];
const wanted = packagesOf(`${root}/package-lock.json`);
const installed = packagesOf(`${root}/node_modules/.package-lock.json`);
const complete = Object.entries(wanted).every(
  ([path, entry]) => !isNeeded(path, entry) || isInstalled(path, entry),
);
exit(complete ? 0 : 1);

function packagesOf(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}

/** Not the project itself, not its workspaces, and nothing for other machines. */
function isNeeded(path, entry) {
  if (!path.startsWith('node_modules/') || entry.link) return false;
  return allows(entry.os, platform) && allows(entry.cpu, arch) && entry.libc?.[0] !== 'musl';
}

function isInstalled(path, { version, integrity }) {
  const found = installed[path];
  return (
    found?.version === version && found.integrity === integrity && existsSync(`${root}/${path}`)
  );
}

function allows(list, value) {
  return list === undefined || list.includes(value);
}
