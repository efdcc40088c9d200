const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface EnvironmentParts {
  /** `K=V` lines of the image. */
  readonly image: readonly string[];
  /** The manifest's; it takes precedence over all others. */
  readonly spec: Readonly<Record<string, string>>;
  readonly hostname: string;
  /** See `describePlaceVariables`. */
  readonly place: Readonly<Record<string, string>>;
  /** The home directory of the program's user. */
  readonly home: string;
}

/** Later sources win, each name appears once, and the order is that of first appearance. */
export function describeEnvironment(parts: EnvironmentParts): string[] {
  const values = new Map<string, string>([
    ['PATH', DEFAULT_PATH],
    ['HOSTNAME', parts.hostname],
    ['HOME', parts.home],
  ]);
  for (const line of parts.image) {
    const [name, value] = splitLine(line);
    if (name !== '') values.set(name, value);
  }
  for (const own of [parts.place, parts.spec]) {
    for (const [name, value] of Object.entries(own)) values.set(name, value);
  }
  return [...values].map(([name, value]) => `${name}=${value}`);
}

function splitLine(line: string): [string, string] {
  const at = line.indexOf('=');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}
