import { readFileSync, writeFileSync } from 'node:fs';
import { capsuleInit } from './binary.ts';
import { Program } from './program.ts';
import type { Scratch } from './scratch.ts';

export interface NamespacedInit extends AsyncDisposable {
  readonly program: Program;
  readonly log: string;
  readonly services: string;
  /** Signals PID 1 itself. */
  kill(signal: NodeJS.Signals): void;
  /** Pids, as the host sees them, of the processes whose parent is PID 1. */
  children(): number[];
}

/** Starts capsule-init as PID 1 of a pid and mount namespace, without the mounts of a boot. */
export async function startInit(
  scratch: Scratch,
  conf: string,
  options: { log?: string } = {},
): Promise<NamespacedInit> {
  const services = scratch.path('services.conf');
  const log = options.log ?? scratch.path('log', 'capsule.log');
  writeFileSync(services, conf);
  const namespaces = ['--pid', '--mount', '--ipc', '--fork', '--kill-child', '--mount-proc'];
  const init = [capsuleInit, '--no-mounts', '--services', services, '--log', log];
  const program = new Program('unshare', [...namespaces, '--', ...init], {
    env: { CAPSULE_EMBEDDED: '1' },
  });
  await program.line(/ init F capsule-init .* started$/);
  const [pid] = childrenOf(program.pid);
  if (pid === undefined) throw new Error('PID 1 has gone');
  return {
    program,
    log,
    services,
    kill: (signal) => process.kill(pid, signal),
    children: () => childrenOf(pid),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}
