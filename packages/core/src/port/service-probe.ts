/** Where a probe knocks. */
export type ServiceTarget =
  | {
      readonly kind: 'http';
      readonly scheme: 'http' | 'https';
      readonly address: string;
      readonly port: number;
      readonly path: string;
    }
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number };

export interface ProbeResult {
  readonly ok: boolean;
  /** One short line: why not, or what was answered. */
  readonly detail: string;
}

/** Asks a service over the network whether it serves. */
export interface ServiceProbe {
  /** Never fails for a service that does not serve: the result says so. Bounded by `signal`. */
  knock(target: ServiceTarget, signal: AbortSignal): Promise<ProbeResult>;
}
