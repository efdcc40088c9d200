import { copyFile, rename, writeFile } from 'node:fs/promises';
import { machine } from 'node:os';
import type { Lab } from '@capsule/testkit';
import { pathOf } from './capsulectl.ts';

const LIBRARY = `/usr/lib/${machine()}-linux-gnu/faketime/libfaketime.so.1`;
const OFFSET = '/run/clock-offset';
/** Only the wall clock, because no program can set the monotonic clock. */
const WRAPPER = `#!/bin/sh
export LD_PRELOAD=/run/faketime.so DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_FAKE_MONOTONIC=1
export FAKETIME_TIMESTAMP_FILE=${OFFSET} FAKETIME_CACHE_DURATION=1
exec /run/node "$@"
`;

/**
 * Gives capsuled a settable clock, with Debian's libfaketime. The rest of the capsule keeps its clock.
 * Restarts capsuled for that. Returns a function that sets the clock, such as `+10y` or `-3650d`; the clock
 * of the running capsuled changes within a second.
 */
export async function fakeClock(lab: Lab): Promise<(offset: string) => Promise<void>> {
  const set = (offset: string) => writeFile(pathOf(lab, OFFSET), `${offset}\n`);
  await set('+0');
  await copyFile(LIBRARY, pathOf(lab, '/run/faketime.so'));
  await lab.exec(['cp', '/usr/bin/node', '/run/node']);
  const wrapper = pathOf(lab, '/usr/bin/node.new');
  await writeFile(wrapper, WRAPPER, { mode: 0o755 });
  await rename(wrapper, pathOf(lab, '/usr/bin/node'));
  await lab.killCapsuled();
  await lab.ready();
  return set;
}
