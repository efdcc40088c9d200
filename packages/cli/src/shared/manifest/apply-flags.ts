import type { Flag } from '../../program/manual.ts';
import { TIMEOUT_FLAG } from '../argument/timeout.ts';
import { OUTPUT_FLAG } from '../render/format.ts';

export const APPLY_ABOUT =
  'The capsule first checks all documents of all files. If a document is wrong, it applies none of them. ' +
  'An unchanged workload keeps running, even if a workload of its dependsOn was deleted. ' +
  'Applying the same file again changes nothing. The capsule ignores the keys status, generation, uid, ' +
  'createdAt and desiredState, which `get -o yaml` prints.';

export const FILE_FLAG: Flag = {
  flags: '-f, --file <path>',
  summary: 'a manifest, a folder of manifests, or - for standard input',
  isRepeatable: true,
  completes: 'file',
};

export const APPLY_FLAGS: readonly Flag[] = [
  FILE_FLAG,
  {
    flags: '--dry-run',
    summary: 'check the manifests and show the changes, but do not apply them',
  },
  { flags: '--wait', summary: 'wait until all workloads are ready (default on a terminal)' },
  { flags: '--no-wait', summary: 'do not wait' },
  TIMEOUT_FLAG,
  OUTPUT_FLAG,
];

export const DIFF_FLAGS: readonly Flag[] = [FILE_FLAG, OUTPUT_FLAG];
