import assert from 'node:assert/strict';
import {
  chmod,
  lstat,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { SavedContext } from '../../program/context/capsule-target.ts';
import { changeContexts } from './change-contexts.ts';
import { ensureKey, readKey } from './operator-key.ts';
import { readPlainConfig } from './plain-config.ts';
import { readContexts } from './read-contexts.ts';

const BOX: SavedContext = {
  name: 'box',
  addr: '192.0.2.7:50000',
  capsuleId: 'abcdefghijklmnopqrstuvwxyz',
  fingerprint: '12'.repeat(32),
  keyPath: '/home/ann/.config/capsule/operator.ed25519',
};

/** An operator without any file. */
async function newOperator() {
  const parent = await mkdtemp(join(tmpdir(), 'capsule-operator-'));
  const folder = join(parent, 'deep/capsule');
  return {
    folder,
    file: join(folder, 'config.yaml'),
    context: { env: { CAPSULE_CONFIG_DIR: folder } },
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true }),
  };
}

const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test('a saved context is read back, from a private file in a private folder', async () => {
  await using operator = await newOperator();
  const { context, file, folder } = operator;
  assert.deepEqual(await readContexts(context), { current: undefined, contexts: [] });
  await changeContexts(context, (draft) => {
    draft.save(BOX);
    draft.use('box');
  });
  assert.deepEqual(await readContexts(context), { current: 'box', contexts: [BOX] });
  assert.deepEqual([await mode(file), await mode(folder)], ['600', '700']);
  assert.deepEqual(await readdir(folder), ['config.yaml']);
});

test('comments and fields of other programs stay', async () => {
  await using operator = await newOperator();
  const { context, file } = operator;
  await changeContexts(context, (draft) => draft.save(BOX));
  const theirs = [
    '# mine',
    'theme: dark',
    'current: attic',
    'contexts:',
    '  attic: # upstairs',
    '    addr: "[2001:db8::1]:50000"',
    '    capsule_id: "2"',
    '    tls_fingerprint_sha256: "AB"',
    '    key_path: ~/k',
    '    color: red',
  ].join('\n');
  await writeFile(file, `${theirs}\n`);
  await changeContexts(context, (draft) => {
    draft.save(BOX);
    draft.save({ ...BOX, name: 'attic', addr: 'attic.lan:50000' });
    draft.rename('attic', 'loft');
  });
  const text = await readFile(file, 'utf8');
  assert.match(text, /^# mine$/m);
  const { theme, current, contexts } = parse(text);
  assert.deepEqual(
    [theme, current, Object.keys(contexts).sort()],
    ['dark', 'loft', ['box', 'loft']],
  );
  assert.equal(contexts.loft.color, 'red');
  assert.equal(contexts.loft.addr, 'attic.lan:50000');
});

test('commands at once lose no entry', async () => {
  await using operator = await newOperator();
  const names = Array.from({ length: 12 }, (_, index) => `box${index}`);
  await Promise.all(
    names.map((name) => changeContexts(operator.context, (draft) => draft.save({ ...BOX, name }))),
  );
  const { contexts } = await readContexts(operator.context);
  assert.deepEqual(
    contexts.map(({ name }) => name),
    names.toSorted(),
  );
});

test('a link to a file elsewhere stays a link', async () => {
  await using operator = await newOperator();
  const { context, file, folder } = operator;
  await changeContexts(context, (draft) => draft.save(BOX));
  const elsewhere = join(folder, '..', 'mine.yaml');
  await rename(file, elsewhere);
  await symlink(elsewhere, file);
  await changeContexts(context, (draft) => draft.use('box'));
  assert.ok((await lstat(file)).isSymbolicLink());
  assert.match(await readFile(elsewhere, 'utf8'), /^current: "?box"?$/m);
});

test('a lock of the future is of a clock that was set back', async () => {
  await using operator = await newOperator();
  const { context, file } = operator;
  await changeContexts(context, (draft) => draft.save(BOX));
  await writeFile(`${file}.lock`, '');
  const future = new Date(Date.now() + 3_600_000);
  await utimes(`${file}.lock`, future, future);
  await changeContexts(context, (draft) => draft.use('box'));
  assert.equal((await readContexts(context)).current, 'box');
});

test('the lock of a killed command is taken over', async () => {
  await using operator = await newOperator();
  const { context, file } = operator;
  await changeContexts(context, (draft) => draft.save(BOX));
  await writeFile(`${file}.lock`, '');
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(`${file}.lock`, longAgo, longAgo);
  await changeContexts(context, (draft) => draft.use('box'));
  assert.equal((await readContexts(context)).current, 'box');
});

test('a damaged file is an error that names the place, and is never written over', async () => {
  await using operator = await newOperator();
  const { context, file } = operator;
  await changeContexts(context, (draft) => draft.save(BOX));
  for (const text of [
    'contexts: [',
    'contexts: 3\n',
    'contexts:\n  box:\n    addr: "x:1"\n',
    '- a\n',
  ]) {
    await writeFile(file, text);
    await assert.rejects(readContexts(context), { code: 'CLI_CONFIG_INVALID' }, text);
    await assert.rejects(
      changeContexts(context, (draft) => draft.save(BOX)),
      { code: 'CLI_CONFIG_INVALID' },
    );
    assert.equal(await readFile(file, 'utf8'), text);
  }
});

test('the short reader agrees with the YAML library, or leaves the text to it', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'true',
      'no',
      '1',
      '1e3',
      '0x1f',
      '12:30',
      '1.5',
      'null',
      '~',
      '2001-01-01',
      'a b',
    ),
    fc.stringMatching(/^[\w./:@+" #'-]{0,12}$/),
  );
  const line = fc.oneof(
    word.map((text) => `current: ${text}`),
    fc.constant('contexts:'),
    word.map((text) => `  ${text}:`),
    fc.tuple(word, word).map(([key, text]) => `    ${key}: ${text}`),
    word,
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 7 }), (lines) => {
      const text = `${lines.join('\n')}\n`;
      const short = readPlainConfig(text);
      if (short === undefined) return;
      const { current, contexts } = parse(text) ?? {};
      assert.deepEqual(short, { current, contexts: contexts ?? {} });
    }),
    { numRuns: 3000 },
  );
});

test('the key is made once, private, also by commands at once, and must stay private', async () => {
  await using operator = await newOperator();
  const { context, folder } = operator;
  const keys = await Promise.all([1, 2, 3, 4].map(() => ensureKey(context)));
  const [first] = keys;
  assert.ok(keys.every((key) => first !== undefined && key.equals(first)));
  const path = join(folder, 'operator.ed25519');
  assert.equal(await mode(path), '600');
  assert.deepEqual((await readdir(folder)).sort(), ['operator.ed25519', 'operator.ed25519.pub']);
  await chmod(path, 0o644);
  await assert.rejects(readKey(path), { code: 'CLI_KEY_EXPOSED' });
  await writeFile(path, 'rubbish');
  await chmod(path, 0o600);
  await assert.rejects(readKey(path), { code: 'CLI_KEY_INVALID' });
  await assert.rejects(readKey(`${path}.gone`), { code: 'CLI_KEY_MISSING' });
});
