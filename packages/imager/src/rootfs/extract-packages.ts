import { run } from '@capsule/host';
import type { DebianArchive } from '../debian/host-apt.ts';
import { imagerError } from '../errors.ts';

export interface ExtractRequest {
  readonly suite: string;
  readonly packages: readonly string[];
  /** Package name to version pattern: taken from sid, everything else stays in `suite`. */
  readonly fromSid?: Readonly<Record<string, string>>;
  readonly archive: DebianArchive;
  readonly directory: string;
  /** `extract` runs no maintainer scripts; `minbase` is a complete small system. */
  readonly variant: 'extract' | 'minbase';
}

const TIMEOUT_MS = 15 * 60_000;

/**
 * Fetches Debian packages with everything they depend on and unpacks them into `directory`.
 * Signatures are checked against the archive's keyring. Manual pages, other documentation and
 * translations are never unpacked.
 */
export async function extractPackages(request: ExtractRequest): Promise<void> {
  const { archive, fromSid = {}, suite } = request;
  const sid = Object.keys(fromSid).length > 0;
  const sources = [suite, ...(sid ? ['sid'] : [])].map((name) => sourceLine(archive, name));
  const options = [
    '--mode=root',
    '--format=directory',
    `--variant=${request.variant}`,
    `--include=${request.packages.concat(Object.keys(fromSid)).join(',')}`,
    ...archive.keyrings.map((path) => `--keyring=${path}`),
    ...['Acquire::Languages "none"', ...archive.aptOptions].map((line) => `--aptopt=${line}`),
    ...['man', 'doc', 'locale', 'info'].map(
      (name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`,
    ),
    ...(sid ? [`--setup-hook=${pinHook(fromSid)}`] : []),
  ];
  try {
    await run('mmdebstrap', [...options, suite, request.directory, ...sources], {
      timeoutMs: TIMEOUT_MS,
    });
  } catch (cause) {
    const facts = (cause as { facts?: { stderr?: string } }).facts;
    throw imagerError.LAYER_FAILED(
      { layer: 'Debian', log: lastLines(facts?.stderr ?? String(cause)) },
      cause,
    );
  }
}

function sourceLine(archive: DebianArchive, suite: string): string {
  return `deb ${archive.mirror} ${suite} main`;
}

/**
 * Keeps sid's packages out except the wanted ones, and every other version of those too: when sid
 * has moved on, the build fails and does not take what Debian stable has. mmdebstrap runs it before
 * apt does anything.
 */
function pinHook(fromSid: Readonly<Record<string, string>>): string {
  const pins = Object.entries(fromSid).flatMap(([name, version]) => [
    pin(name, `version ${version}`, 1001),
    pin(name, 'version *', -1),
  ]);
  const text = [...pins, pin('*', 'release n=sid', 1)].join('\\n');
  return `mkdir -p "$1/etc/apt/preferences.d" && printf '${text}' > "$1/etc/apt/preferences.d/sid"`;
}

function pin(name: string, what: string, priority: number): string {
  return `Package: ${name}\\nPin: ${what}\\nPin-Priority: ${priority}\\n`;
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-8).join('\n');
}
