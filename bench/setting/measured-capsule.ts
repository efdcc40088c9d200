import type { Lab } from '@capsule/testkit';

/** The capsule to measure: a lab, or the machine that the benchmark itself runs in. */
export type MeasuredCapsule = Pick<Lab, 'host' | 'pid' | 'stateDir' | 'exec'> & AsyncDisposable;
