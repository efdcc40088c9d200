import { createHash } from 'node:crypto';
import type { Lab } from '@capsule/testkit';
import { capsulectl } from '../e2e/lab/capsulectl.ts';
import { killWithin } from '../e2e/lab/kill-within.ts';
import type { Random } from '../e2e/lab/random.ts';
import { runMicroVm } from '../e2e/lab/run-micro-vm.ts';
import { pushStay } from '../e2e/lab/stay.ts';
import { until } from '../e2e/lab/until.ts';
import { manifest, untilWorkload } from '../e2e/lab/workload.ts';
import { Violation } from './journal.ts';

/** What goes on while the microVM is stopped. */
export const FLUSH_WAYS = ['plain', 'exec open', 'TERM ignored', 'capsuled killed'] as const;
export type FlushWay = (typeof FLUSH_WAYS)[number];

export interface FlushRequest {
  readonly lab: Lab;
  readonly random: Random;
  readonly rounds: number;
  readonly say: (line: string) => void;
  /** `qemu` or `firecracker`; absent: the one that the capsule prefers. */
  readonly backend?: string;
}

const IMAGE = 'stay:1';
const MOUNTS = [{ volumeName: 'flushed', mountPath: '/data' }];
const MOST_BYTES = 4 * 1024 * 1024;
const KILL_WITHIN_MS = 800;
const STOP_MS = 100_000;
const HOLD = 'exec 3> /data/held; echo held >&3; exec sleep 1000';

/**
 * Writes in a microVM, stops it at once, and reads in a container, again and again. Fails with `Violation` when one
 * byte is another.
 */
export async function flush(request: FlushRequest): Promise<void> {
  const { lab, random, rounds, say } = request;
  await prepare(request);
  for (let round = 0; round < rounds; round += 1) {
    const way = FLUSH_WAYS[round % FLUSH_WAYS.length] ?? 'plain';
    const data = randomBytes(random, 1 + random.below(MOST_BYTES));
    const writer = way === 'TERM ignored' ? 'stubborn' : 'heeding';
    await capsulectl(lab, ['workload', 'start', writer], { timeoutMs: STOP_MS });
    await untilWorkload(lab, writer, (one) => one.status?.ready === true);
    await using open = way === 'exec open' ? await holdOpen(lab, writer) : undefined;
    await capsulectl(lab, ['workload', 'exec', '-i', writer, '--', 'sh', '-c', 'cat > /data/f'], {
      input: data,
      timeoutMs: STOP_MS,
    });
    await stop(lab, writer, way === 'capsuled killed' ? random : undefined);
    const [found, held] = await read(lab);
    const isWhole = found === createHash('sha256').update(data).digest('hex');
    const isHeld = open === undefined || held === 'held';
    say(`${round + 1}: ${way}, ${data.length} bytes, ${isWhole && isHeld ? 'all there' : 'LOST'}`);
    if (!isWhole || !isHeld)
      throw new Violation(`round ${round + 1} (${way}): what was written is not there`);
  }
  await capsulectl(lab, ['workload', 'delete', 'heeding', 'stubborn', 'reader']);
  await capsulectl(lab, ['volume', 'delete', '--force', 'flushed']);
}

async function prepare({ lab, backend }: FlushRequest): Promise<void> {
  await pushStay(lab);
  await capsulectl(lab, ['volume', 'create', '--size', '64MiB', 'flushed']);
  const settings = {
    ...{ image: IMAGE, mounts: MOUNTS },
    ...(backend !== undefined && { backend }),
  };
  const args = ['/bin/sh', '-c', 'trap "" TERM; while :; do sleep 1; done'];
  await runMicroVm(lab, 'heeding', settings);
  await capsulectl(lab, ['workload', 'stop', 'heeding'], { timeoutMs: STOP_MS });
  await runMicroVm(lab, 'stubborn', { ...settings, args, stopGraceSeconds: 1 });
  await capsulectl(lab, ['workload', 'stop', 'stubborn'], { timeoutMs: STOP_MS });
}

/** A process in the guest that has a file of the volume open. Its session ends with the guest. */
async function holdOpen(lab: Lab, name: string): Promise<AsyncDisposable> {
  const session = lab.capsulectlWith(
    { timeoutMs: STOP_MS },
    ...['workload', 'exec', name, '--', 'sh', '-c', HOLD],
  );
  const isOpen = ['workload', 'exec', name, '--', 'sh', '-c', '[ -s /data/held ]'];
  await until('the open file', 30_000, async () => {
    const { exitCode } = await lab.capsulectl(...isOpen);
    return exitCode === 0;
  });
  return { [Symbol.asyncDispose]: async () => void (await session) };
}

/** Asks for a stop, and kills capsuled meanwhile if there is a chance given for when. */
async function stop(lab: Lab, name: string, chance: Random | undefined): Promise<void> {
  const stopping = lab.capsulectlWith({ timeoutMs: STOP_MS }, 'workload', 'stop', name);
  if (chance !== undefined) await killWithin(lab, chance, KILL_WITHIN_MS);
  await stopping;
  await capsulectl(lab, ['workload', 'stop', name], { timeoutMs: STOP_MS });
}

async function read(lab: Lab): Promise<readonly string[]> {
  const input = manifest('reader', { image: IMAGE, mounts: MOUNTS, stopSignal: 'SIGKILL' });
  await capsulectl(lab, ['apply', '-f', '-', '--wait', '--timeout', '60s'], { input });
  await capsulectl(lab, ['workload', 'start', 'reader']);
  await untilWorkload(lab, 'reader', (one) => one.status?.ready === true);
  const script =
    'sha256sum < /data/f | cut -d" " -f1; cat /data/held 2>/dev/null; rm -f /data/held';
  const { stdout } = await capsulectl(lab, [
    'workload',
    'exec',
    'reader',
    '--',
    'sh',
    '-c',
    script,
  ]);
  await capsulectl(lab, ['workload', 'stop', 'reader']);
  return stdout.split('\n');
}

function randomBytes(random: Random, size: number): Buffer {
  const seed = String(random.below(2 ** 31));
  const block = createHash('sha512').update(seed).digest();
  const blocks = Array.from({ length: Math.ceil(size / block.length) }, (_, index) =>
    createHash('sha512').update(block).update(String(index)).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}
