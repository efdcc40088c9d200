import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '@capsule/host';
import { digestOf } from '../cache/digest.ts';
import type { CargoCommand } from './cargo-command.ts';
import type { BuildContext } from './context.ts';
import { extractPackages } from './extract-packages.ts';

const SEARCH_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
const SUITE = 'trixie';
const PACKAGES = ['cargo', 'rustc', 'gcc', 'libc6-dev', 'ca-certificates'];
const CARRIED = /^(CARGO_(?!HOME|TARGET)|HTTPS?_PROXY|https?_proxy|NO_PROXY|no_proxy|SSL_CERT_)/;

/**
 * `cargo ARGS` for native/ inside a Debian 13 tree, for a machine without a usable Rust. The user's
 * cargo home (registry configuration, fetched sources) and certificates are bound in, so that it
 * fetches the way the machine's own cargo would. The binds end with the command.
 */
export async function cargoInDebian(
  context: BuildContext,
  args: readonly string[],
): Promise<CargoCommand> {
  const root = await buildRoot(context);
  const home = context.env['CARGO_HOME'] ?? join(context.env['HOME'] ?? '/root', '.cargo');
  await mkdir(home, { recursive: true });
  const binds = [
    [join(context.repository, 'native'), '/native'],
    [home, '/cargo'],
    ['/etc/ssl/certs', '/etc/ssl/certs'],
    ['/usr/share/ca-certificates', '/usr/share/ca-certificates'],
    ['/usr/local/share/ca-certificates', '/usr/local/share/ca-certificates'],
    ['/dev', '/dev'],
  ] as const;
  const bound: string[] = [];
  for (const [from, to] of binds) if (await exists(from)) bound.push(from, to);
  const shell = ['--mount', '--propagation', 'private', 'sh', '-c', ENTER, 'sh', root];
  const inside = ['env', '--chdir=/native', ...variables(context), 'cargo', ...args];
  return {
    program: 'unshare',
    args: [...shell, ...bound, '--', ...inside],
    cwd: '/',
    env: { PATH: SEARCH_PATH },
  };
}

/** Binds pairs of paths up to `--`, then runs the rest in the root. */
const ENTER = `set -e
root=$1
shift
while [ "$1" != -- ]; do
  mkdir -p "$root$2"
  mount --rbind "$1" "$root$2"
  shift 2
done
shift
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
exec chroot "$root" "$@"
`;

async function buildRoot(context: BuildContext): Promise<string> {
  const entry = await context.cache.ensure(
    `rust-${digestOf({ SUITE, PACKAGES })}`,
    async (root) => {
      context.progress('fetching the Rust compiler from Debian 13 (about 250 MB, once) …');
      const archive = await context.archive();
      await extractPackages({
        suite: SUITE,
        packages: PACKAGES,
        archive,
        directory: root,
        variant: 'minbase',
      });
      return { sizeBytes: 0 };
    },
  );
  return entry.path;
}

function variables(context: BuildContext): readonly string[] {
  const carried = Object.entries(context.env).filter(
    ([name, value]) => CARRIED.test(name) && value !== undefined,
  );
  return [
    '-i',
    `PATH=${SEARCH_PATH}`,
    'HOME=/root',
    'CARGO_HOME=/cargo',
    ...carried.map(([name, value]) => `${name}=${value}`),
  ];
}
