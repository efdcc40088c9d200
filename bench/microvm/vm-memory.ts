import { stat } from 'node:fs/promises';
import { LogSource } from '@capsule/api/wire';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { benchError } from '../errors.ts';
import type { Figure } from '../figure/figure.ts';
import { summarise } from '../figure/statistics.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';
import { mappedMemoryOf, processesOf } from './machine-process.ts';

const NAME = 'p5';
const COMMANDS = 10;
const INPUT = Buffer.alloc(500_000, 'all of it\n');
const GOAL_MB = (4 * 1024 * 1024) / 1e6;
const PROGRAM = '/usr/lib/capsule/guest/capsule-guest';

interface Sample {
  readonly resident: number;
  readonly peak: number;
  readonly machine: number;
  readonly carrier: number;
  readonly guest: number;
}

/**
 * P5: the memory of the agent, which it reports at its stop: after only its payload, and after ten concurrent
 * commands with input. Also the memory of the processes on the capsule, without the guest memory.
 */
export const vmMemory: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  const idle: Sample[] = [];
  const busy: Sample[] = [];
  for (let round = 0; round < samplesOf(setting, 5); round += 1) {
    setting.signal.throwIfAborted();
    idle.push(await sample(capsule, async () => {}));
    busy.push(await sample(capsule, () => feedTen(capsule)));
  }
  const { size } = await stat(capsule.pathOf(PROGRAM));
  const line = (what: string, samples: readonly number[]): Figure => ({
    id: 'P5',
    what,
    unit: 'MB',
    summary: summarise(samples),
  });
  const of = (samples: readonly Sample[], key: keyof Sample) => samples.map((one) => one[key]);
  const goal = { most: GOAL_MB };
  return [
    { ...line('agent resident, idle', of(idle, 'resident')), goal },
    { ...line('agent at its peak, 10 commands fed', of(busy, 'peak')), goal },
    { ...line('agent, program', [size / 1e6]), goal },
    line('QEMU without the guest', of(idle, 'machine')),
    line('vhost-device-vsock', of(idle, 'carrier')),
    line('guest of 256 MiB, idle', of(idle, 'guest')),
  ];
};

async function sample(capsule: WatchedCapsule, work: () => Promise<void>): Promise<Sample> {
  await capsule.runMicroVm(NAME);
  await work();
  const own = { machine: 0, vsock: 0, guest: 0 };
  for (const process of await processesOf(capsule, NAME)) {
    const { role } = process;
    if (role !== 'machine' && role !== 'vsock') continue;
    const mapped = await mappedMemoryOf(capsule, process);
    own[role] += mapped.own;
    own.guest += mapped.guest;
  }
  await capsule.client.workload.stop({ name: NAME });
  const agent = await agentMemory(capsule);
  await capsule.remove([NAME]);
  return { ...agent, machine: own.machine, carrier: own.vsock, guest: own.guest };
}

async function feedTen({ lab }: WatchedCapsule): Promise<void> {
  const command = ['workload', 'exec', '-i', NAME, '--', 'cat'];
  const ten = Array.from({ length: COMMANDS }, () =>
    lab.capsulectlWith({ input: INPUT }, ...command),
  );
  for (const { exitCode, stderr } of await Promise.all(ten)) {
    if (exitCode !== 0) throw benchError.COMMAND_FAILED({ command: 'exec', said: stderr });
  }
}

/** Reads the memory from the console, in MB. */
async function agentMemory({ client }: WatchedCapsule): Promise<Pick<Sample, 'resident' | 'peak'>> {
  let text = '';
  for await (const { data } of client.workload.logs({ name: NAME, source: LogSource.SERIAL })) {
    text += Buffer.from(data).toString();
  }
  const found = /memory: (\d+) kB resident, (\d+) kB at its peak/.exec(text);
  const [resident, peak] = [found?.[1], found?.[2]].map((kib) => (Number(kib) * 1024) / 1e6);
  if (resident === undefined || peak === undefined) {
    throw benchError.WORKLOAD_FAILED({ name: NAME, said: 'its agent reports no memory' });
  }
  return { resident, peak };
}
