import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readlinkSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileType } from '@capsule/api/wire';
import type { FakeServices } from './fake-capsule.ts';

/** As a capsule sends it. */
const CHUNK_BYTES = 256 * 1024;

/**
 * The files of a workload named `web`, which are those of a folder: `/f` is `FOLDER/f`. GNU tar packs and
 * unpacks. Links must be relative.
 */
export function folderWorkload(folder: string): FakeServices {
  const at = (path: string) => join(folder, path);
  return {
    workload: {
      async statPath({ path }) {
        const seen = lookAt(at(path));
        if (seen?.isSymbolicLink() !== true) {
          return { type: typeOf(seen), sizeBytes: BigInt(seen?.size ?? 0) };
        }
        const targetType = behind(at(path));
        return { type: FileType.SYMLINK, targetType, linkTarget: readlinkSync(at(path)) };
      },
      async copyTo(requests) {
        let target = '';
        const chunks: Uint8Array[] = [];
        for await (const { payload } of requests) {
          if (payload.case === 'metadata') target = at(payload.value.destPath);
          if (payload.case === 'chunk') chunks.push(payload.value);
        }
        mkdirSync(target, { recursive: true });
        tar(['-xpf', '-', '-C', target], Buffer.concat(chunks));
        return {};
      },
      async *copyFrom({ srcPath }) {
        const from = srcPath.lastIndexOf('/') + 1;
        const words = ['--format=posix', '-cf', '-', '-C', at(srcPath.slice(0, from))];
        const archive = tar([...words, srcPath.slice(from) || '.']);
        for (let start = 0; start < archive.length; start += CHUNK_BYTES) {
          yield { data: archive.subarray(start, start + CHUNK_BYTES) };
        }
      },
    },
  };
}

/** A capsule finds nothing below a file, nor where a slash follows its name. */
function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Links in a circle lead to nothing. */
function behind(path: string): FileType {
  try {
    return typeOf(statSync(path));
  } catch {
    return FileType.UNSPECIFIED;
  }
}

function typeOf(seen: Stats | undefined): FileType {
  if (seen === undefined) return FileType.UNSPECIFIED;
  if (seen.isFile()) return FileType.REGULAR;
  return seen.isDirectory() ? FileType.DIRECTORY : FileType.OTHER;
}

function tar(words: readonly string[], input?: Buffer): Buffer<ArrayBuffer> {
  const { stdout } = spawnSync('tar', words, { input, maxBuffer: 64 * 1024 * 1024 });
  return Buffer.from(stdout);
}

/** A file with its own name as content. */
export function plant(folder: string, name: string): string {
  writeFileSync(join(folder, name), name);
  return join(folder, name);
}
