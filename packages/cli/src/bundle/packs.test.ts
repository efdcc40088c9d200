import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
const FLAGS = ['--single-threaded'];
const start = (words: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  run(process.execPath, [...FLAGS, join(folder, 'cli.cjs'), ...words], { env });

test('the bundle runs both programs, with calls, streams and modules of either pack', async () => {
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

test('V8 takes the compiled code of both packs, and the bundle runs without it', async () => {
  const [packs = ''] = (await readdir(folder)).filter((name) => name.startsWith('packs-'));
  const files = (await readdir(join(folder, packs))).sort();
  assert.deepEqual(files, ['cli-0.js', 'cli-0.js.cache', 'cli-1.js', 'cli-1.js.cache']);
  for (const pack of ['cli-0.js', 'cli-1.js']) {
    const file = join(folder, packs, pack);
    const code = `const { readFileSync } = require('node:fs');
      const cachedData = readFileSync(${JSON.stringify(`${file}.cache`)});
      const source = readFileSync(${JSON.stringify(file)}, 'latin1');
      const script = new (require('node:vm').Script)(source, { filename: ${JSON.stringify(file)}, cachedData });
      process.stdout.write([script.cachedDataRejected, /[^\\x00-\\x7f]/.test(source)].join(' '));`;
    const { stdout } = await run(process.execPath, [...FLAGS, '-e', code]);
    assert.equal(stdout, 'false false');
  }
  const version = await start(['capsulectl', '--version']);
  for (const pack of ['cli-0.js.cache', 'cli-1.js.cache']) await rm(join(folder, packs, pack));
  assert.deepEqual(await start(['capsulectl', '--version']), version);
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
