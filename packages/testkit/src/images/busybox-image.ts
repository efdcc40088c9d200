import { readFile } from 'node:fs/promises';
import type { TarEntry } from './tar.ts';
import { type TestImage, testImage } from './test-image.ts';

const PROGRAMS =
  'sh sleep echo cat ls id env ps mount true false kill wget httpd hostname mkdir'.split(' ');

const PASSWD = ['root:x:0:0:root:/home/chief:/bin/sh', 'web:x:101:102:web:/srv:/bin/sh', ''].join(
  '\n',
);
const GROUP = ['root:x:0:', 'web:x:102:', 'extra:x:200:web,other', 'wheel:x:10:root', ''].join(
  '\n',
);

const USER = 1000;
/** For the `User` of an image's configuration: what an end-to-end workload runs as, unless it needs root. */
export const ORDINARY_USER = `${USER}:${USER}`;

/**
 * A little image with a shell, made from this machine's static busybox. Its account files are in a
 * second layer, behind a link, so that reading them takes a real mount and a careful reader.
 */
export async function busyboxImage(
  config: Readonly<Record<string, unknown>> = {},
  busybox = '/bin/busybox',
): Promise<TestImage> {
  const data = await readFile(busybox);
  const programs = PROGRAMS.map((name): TarEntry => ({ path: `bin/${name}`, link: 'busybox' }));
  const base: TarEntry[] = [
    { path: 'bin/' },
    { path: 'bin/busybox', data, mode: 0o755 },
    ...programs,
    { path: 'tmp/', mode: 0o1777 },
    // A new volume that is mounted here is its user's.
    { path: 'data/', owner: USER },
  ];
  const accounts: TarEntry[] = [
    { path: 'etc/' },
    { path: 'usr/' },
    { path: 'usr/passwd', data: Buffer.from(PASSWD) },
    { path: 'etc/passwd', link: '/usr/passwd' },
    { path: 'etc/group', data: Buffer.from(GROUP) },
  ];
  return testImage({ layers: [base, accounts], config });
}
