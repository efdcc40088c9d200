import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { ArchiveFormat } from './archive-cases.ts';

/** Packs a folder (`.` first) into a file with the machine's GNU tar, sparse files as such. */
export function packWithTar(folder: string, archive: string, format: ArchiveFormat): void {
  const [plain, version = '1.0'] = format.split('-');
  const sparse = plain === 'posix' ? ['--sparse', `--sparse-version=${version}`] : ['--sparse'];
  const how = [`--format=${plain}`, ...(canBeSparse(format) ? sparse : []), '--numeric-owner'];
  tar([...how, '--create', '--file', archive, '--directory', folder, '.']);
}

/** Unpacks an archive in a folder, with all that tar can keep; as root also owners and devices. */
export function unpackWithTar(archive: string, folder: string): void {
  const keep = ['--same-permissions', '--numeric-owner', '--delay-directory-restore'];
  tar(['--extract', '--file', archive, '--directory', folder, ...keep]);
}

function canBeSparse(format: ArchiveFormat): boolean {
  return format !== 'v7' && format !== 'ustar';
}

function tar(words: readonly string[]): void {
  const { status, stderr, error } = spawnSync('tar', words);
  if (error !== undefined) throw error;
  assert.equal(status, 0, `tar ${words.join(' ')}: ${stderr.toString().trim()}`);
}
