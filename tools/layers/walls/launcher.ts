import type { Folders } from '../folders.ts';

/** The host's side of a capsule, each aspect apart; `embedded` starts and stops it with all of them. */
export const LAUNCHER: Folders = {
  'embedded/errors.ts': { uses: [] },
  'embedded/host-errors.ts': { uses: [] },
  'embedded/claim': { uses: ['embedded/errors.ts'] },
  'embedded/firewall': { uses: ['embedded/claim'] },
  'embedded/network': { uses: ['embedded/claim'], tests: ['embedded/host'] },
  'embedded/ports': { uses: ['embedded/claim'] },
  'embedded/resolver': { uses: ['embedded/host-errors.ts'] },
  // Looks for what of the host stands in the way.
  'embedded/host': {
    uses: [
      'embedded/claim',
      'embedded/firewall',
      'embedded/host-errors.ts',
      'embedded/network',
      'embedded/resolver',
    ],
  },
  embedded: {
    uses: [
      'embedded/claim',
      'embedded/errors.ts',
      'embedded/host',
      'embedded/host-errors.ts',
      'embedded/network',
      'embedded/ports',
      'embedded/resolver',
    ],
  },
  machine: { uses: ['embedded/claim'] },
  demo: { uses: ['embedded', 'embedded/claim'] },
};
