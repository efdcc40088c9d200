import type { CapsuleClient } from '@capsule/api/wire';
import type { Lab } from '@capsule/testkit';
import type { Journal } from './journal.ts';

/** The environment that all parts of a run share. */
export interface Setting {
  readonly lab: Lab;
  readonly client: CapsuleClient;
  /** The image of every workload. It contains a shell, and its stop signal ends it immediately. */
  readonly image: string;
  readonly journal: Journal;
}
