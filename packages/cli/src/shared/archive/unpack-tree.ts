import { localFault } from '../../program/local-fault.ts';
import { TarReader } from '../tar/tar-reader.ts';
import { Unpacker, type UnpackTarget } from './unpacker.ts';

/**
 * Unpacks a tar archive from elsewhere. Every part of every path is looked at before it is used: a name
 * that leads upwards, and a link in the way, are refused, also one that stood there before or that the
 * archive itself brought. Names are bytes. Synchronous system calls: many small files take half the time
 * so. Fails with `COPY_*`, and with `CLI_FILE_UNWRITABLE`, which names the file.
 */
export async function unpackTree(
  archive: AsyncIterable<Uint8Array>,
  target: UnpackTarget,
): Promise<void> {
  const unpacker = new Unpacker(target);
  const reader = new TarReader(unpacker);
  const local = (work: () => void) => {
    try {
      work();
    } catch (error) {
      throw localFault('write', unpacker.path, error);
    }
  };
  try {
    for await (const chunk of archive) local(() => reader.push(chunk));
    reader.finish();
    local(() => unpacker.finish());
  } finally {
    unpacker.close();
  }
}
