/** The part of package-lock.json (lockfileVersion 3) that we touch. */
export interface LockFile {
  readonly packages: Record<string, LockEntry>;
}

interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const SYSTEMS = 'aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32';
const PROCESSORS = 'arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|x64|armv7|aarch64';
/** How packages with prebuilt programs are named: `@biomejs/cli-linux-x64-musl`. */
const PLATFORM = new RegExp(`(?:^|[-/])(${SYSTEMS})-(${PROCESSORS})(?:-(musl|gnu))?$`);

/** Adds what is missing, in npm's order, and answers the names. A complete lock stays as it is. */
export function completeLock(lock: LockFile): readonly string[] {
  const added = Object.values(lock.packages).flatMap((entry) =>
    Object.entries(entry.optionalDependencies ?? {}).flatMap(([name, version]) => {
      const path = `node_modules/${name}`;
      if (path in lock.packages || !/^\d/.test(version)) return [];
      const isDev = entry.dev === true ? { dev: true } : {};
      lock.packages[path] = { version, ...platformOf(name), ...isDev, optional: true };
      return [name];
    }),
  );
  if (added.length > 0) sortEntries(lock.packages);
  return added;
}

/** For which machines npm may install it. */
function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const [, os, cpu, libc] = PLATFORM.exec(name) ?? [];
  if (os === undefined || cpu === undefined) return {};
  const wanted = { os: [os], cpu: [cpu === 'aarch64' ? 'arm64' : cpu] };
  return libc === undefined ? wanted : { ...wanted, libc: [libc === 'gnu' ? 'glibc' : libc] };
}

function sortEntries(packages: Record<string, LockEntry>): void {
  const sorted = Object.entries(packages).sort(([one], [other]) => one.localeCompare(other, 'en'));
  for (const [path] of sorted) delete packages[path];
  Object.assign(packages, Object.fromEntries(sorted));
}
