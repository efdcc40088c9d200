/** The operations to repeat, and how often. The same seed makes the same choices. */
export interface VmSoakRequest {
  readonly what: 'flush' | 'kill';
  readonly rounds: number;
  readonly seed: number;
}
