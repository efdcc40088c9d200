import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { TreeEntry } from './tree-entry.ts';

/**
 * Makes a tree in an existing folder, exactly: owners need root, and so do devices. Times are set by
 * `touch`, which knows nanoseconds. Calls fail as those of `node:fs`.
 */
export async function makeTree(folder: string, entries: readonly TreeEntry[]): Promise<void> {
  for (const entry of entries) await make(pathOf(folder, entry.name), folder, entry);
  // Modes and times last and innermost first: what is put into a folder needs the one, changes the other.
  for (const entry of entries.toReversed()) settle(pathOf(folder, entry.name), entry);
}

/** The path of an entry, as bytes. */
export function pathOf(folder: string, name: Uint8Array): Buffer {
  return name.length === 0 ? Buffer.from(folder) : Buffer.concat([Buffer.from(`${folder}/`), name]);
}

async function make(path: Buffer, folder: string, entry: TreeEntry): Promise<void> {
  switch (entry.type) {
    case 'folder':
      if (entry.name.length > 0) mkdirSync(path);
      return;
    case 'file':
      return write(path, entry);
    case 'symlink':
      return symlinkSync(Buffer.from(entry.target), path);
    case 'hardlink':
      return linkSync(pathOf(folder, entry.target), path);
    case 'socket':
      return makeSocket(path.toString());
    case 'fifo':
      return forPath('mkfifo', [], path);
    case 'char':
    case 'block':
      return makeDevice(path, entry);
  }
}

function write(path: Buffer, { sizeBytes, data }: TreeEntry): void {
  const fd = openSync(path, 'wx');
  try {
    for (const { offset, bytes } of data) writeSync(fd, bytes, 0, bytes.length, offset);
    ftruncateSync(fd, sizeBytes);
  } finally {
    closeSync(fd);
  }
}

/** A socket whose server ends goes with it, unless it is elsewhere by then. */
async function makeSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.new`, resolve));
  await rename(`${path}.new`, path);
  await new Promise((resolve) => server.close(resolve));
}

function makeDevice(path: Buffer, { type, device: [major, minor] }: TreeEntry): void {
  const kind = type === 'char' ? 'c' : 'b';
  run('xargs', ['-0', '-I{}', 'mknod', '{}', kind, String(major), String(minor)], path);
}

function settle(path: Buffer, { type, mode, uid, gid, mtimeNs }: TreeEntry): void {
  if (type === 'hardlink') return;
  if (process.getuid?.() === 0) lchownSync(path, uid, gid);
  if (type !== 'symlink') chmodSync(path, mode);
  forPath('touch', ['-h', '-d', `@${secondsOf(mtimeNs)}`], path);
}

/** Seconds with nine digits, as `touch` and PAX headers write them. Pure. */
export function secondsOf(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const fraction = String(size % 1_000_000_000n).padStart(9, '0');
  return `${ns < 0n ? '-' : ''}${size / 1_000_000_000n}.${fraction}`;
}

/** Arguments of a program are text here; a path is bytes. */
function forPath(program: string, words: readonly string[], path: Buffer): void {
  run('xargs', ['-0', program, ...words, '--'], path);
}

function run(program: string, words: readonly string[], input: Buffer): void {
  const { status, stderr, error } = spawnSync(program, words, { input });
  if (error !== undefined) throw error;
  assert.equal(status, 0, `${program} ${words.join(' ')}: ${stderr.toString().trim()}`);
}
