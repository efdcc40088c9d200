import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { CapsuleService, WorkloadService } from '@capsule/api/wire';
import { startRemoteCapsule } from '@capsule/testkit/remote-capsule';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'capsulectl-file-'));
after(() => rm(folder, { recursive: true }));

const file = join(folder, 'capsulectl');
await run(process.execPath, [join(import.meta.dirname, '../../build-file.ts'), file]);

/** The Node of Debian, which is older than ours; without it, ours stands in. */
async function laptopNode(): Promise<string> {
  const version = await run('/usr/bin/node', ['--version']).catch(() => undefined);
  return version === undefined ? process.execPath : '/usr/bin/node';
}

const node = await laptopNode();
const env = { HOME: join(folder, 'home') };
const capsulectl = (...words: string[]) => run(node, [file, ...words], { env, cwd: '/' });

test('the file has a shebang, and runs without anything beside it', async () => {
  assert.deepEqual(await readdir(folder), ['capsulectl']);
  const direct = await run(file, ['--version'], { env: { PATH: `${join(node, '..')}:/usr/bin` } });
  assert.match(direct.stdout, /^capsulectl \d/);
  assert.match((await capsulectl('workload', '--help').catch((error) => error)).stdout, /workload/);
});

test('the file also runs where a package.json above it makes it a module', async () => {
  const inner = join(folder, 'module');
  await mkdir(inner);
  await writeFile(join(inner, 'package.json'), '{ "type": "module" }');
  await copyFile(file, join(inner, 'capsulectl'));
  const { stdout } = await run(node, [join(inner, 'capsulectl'), '--version'], { env });
  assert.match(stdout, /^capsulectl \d/);
});

test('a laptop adopts a capsule and uses it, with calls and streams', async () => {
  await using fake = await startRemoteCapsule((router) => {
    router.service(WorkloadService, { list: () => ({ workloads: [] }) });
    router.service(CapsuleService, {
      getInfo: () => ({ hostname: 'box' }),
      async *streamLogs() {
        yield { data: new TextEncoder().encode('first\n') };
      },
    });
  });
  const words = ['--name', 'box', '--yes', '--code', 'ABCD-EFGH', '-o', 'name'];
  assert.equal((await capsulectl('adopt', fake.address, ...words)).stdout, 'box\n');
  assert.equal((await capsulectl('capsule', 'info', '-o', 'name')).stdout, 'box\n');
  assert.equal((await capsulectl('workload', 'list', '-o', 'json')).stdout, '[]\n');
  assert.equal((await capsulectl('capsule', 'logs')).stdout, 'first\n');
  assert.match((await capsulectl('context', 'list', '-o', 'yaml')).stdout, /isCurrent: true/);
});
