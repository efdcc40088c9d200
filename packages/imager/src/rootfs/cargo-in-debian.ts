import { access, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { digestOf } from '../cache/digest.ts';
import { imagerError } from '../errors.ts';
import type { BuildContext } from './context.ts';
import { extractPackages } from './extract-packages.ts';

const SUITE = 'trixie';
const PACKAGES = ['cargo', 'rustc', 'gcc', 'libc6-dev', 'ca-certificates'];
const TIMEOUT_MS = 30 * 60_000;
const CARRIED = /^(CARGO_(?!HOME|TARGET)|HTTPS?_PROXY|https?_proxy|NO_PROXY|no_proxy|SSL_CERT_)/;

/**
 * Compiles native/ inside a Debian 13 tree, for a machine without a usable Rust. The user's cargo
 * home (registry configuration, fetched sources) and certificates are bound in, so that it fetches
 * the way the machine's own cargo would. Returns the directory that holds the programs.
 */
export async function cargoInDebian(architecture: string, context: BuildContext): Promise<string> {
  const root = await buildRoot(context);
  const target = context.cache.scratch(`cargo-debian-${architecture}`);
  const home = context.env['CARGO_HOME'] ?? join(context.env['HOME'] ?? '/root', '.cargo');
  await Promise.all([mkdir(target, { recursive: true }), mkdir(home, { recursive: true })]);
  const binds = [
    [join(context.repository, 'native'), '/native'],
    [target, '/target'],
    [home, '/cargo'],
    ['/etc/ssl/certs', '/etc/ssl/certs'],
    ['/usr/share/ca-certificates', '/usr/share/ca-certificates'],
    ['/dev', '/dev'],
  ] as const;
  const script = [
    'set -e; root=$1; shift',
    'while [ "$1" != -- ]; do mkdir -p "$root$2"; mount --rbind "$1" "$root$2"; shift 2; done',
    'shift; mount -t proc proc "$root/proc"; exec chroot "$root" "$@"',
  ].join('\n');
  const command = ['cargo', 'build', '--release', '--locked', '--bins', '--target-dir', '/target'];
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', root];
  const bound: string[] = [];
  for (const [from, to] of binds) if (await exists(from)) bound.push(from, to);
  try {
    await run(
      'unshare',
      [...args, ...bound, '--', 'env', '--chdir=/native', ...variables(context), ...command],
      { timeoutMs: TIMEOUT_MS },
    );
  } catch (cause) {
    const said = (cause as { facts?: { stderr?: string } }).facts?.stderr ?? String(cause);
    throw imagerError.LAYER_FAILED({ layer: 'native', log: said.trim().slice(-2000) }, cause);
  }
  return join(target, 'release');
}

async function buildRoot(context: BuildContext): Promise<string> {
  const root = context.cache.scratch(`rust-${digestOf({ SUITE, PACKAGES })}`);
  if (await exists(join(root, 'complete'))) return root;
  await run('rm', ['-rf', '--one-file-system', root]);
  await mkdir(join(root, '..'), { recursive: true });
  const archive = await context.archive();
  context.progress('fetching the Rust compiler from Debian 13 (about 250 MB, once) …');
  await extractPackages({
    suite: SUITE,
    packages: PACKAGES,
    archive,
    directory: root,
    variant: 'minbase',
  });
  await copyFile('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  await mkdir(join(root, 'complete'));
  return root;
}

function variables(context: BuildContext): readonly string[] {
  const carried = Object.entries(context.env).filter(
    ([name, value]) => CARRIED.test(name) && value !== undefined,
  );
  return [
    '-i',
    'PATH=/usr/sbin:/usr/bin',
    'HOME=/root',
    'CARGO_HOME=/cargo',
    ...carried.map(([name, value]) => `${name}=${value}`),
  ];
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
