import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, suite, test } from 'node:test';
import { run } from '@capsule/host';
import {
  type Lab,
  startGuardedRegistry,
  startLab,
  type TestImage,
  TestRegistry,
} from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { runInTerminal } from '../lab/terminal.ts';
import { deleteAll, runWorkload } from '../lab/workload.ts';
import { quickImage } from './support/quick-image.ts';
import { errorCodeOf, runCapsulectl } from './support/run-capsulectl.ts';

const BOUND = { timeout: 180_000 };
const SECRET = 'correct-horse-battery-staple';

suite('registries', { concurrency: false }, () => {
  let lab: Lab;
  let image: TestImage;
  let registry: TestRegistry;
  before(async () => {
    lab = await startLab({ images: [] });
    image = await quickImage();
    registry = await TestRegistry.start({ address: lab.hostAddress });
    registry.offer('team/app', '1', image);
  }, BOUND);
  after(async () => {
    await registry[Symbol.asyncDispose]();
    await lab[Symbol.asyncDispose]();
  }, BOUND);
  afterEach(async () => {
    registry.login = undefined;
    await deleteAll(lab);
    await capsulectl(lab, ['image', 'prune', '--all']);
  }, BOUND);

  const manifest = (name: string, block: object) =>
    JSON.stringify({ name, kind: 'Registry', registry: block });
  const apply = (input: string, ...args: string[]) =>
    runCapsulectl(lab.host, ['apply', '-f', '-', ...args], { input });
  const reference = () => `${registry.host}/team/app:1`;
  const pull = () => runCapsulectl(lab.host, ['image', 'pull', reference()]);
  const login = (secret: string, ...args: string[]) =>
    runCapsulectl(
      lab.host,
      ['registry', 'login', registry.host, '-u', 'ann', '--password-stdin', ...args],
      { input: `${secret}\n` },
    );

  test('only registries with plainHttp use HTTP', BOUND, async () => {
    const before = await pull();
    assert.equal(errorCodeOf(before), 'IMAGE_REGISTRY_UNREACHABLE', before.stderr);
    const declared = manifest(registry.host, { plainHttp: true });
    const rehearsed = await apply(declared, '--dry-run');
    assert.match(rehearsed.stdout, /would be created[\s\S]*registry\.plainHttp: true/);
    assert.equal(errorCodeOf(await pull()), 'IMAGE_REGISTRY_UNREACHABLE');
    assert.equal((await apply(declared)).stdout, `${registry.host} created\n`);
    assert.equal((await apply(declared)).stdout, `${registry.host} unchanged\n`);
    assert.equal((await pull()).exitCode, 0);
    const { stdout } = await capsulectl(lab, ['registry', 'list']);
    assert.match(stdout, new RegExp(`^${registry.host} +- +plain HTTP +-$`, 'm'));
    const shown = await capsulectl(lab, ['registry', 'list', '-o', 'yaml']);
    assert.match((await apply(shown.stdout)).stdout, /unchanged/);
  });

  test(
    'a required login is checked, stored and used by workloads until the logout',
    BOUND,
    async () => {
      registry.login = { username: 'ann', secret: SECRET };
      const denied = await pull();
      assert.equal(errorCodeOf(denied), 'IMAGE_DENIED', denied.stderr);
      assert.match(denied.stderr, /registry login/);
      const wrong = await login('guess');
      assert.deepEqual([wrong.exitCode, errorCodeOf(wrong)], [1, 'REGISTRY_LOGIN_REFUSED']);
      assert.equal(errorCodeOf(await pull()), 'IMAGE_DENIED');
      const right = await login(SECRET);
      assert.equal(right.stdout, `ann is logged in to ${registry.host}\n`, right.stderr);
      await lab.killCapsuled();
      await lab.ready();
      await runWorkload(lab, 'app', { image: reference() });
      const { stdout } = await capsulectl(lab, ['registry', 'list', '-o', 'json']);
      assert.match(stdout, /"username": "ann"/);
      assert.ok(!stdout.includes(SECRET));
      await capsulectl(lab, ['registry', 'logout', registry.host]);
      await deleteAll(lab);
      await capsulectl(lab, ['image', 'prune', '--all']);
      assert.equal(errorCodeOf(await pull()), 'IMAGE_DENIED');
    },
  );

  test('a login works with the token server of a real registry', BOUND, async () => {
    await using real = await startGuardedRegistry(lab.hostAddress);
    await apply(manifest(real.host, { plainHttp: true }));
    const { host, username, secret } = real;
    await real.offer('app:1', image);
    const pull = () => runCapsulectl(lab.host, ['image', 'pull', `${host}/app:1`]);
    const enter = (word: string) =>
      runCapsulectl(lab.host, ['registry', 'login', host, '-u', username, '--password-stdin'], {
        input: word,
      });
    assert.equal(errorCodeOf(await pull()), 'IMAGE_DENIED');
    assert.equal(errorCodeOf(await enter('guess')), 'REGISTRY_LOGIN_REFUSED');
    assert.equal((await enter(secret)).exitCode, 0);
    const pulled = await pull();
    assert.equal(pulled.exitCode, 0, pulled.stderr);
    await runWorkload(lab, 'app', { image: `${host}/app:1` });
    await capsulectl(lab, ['registry', 'logout', host]);
    await deleteAll(lab);
    await capsulectl(lab, ['image', 'prune', '--all']);
    assert.equal(errorCodeOf(await pull()), 'IMAGE_DENIED');
  });

  test('the password is not stored in plain text anywhere', BOUND, async () => {
    registry.login = { username: 'ann', secret: SECRET };
    assert.equal((await login(SECRET)).exitCode, 0);
    assert.equal((await pull()).exitCode, 0);
    const found = await run('grep', ['-rlaF', SECRET, lab.stateDir], { allow: [0, 1, 2] });
    assert.equal(found.stdout, '');
    assert.ok(!(await lab.logs()).includes(SECRET));
    const modes = await lab.exec(['stat', '-c', '%a %U', '/perm/secret.key']);
    assert.equal(modes.stdout, '600 root\n');
    await lab.exec(['rm', '/perm/secret.key']);
    await lab.killCapsuled();
    await lab.ready();
    await capsulectl(lab, ['image', 'prune', '--all']);
    assert.equal(errorCodeOf(await pull()), 'IMAGE_DENIED');
    assert.match((await capsulectl(lab, ['capsule', 'logs'])).stdout, /SECRET_KEY_UNUSABLE/);
    assert.equal((await login(SECRET)).exitCode, 0);
    assert.equal((await pull()).exitCode, 0);
    await capsulectl(lab, ['registry', 'logout', registry.host]);
  });

  test('a typed password is not shown, and Ctrl-C stores nothing', BOUND, async () => {
    registry.login = { username: 'ann', secret: SECRET };
    const words = ['capsulectl', 'registry', 'login', registry.host, '-u', 'ann'] as const;
    {
      using stopped = runInTerminal(lab, words);
      await stopped.shows(/Password of ann/);
      stopped.type('\x03');
      assert.equal(await stopped.exit, 130);
    }
    using program = runInTerminal(lab, words);
    await program.shows(/Password of ann/);
    program.type(`${SECRET}\r`);
    assert.equal(await program.exit, 0);
    assert.ok(!program.text().includes(SECRET), program.text());
    assert.equal((await pull()).exitCode, 0);
    await capsulectl(lab, ['registry', 'logout', registry.host]);
  });

  test('the capsule asks a mirror first, and a missing mirror does not matter', BOUND, async () => {
    const mirror = await TestRegistry.start({ address: lab.hostAddress });
    mirror.offer('team/app', '1', image);
    const block = { plainHttp: true, mirrors: [`http://${mirror.host}`] };
    assert.match((await apply(manifest(registry.host, block))).stdout, /configured/);
    registry.requests.length = 0;
    assert.equal((await pull()).exitCode, 0);
    assert.ok(mirror.requests.length > 0);
    assert.deepEqual(registry.requests, []);
    await mirror[Symbol.asyncDispose]();
    await capsulectl(lab, ['image', 'prune', '--all']);
    const without = await pull();
    assert.equal(without.exitCode, 0, without.stderr);
  });

  test('a private CA is trusted for the registry that declares it', BOUND, async (t) => {
    const folder = join(tmpdir(), `capsule-ca-${process.pid}`);
    t.after(() => rm(folder, { recursive: true, force: true }));
    const tls = await selfSigned(folder, lab.hostAddress);
    await using secure = await TestRegistry.start({ address: lab.hostAddress, tls });
    secure.offer('team/app', '1', image);
    secure.login = { username: 'ann', secret: SECRET };
    const name = `${secure.host}/team/app:1`;
    const get = () => runCapsulectl(lab.host, ['image', 'pull', name]);
    assert.match((await get()).stderr, /certificate is not trusted/);
    const enter = () =>
      runCapsulectl(lab.host, ['registry', 'login', secure.host, '-u', 'ann', '--password-stdin'], {
        input: SECRET,
      });
    assert.equal(errorCodeOf(await enter()), 'REGISTRY_UNREACHABLE');
    await apply(manifest(secure.host, { caCertificate: tls.cert }));
    assert.equal((await enter()).exitCode, 0);
    const pulled = await get();
    assert.equal(pulled.exitCode, 0, pulled.stderr);
    await capsulectl(lab, ['registry', 'delete', secure.host]);
    assert.ok(
      !(await readdir(join(lab.stateDir, 'perm/containerd-certs.d'))).includes(secure.host),
    );
  });

  test('bad declarations are refused, and the error names the field', BOUND, async () => {
    const bad = await apply(
      'name: Not A Host\nkind: Registry\nregistry:\n  mirrors: [ftp://x]\n  mirorrs: []\n  caCertificate: no\n',
    );
    assert.equal(bad.exitCode, 2);
    for (const complaint of [
      '1:7: name: "Not A Host" is not the host of a registry',
      '5:3: registry: unknown key `mirorrs` (did you mean `mirrors`?)',
    ]) {
      assert.ok(bad.stderr.includes(complaint), bad.stderr);
    }
    const secret = await runCapsulectl(lab.host, [
      ...['registry', 'login', registry.host, '-u', 'ann', '--password', SECRET],
    ]);
    assert.equal(secret.exitCode, 2);
  });
});

async function selfSigned(folder: string, address: string) {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  await run('mkdir', ['-p', folder]);
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '2', '-subj', '/CN=test', '-addext', `subjectAltName=IP:${address}`],
    ...['-keyout', key, '-out', cert],
  ]);
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
}
