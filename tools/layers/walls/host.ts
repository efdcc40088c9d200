import type { Folders } from '../folders.ts';

/** The offers of Linux, by subject; every program is run by `process`. */
export const HOST: Folders = {
  'file/unless-missing.ts': { uses: [] },
  'file/at-once-unless-missing.ts': { uses: [] },
  process: { uses: ['file/at-once-unless-missing.ts'] },
  file: {
    uses: ['file/unless-missing.ts', 'process'],
    tests: ['file/at-once-unless-missing.ts'],
  },
  kernel: { uses: [] },
  kvm: { uses: [] },
  net: {
    uses: ['file', 'file/unless-missing.ts', 'file/at-once-unless-missing.ts', 'process'],
  },
  storage: { uses: ['file', 'file/unless-missing.ts', 'process'] },
};
