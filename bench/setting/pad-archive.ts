import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { arch } from 'node:process';
import { dockerArchive, testImage } from '@capsule/testkit';

/**
 * An archive of an image whose program sleeps. It also contains `megabytes` (10^6 bytes) of random data, in
 * files of one megabyte.
 */
export async function padArchive(name: string, megabytes: number): Promise<Buffer> {
  const data = await readFile('/bin/busybox');
  const noise = Array.from({ length: megabytes }, (_, index) => ({
    path: `noise/${index}`,
    data: randomBytes(1e6),
  }));
  const image = testImage({
    layers: [
      [{ path: 'bin/' }, { path: 'bin/busybox', data, mode: 0o755 }],
      [{ path: 'noise/' }, ...noise],
    ],
    config: { Cmd: ['/bin/busybox', 'sleep', '2147483'], StopSignal: 'SIGKILL' },
    architecture: arch === 'x64' ? 'amd64' : arch,
  });
  return dockerArchive(image, [name]);
}
