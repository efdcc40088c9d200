import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import type { DataRange, TarEntry } from '../tar/tar-entry.ts';
import { TarReader, type TarSink } from '../tar/tar-reader.ts';

/** The file comes as descriptor 3, so no name of it can be another file by now. */
const ARGUMENTS = [
  ...['--create', '--file=-', '--format=posix', '--sparse', '--sparse-version=1.0'],
  ...['--hole-detection=seek', '--dereference', '--absolute-names', '/proc/self/fd/3'],
];
/** A map of 50,000 ranges has less. */
const MAP_BYTES_MOST = 4 * 1024 * 1024;

/**
 * Returns the ranges of a file that hold data, as its filesystem knows them; undefined where that is not known.
 * Node cannot seek to data, and GNU tar can: its archive of a sparse file begins with a map, and is not read
 * further. The time is in proportion to the ranges, whatever the size of the holes.
 */
export async function askForHoles(
  file: FileHandle,
  sizeBytes: number,
  program = 'tar',
): Promise<readonly DataRange[] | undefined> {
  const child = spawn(program, ARGUMENTS, { stdio: ['ignore', 'pipe', 'ignore', file.fd] });
  // A machine without the program, or with another tar, has no map.
  const failed = once(child, 'error').then(
    () => undefined,
    () => undefined,
  );
  // Node has no pipe for it when no descriptor is left.
  if (!child.stdout) return failed;
  try {
    const entry = await Promise.race([failed, readFirst(child.stdout)]);
    // The file may have changed since its size was read.
    return entry?.sizeBytes === sizeBytes ? entry.ranges : undefined;
  } finally {
    child.kill('SIGKILL');
  }
}

/** Returns the first entry of an archive; undefined where it is none. */
async function readFirst(archive: AsyncIterable<Uint8Array>): Promise<TarEntry | undefined> {
  const map = new MapSink();
  const reader = new TarReader(map);
  let bytes = 0;
  for await (const chunk of archive) {
    try {
      reader.push(chunk);
    } catch {
      // Not an archive of GNU tar.
      return undefined;
    }
    bytes += chunk.length;
    if (map.entry !== undefined || bytes > MAP_BYTES_MOST) return map.entry;
  }
  return map.entry;
}

class MapSink implements TarSink {
  entry: TarEntry | undefined;

  begin(entry: TarEntry): void {
    this.entry ??= entry;
  }

  data(): void {}

  end(): void {}

  skip(): void {}
}
