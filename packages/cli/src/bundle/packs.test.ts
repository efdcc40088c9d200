import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { workloadToProto } from '@capsule/api/wire';
import { startFakeCapsule } from '../testing/fake-capsule.ts';
import { sampleWorkload } from '../testing/sample-workload.ts';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'capsulectl-packs-'));
after(() => rm(folder, { recursive: true }));
await run(process.execPath, [join(import.meta.dirname, '../../build.ts'), folder]);

const wire = workloadToProto(sampleWorkload({ spec: { name: 'web' } }));
/** Those of the launchers. */
const FLAGS = [
  '--single-threaded-gc',
  '--no-concurrent-recompilation',
  '--no-concurrent-sparkplug',
];
const start = (words: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  run(process.execPath, [...FLAGS, join(folder, 'cli.cjs'), ...words], { env });

test('the bundle runs both programs, with calls, streams and modules of every pack', async () => {
  await using capsule = await startFakeCapsule({
    workload: {
      list: () => ({ workloads: [wire] }),
      get: () => wire,
      async *exec(messages) {
        let input = 0;
        for await (const { payload } of messages) {
          if (payload.case !== 'stdin') continue;
          if (payload.value.length === 0) break;
          input += payload.value.length;
        }
        yield { payload: { case: 'stdout' as const, value: Buffer.from(`${input}\n`) } };
        yield { payload: { case: 'exit' as const, value: { exitCode: 7 } } };
      },
    },
  });
  const env = { CAPSULE_HOST: capsule.target };
  assert.match((await start(['capsulectl', 'workload', 'list'], env)).stdout, /\nweb /);
  const yaml = await start(['capsulectl', 'workload', 'get', 'web', '-o', 'yaml'], env);
  assert.match(yaml.stdout, /^name: web\n/m);
  const exec = start(['capsulectl', 'workload', 'exec', '-i', 'web', 'wc'], env);
  exec.child.stdin?.end('12345');
  await assert.rejects(exec, { code: 7, stdout: '5\n' });
  assert.match((await start(['kuke', '--help'])).stdout, /^Usage: kuke/);
  await assert.rejects(start(['capsulectl', 'frobnicate']), { code: 2 });
});

const PACKS = ['cli-0.js', 'cli-1.js', 'cli-2.js'];

test('V8 takes the compiled code of each pack, and the bundle runs without it', async () => {
  const [packs = ''] = (await readdir(folder)).filter((name) => name.startsWith('packs-'));
  const files = (await readdir(join(folder, packs))).sort();
  assert.deepEqual(files, [...PACKS.flatMap((name) => [name, `${name}.cache`]), 'cli-pages']);
  for (const pack of PACKS) {
    const file = join(folder, packs, pack);
    const code = `const { readFileSync } = require('node:fs');
      const cachedData = readFileSync(${JSON.stringify(`${file}.cache`)});
      const source = readFileSync(${JSON.stringify(file)}, 'latin1');
      const script = new (require('node:vm').Script)(source, { filename: ${JSON.stringify(file)}, cachedData });
      process.stdout.write([script.cachedDataRejected, /[^\\x00-\\x7f]/.test(source)].join(' '));`;
    const { stdout } = await run(process.execPath, [...FLAGS, '-e', code]);
    assert.equal(stdout, 'false false');
  }
  const words = ['capsulectl', 'version', '--client'];
  const version = await start(words);
  for (const pack of PACKS) await rm(join(folder, packs, `${pack}.cache`));
  assert.deepEqual(await start(words), version);
});

test('help and versions are printed from their pages, without the packs', async () => {
  const code = `process.argv.splice(1, 0, ${JSON.stringify(join(folder, 'cli.cjs'))});
    process.on('exit', () => {
      const loaded = process.moduleLoadList.join(' ');
      process.stderr.write(loaded);
    });
    require(process.argv[1]);`;
  const { stdout, stderr } = await run(process.execPath, ['-e', code, 'capsulectl', '--help']);
  assert.match(stdout, /^Usage: capsulectl/);
  assert.doesNotMatch(stderr, /NativeModule (stream|net)( |$)/);
  const full = await open('/dev/full', 'w');
  const failing = spawn(process.execPath, [join(folder, 'cli.cjs'), 'kuke', '--help'], {
    stdio: ['ignore', full.fd, 'pipe'],
  });
  const [said, [exitCode]] = await Promise.all([
    text(failing.stderr as NodeJS.ReadableStream),
    once(failing, 'exit'),
  ]);
  await full.close();
  assert.equal(exitCode, 2);
  assert.match(said, /CLI_FILE_UNWRITABLE/);
});

test('the short path loads neither another protocol nor the library of other programs', async () => {
  await using capsule = await startFakeCapsule({ workload: { list: () => ({}) } });
  const words = ['capsulectl', 'workload', 'list'];
  const code = `process.argv.splice(1, 0, ${JSON.stringify(join(folder, 'cli.cjs'))});
    process.on('exit', () => process.stderr.write(process.moduleLoadList.join(' ')));
    require(process.argv[1]);`;
  const { stderr } = await run(process.execPath, ['-e', code, ...words], {
    env: { CAPSULE_HOST: capsule.target },
  });
  for (const module of ['http', 'http2', 'tls', 'crypto', 'zlib', 'https', 'child_process']) {
    assert.doesNotMatch(stderr, new RegExp(`NativeModule ${module}( |$)`), module);
  }
  assert.ok((await readFile(join(folder, 'cli.cjs'))).length < 4096);
});
