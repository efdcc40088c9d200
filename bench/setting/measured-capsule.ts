import type { Lab } from '@capsule/testkit';

/** Where a capsule is that is measured: a lab, or the machine that the benchmark itself runs in. */
export type MeasuredCapsule = Pick<Lab, 'host' | 'pid' | 'stateDir' | 'exec'> & AsyncDisposable;
