import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { manifest } from '../lab/workload.ts';
import { type Laptop, type LaptopOptions, openLaptop } from './support/laptop.ts';

const BOUND = { timeout: 120_000 };
const GREET = 'trap "exit 0" TERM; echo hello from the box; while :; do sleep 1000 & wait; done';
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

let lab: Lab;
let laptop: Laptop;

async function ctl(line: string, options?: LaptopOptions): Promise<string> {
  const { exitCode, stdout, stderr } = await laptop.capsulectl(line.split(' '), options);
  assert.equal(exitCode, 0, `${line}: ${stderr}`);
  return stdout;
}

/** The answer of a refused command. */
async function refused(line: string): Promise<string> {
  const { exitCode, stderr } = await laptop.capsulectl(line.split(' '));
  assert.notEqual(exitCode, 0, line);
  return stderr;
}

async function asRoot(...words: readonly string[]): Promise<string> {
  return (await capsulectl(lab, words)).stdout.trim();
}

/** One story, as an operator lives it: each step needs those before it. */
suite('a laptop', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    await pushBusybox(lab, 'greet:1', { Cmd: ['/bin/sh', '-c', GREET] });
    laptop = await openLaptop(lab);
  }, BOUND);
  after(async () => {
    await laptop?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  }, BOUND);

  test(
    'discovers a capsule without an owner, with the fingerprint that it proves',
    BOUND,
    async () => {
      const [found, ...others] = JSON.parse(await ctl('discover --unadopted --json'));
      assert.deepEqual(others, []);
      assert.equal(found.addr, `${lab.address}:50000`);
      assert.equal(found.adopted, false);
      const { fingerprint } = JSON.parse(await asRoot('adoption', 'show', '-o', 'json'));
      assert.equal(found.fingerprint, fingerprint);
    },
  );

  test('adopts it with the code of its console, and with no other', BOUND, async () => {
    assert.match(
      await refused(`adopt ${lab.address} --yes --code AAAA-AAAA`),
      /ADOPTION_CODE_WRONG/,
    );
    assert.equal(await ctl('context list -q'), '');
    const code = await asRoot('adoption', 'show', '-o', 'name');
    await ctl(`adopt ${lab.address} --name box --yes --code ${code}`);
    assert.equal(JSON.parse(await ctl('whoami -o json')).role, 'admin');
    assert.match(await ctl('discover'), /yes\s+box\n$/);
  });

  test('applies a workload, runs a command in it, and reads its log', BOUND, async () => {
    const input = manifest('web', { image: 'greet:1', tmpfs: ['/tmp'] });
    await ctl('apply -f - --wait --timeout 60s', { input });
    assert.match(await ctl('workload list'), /^web\s+Container\s+Running/m);
    assert.equal(await ctl('workload exec -i web -- cat', { input: 'through\n' }), 'through\n');
    assert.equal((await laptop.capsulectl(['workload', 'exec', 'web', '--', 'false'])).exitCode, 1);
    assert.match(await ctl('workload logs web'), /hello from the box/);
  });

  test('copies files in and out', BOUND, async () => {
    const bytes = randomBytes(3_000_001);
    await writeFile(join(laptop.folder, 'sent'), bytes);
    await ctl(`cp ${laptop.folder}/sent web:/tmp/sent`);
    await ctl(`cp web:/tmp/sent ${laptop.folder}/home/back`);
    assert.ok((await readFile(join(laptop.folder, 'home/back'))).equals(bytes));
  });

  test('works with a clock that is two hours ahead or behind', BOUND, async () => {
    for (const FAKETIME_OFFSET of ['+7200', '-7200']) {
      const env = { LD_PRELOAD: FAKETIME, FAKETIME: FAKETIME_OFFSET, DONT_FAKE_MONOTONIC: '1' };
      assert.match(await ctl('workload logs web', { env }), /hello from the box/);
    }
  });

  test('finds the capsule again when its address is another one', BOUND, async () => {
    const config = join(laptop.folder, 'home/.config/capsule/config.yaml');
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace(`${lab.address}:50000`, `${lab.address}:49999`));
    assert.match(await ctl('workload list -q'), /^web\n$/);
    assert.equal(await readFile(config, 'utf8'), text);
  });

  test('is shut out when its key is removed, in the middle of a stream, too', BOUND, async () => {
    const kid = (await ctl('key show -o name')).trim();
    const pem = await ctl('key show');
    const stream = laptop.capsulectl(['workload', 'logs', '-f', 'web']);
    await ctl('workload list -q');
    assert.match(await refused(`key rm ${kid}`), /KEY_LAST_ADMIN/);
    await laptop.forgetOperator();
    const other = await ctl('key show');
    assert.notEqual(other, pem);
    await capsulectl(lab, ['key', 'add', '--name', 'other', '-'], { input: other });
    await asRoot('key', 'rm', kid);
    assert.notEqual((await stream).exitCode, 0);
    await ctl(`adopt ${lab.address} --name box --yes`);
    assert.match(await ctl('workload list -q'), /^web\n$/);
    await asRoot('adoption', 'show');
  });
});
