import { readProc } from '@capsule/host';

type Read = (file: 'environ' | 'cmdline') => Promise<string>;

/**
 * Returns whether the environment of a living process has this line; undefined while the process executes
 * another program. From the moment when execve(2) takes the new memory until it has copied arguments and
 * environment there, the kernel shows neither. A program that was started without an environment does have
 * arguments.
 */
export async function readMark(
  pid: number,
  mark: string,
  read: Read = (file) => readProc(pid, file),
): Promise<boolean | undefined> {
  const isMarked = async () => (await read('environ')).split('\0').includes(mark);
  if (await isMarked()) return true;
  if ((await read('cmdline')) === '') return undefined;
  // The process may have finished its execve between the two reads.
  return isMarked();
}
