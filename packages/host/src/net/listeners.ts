import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A socket that accepts traffic to a port. */
export interface ListeningSocket {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  readonly inode: string;
}

/** A process that has a socket. */
export interface SocketOwner {
  readonly pid: number;
  /** Name of its program. */
  readonly program: string;
  /** Its lines of `/proc/PID/cgroup`. */
  readonly cgroups: readonly string[];
}

const TABLES = [
  ['tcp', 'tcp'],
  ['tcp6', 'tcp'],
  ['udp', 'udp'],
  ['udp6', 'udp'],
] as const;
/** `TCP_LISTEN`, and of UDP a socket without a peer. */
const OPEN = { tcp: '0A', udp: '07' } as const;

/** Sockets of this network namespace that listen, on any address. */
export function listeningSockets(): readonly ListeningSocket[] {
  return TABLES.flatMap(([file, protocol]) => parseSockets(readTable(file), protocol));
}

/** Reads a table of `/proc/net`. Pure. */
export function parseSockets(text: string, protocol: 'tcp' | 'udp'): readonly ListeningSocket[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const port = Number.parseInt(local.split(':').at(-1) ?? '', 16);
      return state === OPEN[protocol] && port > 0 ? [{ port, protocol, inode }] : [];
    });
}

/** The process that owns a socket; undefined for one of the kernel or of a process that has just ended. */
export function ownerOfSocket(inode: string): SocketOwner | undefined {
  const wanted = `socket:[${inode}]`;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const owner = ifStillThere(() => {
      const folder = `/proc/${pid}/fd`;
      const has = readdirSync(folder).some(
        (fd) => ifStillThere(() => readlinkSync(`${folder}/${fd}`)) === wanted,
      );
      return has ? describeProcess(pid) : undefined;
    });
    if (owner !== undefined) return owner;
  }
  return undefined;
}

function describeProcess(pid: string): SocketOwner {
  return {
    pid: Number(pid),
    program: readFileSync(`/proc/${pid}/comm`, 'utf8').trim(),
    cgroups: readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n'),
  };
}

/** A kernel without IPv6 does not have its tables. */
function readTable(file: string): string {
  return ifStillThere(() => readFileSync(`/proc/self/net/${file}`, 'utf8')) ?? '';
}

/** Processes and their files may disappear during the scan. */
function ifStillThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return undefined;
    throw error;
  }
}
