import { rm, writeFile } from 'node:fs/promises';
import {
  type CellNamespaceNames,
  type CellNamespacePaths,
  type CellNamespaces,
  type CellNamespacesSeen,
  keyedLock,
} from '@capsule/core';
import { namesIn, run } from '@capsule/host';
import { namespaceError } from './errors.ts';
import { lookAtPins, makePlaces, type Pins, type PinsSeen, pinsOf, removePlaces } from './pins.ts';

const SHM_OPTIONS = 'mode=1777,nosuid,nodev,noexec';

/** Runs inside of the namespaces: sets the host name, and mounts shared memory at a place with a size, if any. */
const INSIDE = `printf %s "$1" > /proc/sys/kernel/hostname || exit 1
[ -z "$2" ] || exec mount -t tmpfs -o ${SHM_OPTIONS},size="$3" shm "$2"`;

/** Mounts of one place: a process of a killed capsuled may have mounted there at the same time. */
const MOST_MOUNTS = 4;

/**
 * Pins namespaces as bind mounts in a folder of each cell, with one process. The state is read from Linux, so a new
 * capsuled continues where an old one died. Fails with `NAMESPACE_*`, `PROCESS_*`.
 *
 * INVARIANT: work on one key is serial. The mark is the last thing that `pin` writes, and the first that goes.
 */
export class PinnedNamespaces implements CellNamespaces {
  readonly #root: string;
  readonly #lock = keyedLock();

  constructor(root = '/run/capsule-cells') {
    this.#root = root;
  }

  pin(key: string, names: CellNamespaceNames, signal?: AbortSignal) {
    const { hostname, shmBytes, sysctls } = names;
    return this.#lock(key, async () => {
      const pins = pinsOf(this.#root, key);
      const seen = await lookAtPins(pins);
      const isSized = seen?.shm !== true || seen.shmBytes === shmBytes;
      if (!isSized) await resize(pins.shm, shmBytes, signal);
      if (seen !== undefined && isWhole(seen) && seen.hostname === hostname) return;
      await makePlaces(pins, seen);
      await rm(pins.mark, { force: true });
      const [program = '', ...args] = commandOf(pins, seen, names);
      await run(program, args, signal === undefined ? {} : { signal });
      const isNew = seen?.hostname === undefined && seen?.sysctls === undefined;
      if (isNew && sysctls !== undefined) await writeFile(pins.sysctls, sysctls);
      await writeFile(pins.mark, hostname);
    });
  }

  unpin(key: string, signal?: AbortSignal): Promise<void> {
    return this.#lock(key, async () => {
      const pins = pinsOf(this.#root, key);
      await rm(pins.mark, { force: true });
      for (let round = 0; round <= MOST_MOUNTS; round += 1) {
        const mounted = await mountedPlaces(pins);
        if (mounted.length === 0) return removePlaces(pins);
        await run('umount', ['--lazy', ...mounted], signal === undefined ? {} : { signal });
      }
      throw namespaceError.LEFT_BEHIND({ key, left: pins.folder });
    });
  }

  async inspect(key: string): Promise<CellNamespacesSeen | undefined> {
    const seen = await lookAtPins(pinsOf(this.#root, key));
    if (seen === undefined) return undefined;
    const { hostname, shmBytes, sysctls } = seen;
    const noted = { ...(sysctls !== undefined && { sysctls }) };
    const sized = { ...(shmBytes !== undefined && { shmBytes }) };
    return { key, hostname, ...sized, ...noted, complete: isWhole(seen) };
  }

  async list(): Promise<readonly CellNamespacesSeen[]> {
    const keys = await namesIn(this.#root);
    const seen = await Promise.all(keys.map((key) => this.inspect(key)));
    return seen.flatMap((one) => one ?? []);
  }

  paths(key: string): CellNamespacePaths {
    const { net, ipc, uts, shm } = pinsOf(this.#root, key);
    return { net, ipc, uts, shm };
  }
}

function isWhole({ ipc, uts, shm, hostname }: PinsSeen): boolean {
  return ipc && uts && shm && hostname !== undefined;
}

/** Enters a pinned UTS namespace for the host name's sake, and pins the namespaces that are missing: one process. */
function commandOf(
  { ipc, uts, shm }: Pins,
  seen: PinsSeen | undefined,
  { hostname, shmBytes }: CellNamespaceNames,
): readonly string[] {
  const missing = [
    ...(seen?.ipc === true ? [] : [`--ipc=${ipc}`]),
    ...(seen?.uts === true ? [] : [`--uts=${uts}`]),
  ];
  return [
    ...(seen?.uts === true ? ['nsenter', `--uts=${uts}`, '--'] : []),
    ...(missing.length > 0 ? ['unshare', ...missing, '--'] : []),
    ...['sh', '-c', INSIDE, 'sh', hostname, seen?.shm === true ? '' : shm, String(shmBytes)],
  ];
}

/** Every container of the cell sees it at once: they mount the same file system. */
async function resize(shm: string, bytes: number, signal?: AbortSignal) {
  const options = `remount,nosuid,nodev,noexec,size=${bytes}`;
  try {
    await run('mount', ['-o', options, shm], signal === undefined ? {} : { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw namespaceError.SHM_NOT_RESIZED({ bytes }, cause);
  }
}

async function mountedPlaces(pins: Pins): Promise<readonly string[]> {
  const seen = await lookAtPins(pins);
  return (['ipc', 'uts', 'shm'] as const).flatMap((place) => (seen?.[place] ? [pins[place]] : []));
}
