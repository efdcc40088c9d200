import { signalName } from '../../resource/cell/signal.ts';
import { formatSize } from '../../resource/size.ts';

/** How the first process of a container ended. */
export interface Exit {
  readonly exitCode: number;
  /** The signal that ended it; absent when it ended by itself. */
  readonly exitSignal?: number;
  /** The kernel ended it for want of memory. */
  readonly oomKilled?: boolean;
}

const LAST_SIGNAL = 64;
const SIGKILL = 9;

/**
 * Reads an exit status. The runtime reports a process that a signal ended as 128 plus the signal's
 * number, as shells do; a program that exits with such a code itself looks the same. Pure.
 */
export function exitFromStatus(exitCode: number, oomKilled: boolean): Exit {
  const signal = exitCode - 128;
  const isSignal = signal > 0 && signal <= LAST_SIGNAL;
  return {
    exitCode,
    ...(isSignal ? { exitSignal: signal } : {}),
    ...(oomKilled ? { oomKilled } : {}),
  };
}

/**
 * Returns `ended with exit code 3`, `ended by signal SIGSEGV`, or that the kernel killed it for want of memory, with the
 * limit of the container. Pure.
 */
export function describeExit(
  { exitCode, exitSignal, oomKilled }: Exit,
  limitBytes: number | undefined,
): string {
  if (oomKilled === true) {
    const limit =
      limitBytes === undefined
        ? 'it ran out of memory'
        : `it reached its memory limit of ${formatSize(limitBytes)}`;
    return exitSignal === SIGKILL
      ? `killed by the kernel: ${limit}`
      : `ended with exit code ${exitCode}, after the kernel killed one of its processes: ${limit}`;
  }
  if (exitSignal === undefined) return `ended with exit code ${exitCode}`;
  return `ended by signal ${signalName(exitSignal)}`;
}
