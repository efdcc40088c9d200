import type { Address } from '@capsule/api/wire';

/** A capsule as a message on the network describes it: none of it is proven. */
export interface Announcement {
  readonly instance: string;
  readonly address: Address;
  readonly capsuleId: string;
  readonly shortId: string;
  readonly hostname: string;
  readonly version: string;
  readonly mode: 'runtime' | 'installer';
  readonly isAdopted: boolean;
}
