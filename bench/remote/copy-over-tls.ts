import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '@capsule/testkit';
import { type Benchmark, type Setting, samplesOf } from '../benchmark.ts';
import { benchError } from '../errors.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import { OpenSsl } from '../peer/openssl.ts';
import { startCapsule } from '../setting/start-capsule.ts';
import { writeRandom } from '../setting/write-random.ts';

const NAME = 'p16';
const LARGE_MIB = 1024;
const TIMEOUT_MS = 600_000;

/** P16: the run time of `cp` of one large file over TLS, over the unix socket, and of `openssl` over the same network. */
export const copyOverTls: Benchmark = async (setting) => {
  await using capsule = await startCapsule(setting);
  const { lab } = capsule;
  await capsule.run(NAME);
  const folder = await mkdtemp(join(lab.stateDir, 'copy-'));
  try {
    const file = join(folder, 'large');
    await writeRandom(file, LARGE_MIB);
    await makeContext(lab, folder);
    const openssl = new OpenSsl({ netns: lab.netns, address: lab.address, folder });
    await openssl.prepare();
    const took = await measure(setting, {
      tls: () => copy(lab, folder, ['--capsule', 'bench', file, `${NAME}:/large`]),
      socket: () => copy(lab, folder, [file, `${NAME}:/large`]),
      openssl: () => openssl.send(file, join(folder, 'arrived')),
    });
    const ratio = (peer: 'socket' | 'openssl') => summarise(pairRatios(took.tls, took[peer]));
    const seconds = (way: keyof typeof took) => summarise(took[way].map((ms) => ms / 1000));
    return [
      { id: 'P16', what: 'cp in of 1 GiB, TLS / socket', unit: 'x', summary: ratio('socket') },
      { id: 'P16', what: 'cp in of 1 GiB, TLS / openssl', unit: 'x', summary: ratio('openssl') },
      { id: 'P16', what: 'cp in of 1 GiB, TLS', unit: 's', summary: seconds('tls') },
      { id: 'P16', what: 'cp in of 1 GiB, socket', unit: 's', summary: seconds('socket') },
      { id: 'P16', what: '1 GiB, openssl s_client', unit: 's', summary: seconds('openssl') },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

type Way = 'tls' | 'socket' | 'openssl';

async function measure(
  setting: Setting,
  ways: Readonly<Record<Way, () => Promise<number>>>,
): Promise<Readonly<Record<Way, number[]>>> {
  const took: Record<Way, number[]> = { tls: [], socket: [], openssl: [] };
  for (let round = -1; round < samplesOf(setting, 10); round += 1) {
    for (const way of ['tls', 'socket', 'openssl'] as const) {
      setting.signal.throwIfAborted();
      const ms = await ways[way]();
      if (round >= 0) took[way].push(ms); // the first one warms up
    }
  }
  return took;
}

/** An operator whose key root has enrolled: the adoption then needs no code. */
async function makeContext(lab: Lab, folder: string): Promise<void> {
  const key = await capsulectl(lab, folder, ['key', 'show']);
  await capsulectl(lab, folder, ['key', 'add', '--name', 'bench', '-'], key);
  await capsulectl(lab, folder, ['adopt', lab.address, '--name', 'bench', '--yes']);
}

async function copy(lab: Lab, folder: string, words: readonly string[]): Promise<number> {
  const begunAt = performance.now();
  await capsulectl(lab, folder, ['cp', '-q', ...words]);
  return performance.now() - begunAt;
}

async function capsulectl(
  lab: Lab,
  folder: string,
  words: readonly string[],
  input?: string,
): Promise<string> {
  const env = { ...lab.env, CAPSULE_CONFIG_DIR: join(folder, 'config') };
  const options = { env, timeoutMs: TIMEOUT_MS, ...(input !== undefined && { input }) };
  const { exitCode, stdout, stderr } = await lab.capsulectlWith(options, ...words);
  if (exitCode === 0) return stdout;
  throw benchError.COMMAND_FAILED({ command: words[0] ?? '', said: stderr });
}
