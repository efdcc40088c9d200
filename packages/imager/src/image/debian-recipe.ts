import type { ImageRecipe } from './recipe.ts';

const SUITE = 'trixie';
const PACKAGES = ['base-files', 'busybox-static'];
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Never read at run time by a C program in the C locale. */
const PRUNED = [
  '/boot/',
  '/home/',
  '/media/',
  '/mnt/',
  '/srv/',
  '/etc/apt/',
  '/etc/dpkg/',
  '/etc/hostname',
  '/etc/resolv.conf',
  '/usr/include/',
  '/usr/lib/x86_64-linux-gnu/gconv/',
  '/usr/lib/aarch64-linux-gnu/gconv/',
  '/usr/lib/systemd/',
  '/usr/lib/init/',
  '/usr/share/bash-completion/',
  '/usr/share/common-licenses/',
  '/usr/share/doc/',
  '/usr/share/info/',
  '/usr/share/lintian/',
  '/usr/share/locale/',
  '/usr/share/man/',
  '/usr/share/perl5/',
  '/var/cache/',
  '/var/lib/apt/',
  '/var/lib/dpkg/',
];

const DIRECTORIES = {
  '/root': { uid: 0, mode: 0o700 },
  '/tmp': { uid: 0, mode: 0o1777 },
  '/run': { uid: 0, mode: 0o755 },
  '/var/log': { uid: 0, mode: 0o755 },
};

/** The parts of one small image that differ from the others. */
export interface DebianImage
  extends Pick<ImageRecipe, 'names' | 'files' | 'directories' | 'links' | 'config'> {
  /** In addition to busybox. */
  readonly packages?: readonly string[];
  readonly pruned?: readonly string[];
  /** `name:id:home:shell` of users other than root and `nobody`, each with a group of its name. */
  readonly accounts?: readonly string[];
  /** Environment, in addition to PATH. */
  readonly env?: readonly string[];
}

/** The recipe of a small image out of Debian packages: busybox for a shell, and the given packages. */
export function debianRecipe(image: DebianImage): ImageRecipe {
  const { packages = [], pruned = [], accounts = [], env = [], ...rest } = image;
  return {
    ...rest,
    suite: SUITE,
    packages: [...PACKAGES, ...packages],
    pruned: [...PRUNED, ...pruned],
    busyboxLinks: true,
    files: { ...accountFiles(accounts), ...image.files },
    directories: { ...DIRECTORIES, ...image.directories },
    config: { ...image.config, Env: [PATH, ...env] },
  };
}

function accountFiles(extra: readonly string[]) {
  const lines = ['root:0:/root:/bin/sh', ...extra, 'nobody:65534:/nonexistent:/bin/false'];
  const rows = lines.map((line) => line.split(':'));
  return {
    '/etc/passwd': {
      content: rows.map(([n, id, home, sh]) => `${n}:x:${id}:${id}:${n}:${home}:${sh}\n`).join(''),
    },
    '/etc/group': { content: rows.map(([n, id]) => `${n}:x:${id}:\n`).join('') },
  };
}
