import { LogSource } from '@capsule/api';
import { BareMachine } from './bare-machine.ts';
import { type Benchmark, samplesOf } from './benchmark.ts';
import { benchError } from './errors.ts';
import type { Figure } from './figure.ts';
import { pairRatios, summarise } from './statistics.ts';
import { WatchedCapsule } from './watched-capsule.ts';

const SIZE = { memoryMib: 256 };
/** Milliseconds since the call of Apply. */
interface Start {
  readonly agent: number;
  readonly running: number;
  readonly ready: number;
}

/** P3: from an apply to the end of the first exec, pair by pair with a bare boot of the same kernel. */
export const vmStart: Benchmark = async (setting) => {
  await using capsule = await WatchedCapsule.start(setting);
  await capsule.runMicroVm('p3', SIZE);
  const bare = await BareMachine.like(capsule, 'p3');
  await capsule.remove(['p3']);
  setting.say(`microVMs here: ${bare.mode}`);
  const boots: number[] = [];
  const starts: Start[] = [];
  const rounds = samplesOf(setting, 15);
  for (let round = 0; round < rounds; round += 1) {
    setting.signal.throwIfAborted();
    boots.push(await bare.boot());
    starts.push(await startOne(capsule, `p3-${round}`));
  }
  const of = (key: keyof Start) => starts.map((start) => start[key]);
  const added = of('ready').map((ms, index) => ms - (boots[index] ?? Number.NaN));
  const line = (what: string, samples: readonly number[]): Figure => ({
    ...{ id: 'P3', what, unit: 'ms', summary: summarise(samples) },
  });
  const ratio = summarise(pairRatios(of('ready'), boots));
  const { isKvm, mode } = bare;
  return [
    {
      ...{ id: 'P3', what: `exec-ready / bare boot, ${mode}`, unit: 'x', summary: ratio },
      ...(isKvm ? {} : { goal: { most: 1.15 } }),
    },
    { ...line('exec-ready above bare boot', added), ...(isKvm ? { goal: { most: 150 } } : {}) },
    line('bare boot to init', boots),
    line('apply to agent ready', of('agent')),
    line('apply to payload running', of('running')),
    line('apply to exec-ready', of('ready')),
  ];
};

async function startOne(capsule: WatchedCapsule, name: string): Promise<Start> {
  const appliedAt = performance.timeOrigin + performance.now();
  const running = await capsule.runMicroVm(name, SIZE);
  await capsule.exec(name);
  const ready = performance.timeOrigin + performance.now() - appliedAt;
  const agent = (await agentReadyAt(capsule, name)) - appliedAt;
  await capsule.remove([name]);
  return { agent, running, ready };
}

/** When the agent said so on the console; milliseconds since 1970. */
async function agentReadyAt({ client }: WatchedCapsule, name: string): Promise<number> {
  const request = { name, source: LogSource.SERIAL, timestamps: true };
  let text = '';
  for await (const { data } of client.workload.logs(request)) text += Buffer.from(data).toString();
  const at = /^(\S+) .*capsule-guest: ready/m.exec(text)?.[1];
  if (at === undefined) throw benchError.WORKLOAD_FAILED({ name, said: 'its agent is not ready' });
  return Date.parse(at);
}
