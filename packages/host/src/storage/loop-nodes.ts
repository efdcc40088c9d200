import { readdir, readFile } from 'node:fs/promises';
import { exists } from '../file/exists.ts';
import { unlessMissing } from '../file/unless-missing.ts';
import { run } from '../process/run.ts';

const LOOP = /^loop\d+$/;

export interface LoopPlaces {
  /** Default `/sys/block`: every loop device that the kernel has. */
  readonly sys?: string;
  /** Default `/dev`. */
  readonly dev?: string;
}

/**
 * Makes the missing nodes in `/dev` of loop devices that the kernel has: an embedded capsule's `/dev` is a tmpfs
 * with the nodes at its start, and the kernel adds devices later. Returns the number of new nodes.
 * Idempotent. Fails with `PROCESS_FAILED` where nodes may not be made.
 */
export async function makeLoopNodes({ sys = '/sys/block', dev = '/dev' }: LoopPlaces = {}) {
  let made = 0;
  for (const name of (await readdir(sys)).filter((one) => LOOP.test(one))) {
    const node = `${dev}/${name}`;
    if (await exists(node)) continue;
    const [major = '', minor = ''] = (await readNumber(`${sys}/${name}/dev`)).split(':');
    // It may have disappeared since it was listed.
    if (minor === '') continue;
    const { exitCode, stderr } = await run('mknod', ['-m', '660', node, 'b', major, minor], {
      allow: [0, 1],
    });
    if (exitCode === 0) made += 1;
    else if (!/File exists/.test(stderr)) await run('mknod', [node, 'b', major, minor]);
  }
  return made;
}

async function readNumber(path: string): Promise<string> {
  return ((await unlessMissing(readFile(path, 'utf8'))) ?? '').trim();
}
