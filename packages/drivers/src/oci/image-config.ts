/** The fields of an image's configuration that matter for running it. */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
  /** `USER` unparsed; empty for root. */
  readonly user: string;
  /** `SIGTERM`, `15`, …; empty when the image has none. */
  readonly stopSignal: string;
  /** Digests of the unpacked layers, bottom first. */
  readonly diffIds: readonly string[];
}

/**
 * Reads the configuration blob of an image. A field that is missing or null counts as absent, and so does one
 * that `configProblem` reports; a command that is a text is one word, as in Docker. Pure.
 */
export function readImageConfig(blob: unknown): ImageConfig {
  const root = asRecord(blob);
  const config = asRecord(root['config']);
  const workingDir = asString(config['WorkingDir']);
  return {
    entrypoint: asWords(config['Entrypoint']),
    cmd: asWords(config['Cmd']),
    env: asStrings(config['Env']),
    workingDir: workingDir.startsWith('/') ? workingDir : `/${workingDir}`,
    user: asString(config['User']),
    stopSignal: asString(config['StopSignal']),
    diffIds: asStrings(asRecord(root['rootfs'])['diff_ids']),
  };
}

/** Returns why a configuration cannot be run as it is meant, as a clause; undefined where it can. Pure. */
export function configProblem(blob: unknown): string | undefined {
  const config = asRecord(blob)['config'] ?? {};
  if (typeof config !== 'object' || Array.isArray(config))
    return 'its configuration is not a JSON object';
  const fields = config as Readonly<Record<string, unknown>>;
  const wrong = (names: readonly string[], isRight: (value: unknown) => boolean) =>
    names.find((name) => !isRight(fields[name] ?? '') && fields[name] !== undefined);
  const name =
    wrong(['Entrypoint', 'Cmd'], (value) => isText(value) || isTexts(value)) ??
    wrong(['Env'], (value) => value === '' || isTexts(value)) ??
    wrong(['WorkingDir', 'User', 'StopSignal'], isText);
  return name && `its ${name} is of a wrong type: ${JSON.stringify(fields[name]).slice(0, 80)}`;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function asWords(value: unknown): readonly string[] {
  return typeof value === 'string' && value !== '' ? [value] : asStrings(value);
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
