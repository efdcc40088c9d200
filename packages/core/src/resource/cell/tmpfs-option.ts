/** Options of mount(8) that a tmpfs of a container may have. */
const FLAGS: readonly string[] = [
  'rw',
  'ro',
  'exec',
  'noexec',
  'suid',
  'nosuid',
  'dev',
  'nodev',
  'atime',
  'noatime',
  'diratime',
  'nodiratime',
  'relatime',
  'strictatime',
];

/** Options of tmpfs(5), and what each takes. */
const VALUES: Readonly<Record<string, RegExp>> = {
  size: /^\d{1,15}[kmg%]?$/i,
  nr_blocks: /^\d{1,15}[kmg]?$/i,
  nr_inodes: /^\d{1,15}[kmg]?$/i,
  mode: /^[0-7]{3,4}$/,
  uid: /^\d{1,10}$/,
  gid: /^\d{1,10}$/,
  huge: /^(never|always|within_size|advise)$/,
};

export const TMPFS_OPTIONS: readonly string[] = [...FLAGS, ...Object.keys(VALUES)];

/** Why a text is no option of a tmpfs; undefined when it is one. Pure. */
export function problemOfTmpfsOption(option: string): string | undefined {
  if (FLAGS.includes(option)) return undefined;
  const [name = '', ...rest] = option.split('=');
  const value = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
  if (value === undefined) return 'is not an option of a tmpfs';
  return value.test(rest.join('=')) ? undefined : `is not a value of ${name}`;
}
