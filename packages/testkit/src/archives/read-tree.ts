import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { pathOf, secondsOf } from './make-tree.ts';
import type { TreeEntry } from './tree-entry.ts';

/** How exactly trees are compared. */
export interface Exactness {
  /** Times count in steps of this; 1 means exactly. */
  readonly timeStepNs: bigint;
}

/**
 * One line for each object below a folder, sorted: its name, type, mode, owner, time, and content. Lines
 * of a made and of an expected tree (`describeTree`) can be compared with `deepEqual`. Root and times of
 * `folder` itself are left out.
 */
export function readTree(folder: string, exactness: Exactness): string[] {
  const firstNames = new Map<bigint, string>();
  const walk = (name: Buffer): string[] => {
    const children = readdirSync(pathOf(folder, name), { encoding: 'buffer' });
    return children.toSorted(Buffer.compare).flatMap((child) => {
      const below = name.length === 0 ? child : Buffer.concat([name, Buffer.from('/'), child]);
      const line = lineOfPath(folder, below, firstNames, exactness);
      return line.startsWith('folder') ? [line, ...walk(below)] : [line];
    });
  };
  return walk(Buffer.alloc(0)).toSorted();
}

/** The same lines of entries. A first name of a file with several is the least of them. */
export function describeTree(entries: readonly TreeEntry[], { timeStepNs }: Exactness): string[] {
  const key = (name: Uint8Array) => Buffer.from(name).toString('latin1');
  const files = new Map(entries.map((entry) => [key(entry.name), entry]));
  const firsts = new Map<string, Uint8Array>();
  const sorted = entries
    .filter(({ name }) => name.length > 0)
    .toSorted((a, b) => comparePaths(a.name, b.name));
  return sorted
    .map((entry) => {
      const origin = entry.type === 'hardlink' ? files.get(key(entry.target)) : entry;
      assert.ok(origin !== undefined, `no file ${key(entry.target)} to link to`);
      const first = firsts.get(key(origin.name));
      if (first !== undefined) return line('hardlink', entry.name, text(first));
      firsts.set(key(origin.name), entry.name);
      const { uid, gid, mode, mtimeNs } = origin;
      const stat = { uid, gid, mode, time: step(mtimeNs, timeStepNs) };
      return line(origin.type, entry.name, statText(origin.type, stat), contentOf(origin));
    })
    .toSorted();
}

function lineOfPath(
  folder: string,
  name: Buffer,
  firstNames: Map<bigint, string>,
  { timeStepNs }: Exactness,
): string {
  const path = pathOf(folder, name);
  const stat = lstatSync(path, { bigint: true });
  const type = typeOf(stat);
  if (stat.nlink > 1n && type !== 'folder') {
    const first = firstNames.get(stat.ino);
    if (first !== undefined) return line('hardlink', name, first);
    firstNames.set(stat.ino, text(name));
  }
  const seen = {
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mode: Number(stat.mode) & 0o7777,
    time: step(stat.mtimeNs, timeStepNs),
  };
  const content = () => {
    if (type === 'symlink') return text(readlinkSync(path, { encoding: 'buffer' }));
    if (type === 'char' || type === 'block') return deviceText(Number(stat.rdev));
    if (type !== 'file') return '';
    const size = Number(stat.size);
    return size > HASHED_BYTES ? `${size}` : `${size} ${digest(readFileSync(path))}`;
  };
  return line(type, name, statText(type, seen), content());
}

/** Larger files are compared by their size; tests look into them themselves. */
const HASHED_BYTES = 64 * 1024 * 1024;

function contentOf({ type, sizeBytes, data, target, device }: TreeEntry): string {
  if (type === 'symlink') return text(target);
  if (type === 'char' || type === 'block') return device.join(',');
  if (type !== 'file') return '';
  if (sizeBytes > HASHED_BYTES) return `${sizeBytes}`;
  const whole = Buffer.alloc(sizeBytes);
  for (const { offset, bytes } of data) whole.set(bytes, offset);
  return `${sizeBytes} ${digest(whole)}`;
}

interface Seen {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly time: bigint;
}

function statText(type: string, { uid, gid, mode, time }: Seen): string {
  const bits = type === 'symlink' ? '' : ` ${mode.toString(8)}`;
  return `${uid}:${gid}${bits} ${secondsOf(time)}`;
}

function line(type: string, name: Uint8Array, ...rest: readonly string[]): string {
  return [type, text(name), ...rest].join(' ').trimEnd();
}

function text(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes).toString('latin1'));
}

function step(ns: bigint, size: bigint): bigint {
  const half = ns < 0n ? -(size / 2n) : size / 2n;
  return ((ns + half) / size) * size;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** In the order of a walk: folder by folder. */
function comparePaths(a: Uint8Array, b: Uint8Array): number {
  const parts = (name: Uint8Array) => Buffer.from(name).toString('latin1').split('/');
  const [left, right] = [parts(a), parts(b)];
  for (let at = 0; ; at += 1) {
    const [one, two] = [left[at], right[at]];
    if (one === two && one !== undefined) continue;
    if (one === undefined || two === undefined) return left.length - right.length;
    return one < two ? -1 : 1;
  }
}

function deviceText(rdev: number): string {
  const minor = (rdev & 0xff) | ((rdev >>> 12) & 0xfff00);
  return `${(rdev >>> 8) & 0xfff},${minor}`;
}

function typeOf(stat: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isFIFO(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
}): TreeEntry['type'] {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isFIFO()) return 'fifo';
  if (stat.isCharacterDevice()) return 'char';
  return stat.isBlockDevice() ? 'block' : 'socket';
}
