/** What of an image's configuration matters for running it. */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
  /** `USER` as written, empty for root. */
  readonly user: string;
  /** `SIGTERM`, `15`, …; empty when the image names none. */
  readonly stopSignal: string;
  /** Digests of the unpacked layers, bottom first. */
  readonly diffIds: readonly string[];
}

/**
 * Reads the configuration blob of an image. What is missing or of a wrong type counts as not written,
 * as other runtimes take it.
 */
export function readImageConfig(blob: unknown): ImageConfig {
  const root = asRecord(blob);
  const config = asRecord(root['config']);
  const workingDir = asString(config['WorkingDir']);
  return {
    entrypoint: asStrings(config['Entrypoint']),
    cmd: asStrings(config['Cmd']),
    env: asStrings(config['Env']),
    workingDir: workingDir.startsWith('/') ? workingDir : `/${workingDir}`,
    user: asString(config['User']),
    stopSignal: asString(config['StopSignal']),
    diffIds: asStrings(asRecord(root['rootfs'])['diff_ids']),
  };
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

export function asString(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function asStrings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
