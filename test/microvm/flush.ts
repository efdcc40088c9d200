import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../lab/random.ts';
import { until } from '../lab/until.ts';
import { pushImage } from './push-image.ts';
import type { Rounds } from './rounds.ts';
import { runIn } from './run-in.ts';
import type { VmSetting } from './vm-setting.ts';
import { applyContainer, applyVm, remove, untilReady } from './workload.ts';

/** The activity during the stop of a microVM. */
export const FLUSH_WAYS = ['plain', 'exec open', 'TERM ignored', 'capsuled killed'] as const;

const IMAGE = 'flushed:1';
const VOLUME = 'flushed';
const MOUNTS = [{ volumeName: VOLUME, mountPath: '/data' }];
const HEED = 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done';
const IGNORE = 'trap "" TERM; while :; do sleep 1; done';
const MOST_BYTES = 4 * 1024 * 1024;
const KILL_WITHIN_MS = 800;
const OPEN_MS = 30_000;
const HOLD = 'exec 3> /data/held; echo held >&3; exec sleep 1000';
const LOOK = 'sha256sum < /data/f | cut -d" " -f1; cat /data/held 2>/dev/null; rm -f /data/held';

/**
 * Repeatedly writes data in a microVM, stops it immediately, and reads the data in a container. Throws if a
 * byte differs.
 */
export async function flush(request: Rounds): Promise<void> {
  const { setting, random, rounds, say } = request;
  const { workload, volume } = setting.client;
  await prepare(request);
  for (let round = 0; round < rounds; round += 1) {
    const way = FLUSH_WAYS[round % FLUSH_WAYS.length] ?? 'plain';
    const text = randomText(random, 1 + random.below(MOST_BYTES));
    const writer = way === 'TERM ignored' ? 'stubborn' : 'heeding';
    await workload.start({ name: writer });
    await untilReady(setting, writer);
    const session = way === 'exec open' ? await holdOpen(setting, writer) : undefined;
    await runIn(setting, writer, 'cat > /data/f', text);
    await stop(setting, writer, way === 'capsuled killed' ? random : undefined);
    await session?.ended;
    const [found, held] = await read(setting);
    const isWhole = found === createHash('sha256').update(text).digest('hex');
    const isThere = isWhole && (session === undefined || held === 'held');
    say(`${round + 1}: ${way}, ${text.length} bytes, ${isThere ? 'all there' : 'LOST'}`);
    assert.ok(isThere, `round ${round + 1} (${way})`);
  }
  await remove(setting, 'heeding', 'stubborn', 'reader');
  await volume.delete({ name: VOLUME, force: true });
}

async function prepare({ setting, backend }: Rounds): Promise<void> {
  await pushImage(setting, IMAGE, HEED);
  await setting.client.volume.create({ name: VOLUME, sizeMib: 64n });
  const spec = { backend, image: IMAGE, mounts: MOUNTS, stopGraceSeconds: 1 };
  await applyVm(setting, 'heeding', spec);
  await untilReady(setting, 'heeding');
  await setting.client.workload.stop({ name: 'heeding' });
  await applyVm(setting, 'stubborn', { ...spec, args: ['/bin/sh', '-c', IGNORE] });
  await untilReady(setting, 'stubborn');
  await setting.client.workload.stop({ name: 'stubborn' });
}

/** A process in the guest that keeps a file of the volume open. It ends with the guest. */
async function holdOpen(
  setting: VmSetting,
  name: string,
): Promise<{ readonly ended: Promise<unknown> }> {
  const session = runIn(setting, name, HOLD).catch((error: unknown) => error);
  await until('the open file', OPEN_MS * setting.slowness, async () => {
    const { exitCode } = await runIn(setting, name, '[ -s /data/held ]');
    return exitCode === 0;
  });
  return { ended: session };
}

/** Requests a stop, and kills capsuled during the stop if a random time is given. */
async function stop(setting: VmSetting, name: string, chance: Random | undefined): Promise<void> {
  const { workload } = setting.client;
  const stopping = workload.stop({ name }).catch((error: unknown) => error);
  if (chance !== undefined) {
    await delay(chance.below(KILL_WITHIN_MS * setting.slowness));
    await setting.killCapsuled();
  }
  await stopping;
  await workload.stop({ name });
}

async function read(setting: VmSetting): Promise<readonly string[]> {
  const { workload } = setting.client;
  await applyContainer(setting, 'reader', { image: IMAGE, mounts: MOUNTS, stopSignal: 'SIGKILL' });
  await workload.start({ name: 'reader' });
  await untilReady(setting, 'reader');
  const { stdout } = await runIn(setting, 'reader', LOOK);
  await workload.stop({ name: 'reader' });
  return stdout.split('\n');
}

/** Data without repetition. */
function randomText(random: Random, size: number): string {
  const seed = String(random.below(2 ** 31));
  const lines = Array.from({ length: Math.ceil(size / 64) }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest('hex'),
  );
  return lines.join('').slice(0, size);
}
