import type { Folders } from '../folders.ts';

/** What Linux offers, by what it is about; every program is run by `process`. */
export const HOST: Folders = {
  'file/unless-missing.ts': { uses: [] },
  process: { uses: ['file/unless-missing.ts'] },
  file: { uses: ['file/unless-missing.ts', 'process'] },
  kernel: { uses: [] },
  kvm: { uses: [] },
  net: { uses: ['file', 'file/unless-missing.ts', 'process'] },
  storage: { uses: ['file', 'file/unless-missing.ts', 'process'] },
};
