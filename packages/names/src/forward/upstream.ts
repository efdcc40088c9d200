/** A resolver of the uplink. */
export interface Upstream {
  readonly address: string;
  readonly port: number;
}
