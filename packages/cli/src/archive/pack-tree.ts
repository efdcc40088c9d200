import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Header, type Pack, pack } from 'tar-stream';

/** Files up to this size are read whole: a stream for each of thousands costs more than their bytes. */
const WHOLE_BYTES = 256 * 1024;
/** Large pieces pass with fewer steps each. */
const READ_BYTES = 512 * 1024;
/** What the field of a plain tar header holds; larger numbers go into an extended one. */
const ID_MOST = 0o777777;

/** A local file or folder as a tar archive, whose entries are named from `name` on. Owners and times kept. */
export async function* packTree(path: string, name: string): AsyncGenerator<Uint8Array> {
  const archive = pack();
  const writing = add(new Packer(archive), path, name).then(
    () => archive.finalize(),
    (error: Error) => archive.destroy(error),
  );
  yield* archive as AsyncIterable<Uint8Array>;
  await writing;
}

type Written = Partial<Header> & Pick<Header, 'name'>;

class Packer {
  readonly #archive: Pack;
  /** Files with several names, by device and inode: later names become links to the first. */
  readonly #seen = new Map<string, string>();

  constructor(archive: Pack) {
    this.#archive = archive;
  }

  firstName(stat: Stats, name: string): string | undefined {
    if (stat.nlink < 2) return undefined;
    const key = `${stat.dev}:${stat.ino}`;
    const first = this.#seen.get(key);
    if (first === undefined) this.#seen.set(key, name);
    return first;
  }

  async write(header: Written, data?: Buffer): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#archive.entry(header, data ?? Buffer.alloc(0), (error) =>
      error ? reject(error) : resolve(),
    );
    await promise;
  }

  async stream(header: Written, path: string): Promise<void> {
    const size = header.size ?? 0;
    // No more than was promised, though the file may grow meanwhile.
    await pipeline(
      createReadStream(path, { end: size - 1, highWaterMark: READ_BYTES }),
      this.#archive.entry(header) as unknown as NodeJS.WritableStream,
    );
  }
}

async function add(packer: Packer, path: string, name: string): Promise<void> {
  const stat = await lstat(path);
  const header = describe(stat, name);
  if (stat.isDirectory()) {
    await packer.write({ ...header, type: 'directory', name: `${name}/` });
    for (const child of (await readdir(path)).toSorted()) {
      await add(packer, join(path, child), `${name}/${child}`);
    }
  } else if (stat.isSymbolicLink()) {
    await packer.write({ ...header, type: 'symlink', linkname: await readlink(path) });
  } else if (stat.isFile()) {
    await addFile(packer, path, stat, header);
  }
}

async function addFile(packer: Packer, path: string, stat: Stats, header: Written): Promise<void> {
  const first = packer.firstName(stat, header.name);
  if (first !== undefined) {
    await packer.write({ ...header, type: 'link', linkname: first });
  } else if (stat.size <= WHOLE_BYTES) {
    const data = await readFile(path);
    await packer.write({ ...header, size: data.length }, data);
  } else {
    await packer.stream({ ...header, size: stat.size }, path);
  }
}

function describe(stat: Stats, name: string): Written {
  const { uid, gid } = stat;
  const large = Object.entries({ uid, gid }).filter(([, id]) => id > ID_MOST);
  return {
    name,
    mode: stat.mode & 0o7777,
    mtime: stat.mtime,
    uid,
    gid,
    type: 'file',
    size: 0,
    ...(large.length === 0
      ? {}
      : { pax: Object.fromEntries(large.map(([key, id]) => [key, String(id)])) }),
  };
}
