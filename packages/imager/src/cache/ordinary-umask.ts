const ORDINARY = 0o022;

let workers = 0;
let before = ORDINARY;

/**
 * Runs work, and the programs that it starts, under umask 022: their files have the same modes, readable for
 * workloads, whichever shell starts the build. The umask belongs to the whole process: it is restored when
 * the last such work of this process has ended. A file that must be private sets its mode explicitly.
 */
export async function underOrdinaryUmask<T>(work: () => Promise<T>): Promise<T> {
  if (workers === 0) before = process.umask(ORDINARY);
  workers += 1;
  try {
    return await work();
  } finally {
    workers -= 1;
    if (workers === 0) process.umask(before);
  }
}
