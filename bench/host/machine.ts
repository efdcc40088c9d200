import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { run } from '@capsule/host';

/** The machine that the figures were measured on. */
export interface Machine {
  readonly measuredAt: string;
  readonly system: string;
  readonly kernel: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryMiB: number;
  /** The cores that other programs used just before the benchmark, or just after it if that is more. */
  readonly others: number;
  readonly podman: string;
  readonly commit: string;
}

export async function readMachine(): Promise<Omit<Machine, 'others'>> {
  const release = await readFile('/etc/os-release', 'utf8');
  const [cpu] = os.cpus();
  return {
    measuredAt: new Date().toISOString(),
    system: /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? os.type(),
    kernel: os.release(),
    processor: cpu?.model ?? os.machine(),
    cores: os.availableParallelism(),
    memoryMiB: Math.round(os.totalmem() / 2 ** 20),
    podman: (await run('podman', ['--version'])).stdout.trim(),
    commit: await commit(),
  };
}

/** Ends with `+` if there are uncommitted changes; empty outside a checkout. */
async function commit(): Promise<string> {
  const args = ['-C', import.meta.dirname, 'describe', '--always', '--dirty=+'];
  const { exitCode, stdout } = await run('git', args, { allow: [0, 128] });
  return exitCode === 0 ? stdout.trim() : '';
}
