/** Asks now and then whether a program serves. */
export interface HealthCheck {
  readonly probe: HealthProbe;
  /** From one probe's end to the next one's start. */
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** Failures in a row that make it unhealthy. */
  readonly retries: number;
  /** Failures in this time after a start do not count. */
  readonly startPeriodSeconds: number;
  /** `restart`: the container is stopped, and its restart policy decides. `none`: it is reported. */
  readonly onFailure: 'restart' | 'none';
}

export type HealthProbe =
  /** Healthy when the command ends with 0. */
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  /** Healthy when the answer's status is 200 to 399. */
  | {
      readonly kind: 'http';
      readonly scheme: 'http' | 'https';
      readonly port: number;
      readonly path: string;
    }
  /** Healthy when a connection can be opened. */
  | { readonly kind: 'tcp'; readonly port: number };

export type HealthState = 'starting' | 'healthy' | 'unhealthy';

/** Defaults of a health check. */
export const HEALTH_DEFAULTS: Omit<HealthCheck, 'probe'> = {
  intervalSeconds: 10,
  timeoutSeconds: 5,
  retries: 3,
  startPeriodSeconds: 0,
  onFailure: 'restart',
};
