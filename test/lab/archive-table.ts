import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import {
  ARCHIVE_CASES,
  describeTree,
  entry,
  makeTree,
  readTree,
  type TreeEntry,
} from '@capsule/testkit/archives';

/** capsulectl sets times to the microsecond. */
const MICRO = { timeStepNs: 1_000n };
const LARGE_BYTES = 100 * 1024 * 1024;

/** One tree with a folder for each tree of the table, without the file of 9 GiB. */
const TABLE: readonly TreeEntry[] = ARCHIVE_CASES.filter(({ entries }) =>
  entries.every(({ sizeBytes }) => sizeBytes < LARGE_BYTES),
).flatMap(({ entries }, index) => {
  const below = (name: Uint8Array) => Buffer.concat([Buffer.from(`${index}/`), name]);
  const top = entries.find(({ name }) => name.length === 0) ?? entry('folder', '');
  const rest = entries.filter(({ name }) => name.length > 0);
  return [
    { ...top, name: Buffer.from(String(index)) },
    ...rest.map((each) => ({
      ...each,
      name: below(each.name),
      target: each.type === 'hardlink' ? below(each.target) : each.target,
    })),
  ];
});

/** The files that a workload with an image can have: overlayfs has no device 0:0. */
const EXPECTED = describeTree(
  TABLE.filter(({ type, device }) => type !== 'char' || device.join(':') !== '0:0'),
  MICRO,
);

/** The warning for the entry that is left out. */
export const LEFT_OUT = /whiteout: the device 0:0,? .* is left out/;

/** Creates the tree of all archive cases in a new folder. Needs root. */
export async function makeArchiveTable(folder: string): Promise<void> {
  await mkdir(folder);
  await makeTree(folder, TABLE);
}

/** Throws unless a folder contains exactly the tree of the archive cases, as copied from a workload. */
export function assertArchiveTable(folder: string, message: string): void {
  assert.deepEqual(readTree(folder, MICRO), EXPECTED, message);
}
