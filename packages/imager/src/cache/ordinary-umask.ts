const ORDINARY = 0o022;

let workers = 0;
let before = ORDINARY;

/**
 * Runs work, and the programs that it starts, under umask 022: what they make is the same, and readable for
 * workloads, from whatever shell the build was started. The umask is that of the whole process, so it comes
 * back when the last such work of this process has ended; a file that must be private says so by its mode.
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
