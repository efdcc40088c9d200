import assert from 'node:assert/strict';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CapsuleService } from '@capsule/api/wire';
import { fingerprintRows } from '@capsule/core';
import { startRemoteCapsule } from '@capsule/testkit/remote-capsule';
import type { ConnectRouter } from '@connectrpc/connect';
import type { Terminal } from '../../program/context/terminal.ts';
import { type RunOptions, runCapsulectl } from '../../testing/run-capsulectl.ts';

const box = (router: ConnectRouter) =>
  router.service(CapsuleService, { getInfo: () => ({ hostname: 'box' }) });

const TERMINAL = { size: () => ({ cols: 80, rows: 24 }) } as Terminal;

/** A laptop: an operator with files of its own. */
async function newLaptop() {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-laptop-'));
  const env = { CAPSULE_CONFIG_DIR: folder, USER: 'ann' };
  return {
    folder,
    run: (line: string, options: RunOptions = {}) =>
      runCapsulectl(line.split(' '), { ...options, env: { ...env, ...options.env } }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

test('a person compares the fingerprint, types the code, and uses the capsule by its context', async () => {
  await using fake = await startRemoteCapsule(box);
  await using laptop = await newLaptop();
  const adopted = await laptop.run(`adopt ${fake.address} --name box`, {
    terminal: TERMINAL,
    stdin: 'y\nabcd-efgh\n',
  });
  assert.equal(adopted.exitCode, 0, adopted.stderr);
  for (const row of fingerprintRows(fake.fingerprint))
    assert.ok(adopted.stderr.includes(`  ${row}\n`));
  assert.match(adopted.stderr, /Is it the same\? \[y\/N\] Code on the console of the capsule: $/);
  assert.match(adopted.stdout, /^box adopted\n/);
  const info = await laptop.run('capsule info -o name');
  assert.deepEqual([info.stdout, info.stderr], ['box\n', '']);
  assert.equal(
    (await laptop.run(`capsule info -o name --capsule ${fake.address}`)).stdout,
    'box\n',
  );
  assert.match((await laptop.run('context list')).stdout, /\*\s+box\s+127\.0\.0\.1:\d+\s+abcdefgh/);
  const me = JSON.parse((await laptop.run('whoami -o json')).stdout);
  assert.deepEqual([me.role, me.hostAccess], ['admin', true]);
  assert.match(me.name, /^ann@/);
});

test('a script adopts without questions, as the documents have it', async () => {
  await using fake = await startRemoteCapsule(box);
  await using laptop = await newLaptop();
  const words = `adopt --capsule ${fake.address} --name ctx --yes --code ABCD-EFGH -o name`;
  assert.equal((await laptop.run(words)).stdout, 'ctx\n');
  // The key is enrolled, so that the same again needs no code.
  const again = `adopt ${fake.address} --fingerprint ${fake.fingerprint.toUpperCase()} --name two`;
  const { stdout, stderr } = await laptop.run(again);
  assert.match(stdout, /^two uses a key that was enrolled before\n/);
  assert.match(stderr, /^`capsulectl context use two` makes it the current context\n$/);
  const { stdout: names } = await laptop.run('context list -o name');
  assert.equal(names, 'ctx\ntwo\n');
});

test('without a yes, with a wrong fingerprint or code, nothing is saved, and the key stays', async () => {
  await using fake = await startRemoteCapsule(box);
  await using laptop = await newLaptop();
  const cases: readonly [string, RunOptions, RegExp][] = [
    [`adopt ${fake.address}`, { terminal: TERMINAL, stdin: 'n\n' }, /CLI_NOT_CONFIRMED/],
    [`adopt ${fake.address} --code x`, {}, /there is no terminal to ask on/],
    [`adopt ${fake.address} --yes`, {}, /there is no terminal to ask for the code/],
    [`adopt ${fake.address} --yes --code AAAA-AAAA`, {}, /ADOPTION_CODE_WRONG/],
    [`adopt ${fake.address} --yes --code ABCO-EFGH`, {}, /"ABCO-EFGH" cannot be a code/],
    [`adopt ${fake.address} --yes --code=`, {}, /the code is empty/],
    [
      `adopt ${fake.address} --fingerprint ${'0'.repeat(64)} --code x`,
      {},
      /CLI_FINGERPRINT_DIFFERS/,
    ],
    [`adopt ${fake.address} --name a,b --yes --code x`, {}, /CLI_CONTEXT_NAME/],
  ];
  await laptop.run('key show');
  const key = await readFile(join(laptop.folder, 'operator.ed25519'), 'utf8');
  for (const [line, options, expected] of cases) {
    const { exitCode, stderr } = await laptop.run(line, options);
    assert.notEqual(exitCode, 0, line);
    assert.match(stderr, expected);
  }
  assert.equal((await laptop.run('context list -q')).stdout, '');
  assert.equal(await readFile(join(laptop.folder, 'operator.ed25519'), 'utf8'), key);
});

test('the code itself is sent to no machine, and one that does not know it is not trusted', async () => {
  await using capsule = await startRemoteCapsule(box);
  await using rogue = await startRemoteCapsule(box);
  rogue.identity.code = 'ZZZZ-ZZZZ';
  await using laptop = await newLaptop();
  const adopt = (address: string) => laptop.run(`adopt ${address} --yes --code ABCD-EFGH`);
  const { exitCode, stderr } = await adopt(rogue.address);
  assert.notEqual(exitCode, 0);
  assert.match(stderr, /ADOPTION_CODE_WRONG/);
  rogue.identity.isCodeChecked = false;
  const accepted = await adopt(rogue.address);
  assert.match(
    accepted.stderr,
    /it has not proven that it knows the code(.|\n)*CLI_ADOPTION_ANSWER/,
  );
  assert.equal((await laptop.run('context list -q')).stdout, '');
  assert.equal((await adopt(capsule.address)).exitCode, 0);
  assert.deepEqual([...rogue.identity.codes, ...capsule.identity.codes], []);
});

test('a name that is of another capsule is refused', async () => {
  await using one = await startRemoteCapsule(box);
  await using laptop = await newLaptop();
  const adopt = (address: string) =>
    laptop.run(`adopt ${address} --name box --yes --code ABCD-EFGH`);
  await adopt(one.address);
  await using other = await startRemoteCapsule(box);
  other.identity.capsuleId = 'zyxwvutsrqponmlkjihgfedcba';
  const { exitCode, stderr } = await adopt(other.address);
  assert.equal(exitCode, 4);
  assert.match(stderr, /CLI_CONTEXT_TAKEN/);
  const again = `adopt ${other.address} --name box --yes --code ABCD-EFGH --replace -o name`;
  assert.equal((await laptop.run(again)).stdout, 'box\n');
  assert.equal((await laptop.run('capsule info -o name')).stdout, 'box\n');
});

test('no code is spent on a context that cannot be saved', async () => {
  await using fake = await startRemoteCapsule(box);
  await using other = await startRemoteCapsule(box);
  await using laptop = await newLaptop();
  const adopt = (address: string, name: string) =>
    laptop.run(`adopt ${address} --name ${name} --yes --code ABCD-EFGH`);
  await adopt(other.address, 'box');
  assert.match((await adopt(fake.address, 'box')).stderr, /CLI_CONTEXT_TAKEN/);
  const config = join(laptop.folder, 'config.yaml');
  await writeFile(config, 'contexts: [\n');
  assert.match((await adopt(fake.address, 'new')).stderr, /CLI_CONFIG_INVALID/);
  const file = { env: { CAPSULE_CONFIG_DIR: config } };
  const line = `adopt ${fake.address} --name new --yes --code ABCD-EFGH`;
  assert.match((await laptop.run(line, file)).stderr, /CLI_FILE_UNWRITABLE/);
  assert.equal(fake.identity.keys.size, 0);
});

test('a user whom the machine does not list names the key by its number', async () => {
  await using fake = await startRemoteCapsule(box);
  await using laptop = await newLaptop();
  const line = `adopt ${fake.address} --name box --yes --code ABCD-EFGH`;
  // Only root may give a folder away; for another user, the folder is the user's already.
  await chown(laptop.folder, 54_321, 54_321).catch(() => undefined);
  using _user = unlistedUser();
  const { exitCode, stderr } = await laptop.run(line, { env: { USER: '' } });
  assert.equal(exitCode, 0, stderr);
  const [key] = fake.identity.keys.values();
  assert.match(key?.name ?? '', /^\S+@/);
});

/** Root takes the place of such a user; others cannot. */
function unlistedUser(): Disposable {
  if (process.geteuid?.() !== 0) return { [Symbol.dispose]: () => undefined };
  process.seteuid?.(54_321);
  return { [Symbol.dispose]: () => process.seteuid?.(0) };
}

test('an unknown context or address is answered with the command to use', async () => {
  await using laptop = await newLaptop();
  const fixOf = async (named: string) =>
    /fix: (.*)/.exec((await laptop.run(`capsule info --capsule ${named}`)).stderr)?.[1];
  assert.equal(
    await fixOf('192.0.2.7'),
    'adopt the capsule first: `capsulectl adopt 192.0.2.7:50000`',
  );
  assert.match((await fixOf('boxx')) ?? '', /`capsulectl context list` shows the contexts/);
});

test('a second operator is enrolled by its public key, and removed again', async () => {
  await using fake = await startRemoteCapsule(box);
  await using first = await newLaptop();
  await using second = await newLaptop();
  await first.run(`adopt ${fake.address} --name box --yes --code ABCD-EFGH`);
  const { stdout: pem } = await second.run('key show');
  const added = await first.run('key add --name bob --role viewer -', { stdin: pem });
  assert.match(added.stdout, /^enrolled: \S+ \(bob\), viewer\n$/);
  await second.run(`adopt ${fake.address} --name box --yes`);
  assert.equal((await second.run('capsule info -o name')).stdout, 'box\n');
  const { stdout: kid } = await second.run('key show -o name');
  assert.match((await first.run('key list')).stdout, /bob\s+\S+\s+viewer/);
  assert.equal((await first.run(`key rm ${kid.trim()}`)).stdout, `removed: ${kid}`);
  const refused = await second.run('capsule info');
  assert.match(refused.stderr, /AUTH_KEY_UNKNOWN/);
});

test('an id that begins with a dash is no flag', async () => {
  await using fake = await startRemoteCapsule(box);
  await using laptop = await newLaptop();
  await laptop.run(`adopt ${fake.address} --name box --yes --code ABCD-EFGH`);
  const kid = `-${'a'.repeat(42)}`;
  assert.equal((await laptop.run(`key rm ${kid} --yes`)).stdout, `removed: ${kid}\n`);
});

test('a private key is not taken for a public one', async () => {
  await using laptop = await newLaptop();
  await laptop.run('key show');
  const file = join(laptop.folder, 'operator.ed25519');
  const { stderr } = await laptop.run(`key add --name x ${file}`);
  assert.match(stderr, /CLI_KEY_INVALID/);
  assert.doesNotMatch(stderr, /PRIVATE KEY/);
});

test('another machine behind the address of a context gets nothing, and the key stays', async () => {
  await using laptop = await newLaptop();
  const fake = await startRemoteCapsule(box);
  await laptop.run(`adopt ${fake.address} --name box --yes --code ABCD-EFGH`);
  await fake[Symbol.asyncDispose]();
  await using other = await startRemoteCapsule(box, { port: fake.port });
  const { exitCode, stderr } = await laptop.run('capsule info');
  assert.equal(exitCode, 1);
  assert.match(stderr, /API_PIN_MISMATCH/);
  assert.match(stderr, /nothing was sent to it/);
  assert.deepEqual(other.identity.tokens, []);
  assert.equal((await laptop.run('context list -q')).stdout, 'box\n');
});

test('another program at the address is named as such', async () => {
  await using laptop = await newLaptop();
  const plain = createServer((socket) => void socket.resume().end('hello\n'));
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const { port } = plain.address() as { port: number };
  const { stderr } = await laptop.run(`adopt 127.0.0.1:${port} --yes --code x`);
  plain.close();
  assert.match(stderr, /API_NOT_A_CAPSULE/);
});

test('contexts are chosen, renamed and forgotten', async () => {
  await using fake = await startRemoteCapsule(box);
  await using laptop = await newLaptop();
  for (const name of ['one', 'two']) {
    await laptop.run(`adopt ${fake.address} --name ${name} --yes --code ABCD-EFGH`);
  }
  const current = async () =>
    JSON.parse((await laptop.run('context list -o json')).stdout)
      .filter(({ isCurrent }: { isCurrent: boolean }) => isCurrent)
      .map(({ name }: { name: string }) => name);
  assert.deepEqual(await current(), ['one']);
  await laptop.run('context use two');
  await laptop.run('context rename two three');
  assert.deepEqual(await current(), ['three']);
  assert.match((await laptop.run('context rename one three')).stderr, /CLI_CONTEXT_EXISTS/);
  assert.match((await laptop.run('context use tree')).stderr, /did you mean three\?/);
  assert.equal((await laptop.run('__complete context use t')).stdout, 'three\t\n');
  const other = { env: { CAPSULE_HOST: 'one' } };
  const note = /CAPSULE_HOST is one, and goes before the current context/;
  assert.match((await laptop.run('context use three', other)).stderr, note);
  assert.match((await laptop.run('context list', other)).stderr, note);
  assert.equal((await laptop.run('context use three')).stderr, '');
  await laptop.run('context rm three');
  assert.deepEqual(await current(), []);
  assert.equal((await laptop.run('context list -q')).stdout, 'one\n');
});
