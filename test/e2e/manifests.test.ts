import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, suite, test } from 'node:test';
import { dockerArchive, type Lab, startLab } from '@capsule/testkit';
import { BAD_MANIFESTS } from './support/bad-manifests.ts';
import { containerManifest } from './support/container-manifest.ts';
import { quickImage } from './support/quick-image.ts';
import { errorCodeOf, runCapsulectl } from './support/run-capsulectl.ts';

suite('manifests', { concurrency: false }, () => {
  let lab: Lab;
  /** Where the next test writes its files, and runs capsulectl. */
  let folder: string;
  before(async () => {
    lab = await startLab({ images: [] });
    const input = dockerArchive(await quickImage(), ['box:1']);
    await runCapsulectl(lab.host, ['image', 'push', '-'], { input });
  });
  after(() => lab[Symbol.asyncDispose]());
  beforeEach(async () => {
    folder = await mkdtemp(join(lab.stateDir, 'manifests-'));
  });

  const write = (file: string, text: string) => writeFile(join(folder, file), text);
  const capsulectl = (...args: string[]) => runCapsulectl(lab.host, args, { cwd: folder });
  const apply = (...args: string[]) => capsulectl('apply', ...args);
  const names = async () => {
    const { stdout } = await capsulectl('workload', 'list', '-o', 'name');
    return stdout.split('\n').filter((line) => line !== '');
  };
  const manifest = (name: string) => containerManifest(name, { image: 'box:1' });

  test('a bad manifest is refused as a whole, and each problem has its line and column', async (t) => {
    for (const { what, text, complaints } of BAD_MANIFESTS) {
      await t.test(what, async () => {
        await write('bad.yaml', text);
        const startedAt = performance.now();
        const answer = await apply('-f', 'bad.yaml');
        assert.deepEqual([answer.exitCode, answer.stdout], [2, ''], answer.stderr);
        assert.equal(errorCodeOf(answer), 'MANIFEST_INVALID');
        for (const complaint of complaints) {
          const place = /^\d/.test(complaint) ? 'bad.yaml:' : '';
          assert.ok(answer.stderr.includes(`${place}${complaint}`), answer.stderr);
        }
        const told = answer.stderr.split('bad.yaml:').length - 1;
        if (complaints.length > 1) assert.equal(told, complaints.length, answer.stderr);
        assert.ok(performance.now() - startedAt < 10_000, 'it took too long');
      });
    }
    assert.deepEqual(await names(), []);
  });

  test('a folder is applied in the order of its file names, and other files are ignored', async () => {
    await write('2.yaml', `${manifest('two')}\n---\n${manifest('three')}\n`);
    await write('1.json', manifest('one'));
    await write('3.yml', manifest('four'));
    await write('notes.txt', 'no manifest');
    const answer = await apply('-f', '.');
    assert.equal(answer.exitCode, 0, answer.stderr);
    const lines = ['one created', 'two created', 'three created', 'four created'];
    assert.deepEqual(answer.stdout.trim().split('\n'), lines);
    assert.deepEqual(await names(), ['four', 'one', 'three', 'two']);
  });

  test('if one file in a folder is bad, none is applied', async () => {
    await write('good.yaml', manifest('good'));
    await write('bad.yaml', 'kind: Container\n');
    await mkdir(join(folder, 'more'));
    await write('more/also-bad.yaml', 'kind: Nothing\n');
    const answer = await apply('-f', 'more', '-f', '.');
    assert.equal(answer.exitCode, 2);
    assert.match(answer.stderr, /bad\.yaml:1:1: name: is missing/);
    assert.match(answer.stderr, /more\/also-bad\.yaml:1:7: kind/);
    assert.ok(!(await names()).includes('good'));
  });

  test('a folder without manifests and a missing file have different errors', async () => {
    await mkdir(join(folder, 'empty'));
    const empty = await apply('-f', 'empty');
    assert.deepEqual([empty.exitCode, errorCodeOf(empty)], [2, 'CLI_FOLDER_EMPTY']);
    const missing = await apply('-f', 'missing.yaml');
    assert.deepEqual([missing.exitCode, errorCodeOf(missing)], [3, 'CLI_FILE_MISSING']);
  });

  test('standard input may be YAML or JSON, and applying it again changes nothing', async () => {
    const json = manifest('piped');
    const block =
      'image: "box:1"\n  minReadySeconds: 0\n  readOnlyRootFilesystem: true\n  tmpfs: [/tmp]\n';
    const yaml = `name: piped\nkind: Container\ncontainer:\n  ${block}`;
    for (const [input, change] of [
      [json, 'created'],
      [yaml, 'unchanged'],
      [`---\n# a comment\n${yaml}---\n`, 'unchanged'],
    ] as const) {
      const answer = await runCapsulectl(lab.host, ['apply', '-f', '-'], { input });
      assert.equal(answer.stdout, `piped ${change}\n`, answer.stderr);
    }
  });

  test('applying the output of get changes nothing', async () => {
    await write(
      'all.json',
      JSON.stringify({
        name: 'all',
        kind: 'Container',
        container: {
          image: 'box:1',
          command: ['/bin/sh', '-c', 'sleep 1000000'],
          args: ['--quoted: "x"', '#no comment', ''],
          env: { A: 'yes', B: '0x10', 'C.d': 'multi\nline', EMPTY: '' },
          networkMode: 'NETWORK_MODE_BRIDGE',
          ports: [
            { containerPort: 80, hostPort: 18080 },
            { containerPort: 53, hostPort: 18053, protocol: 'udp' },
          ],
        },
      }),
    );
    await apply('-f', 'all.json', '--wait');
    for (const format of ['yaml', 'json']) {
      const { stdout: input } = await capsulectl('workload', 'get', 'all', '-o', format);
      const again = await runCapsulectl(lab.host, ['apply', '-f', '-'], { input });
      assert.equal(again.stdout, 'all unchanged\n', again.stderr);
    }
  });

  test('a port that another workload publishes is a conflict, and nothing is kept', async () => {
    const publish = (name: string) =>
      containerManifest(name, { image: 'box:1', ports: [{ containerPort: 80, hostPort: 18081 }] });
    await write('first.json', publish('first'));
    await write('second.json', publish('second'));
    await apply('-f', 'first.json');
    const answer = await apply('-f', 'second.json');
    assert.deepEqual([answer.exitCode, errorCodeOf(answer)], [4, 'WORKLOAD_PORT_TAKEN']);
    assert.match(answer.stderr, /18081\/tcp: first publishes it already/);
    assert.ok(!(await names()).includes('second'));
  });

  test('manifests in a folder may refer to each other in any order, for a dry run and an apply', async () => {
    const client = { image: 'box:1', dependsOn: ['server'] };
    const server = { image: 'box:1', mounts: [{ volumeName: 'kept', mountPath: '/kept' }] };
    await write('1.yaml', containerManifest('client', client));
    await write('2.yaml', containerManifest('server', server));
    await write('3.yaml', 'kind: Volume\nname: kept\nsize: 32MiB\n');
    const before = await capsulectl('events', '-o', 'json');
    const rehearsed = await apply('--dry-run', '-f', '.');
    assert.equal(rehearsed.exitCode, 0, rehearsed.stderr);
    assert.match(rehearsed.stdout, /^kept would be created$/m);
    const diff = await capsulectl('diff', '-f', '.');
    assert.equal(diff.exitCode, 1, diff.stderr);
    assert.equal((await capsulectl('events', '-o', 'json')).stdout, before.stdout);
    const answer = await apply('-f', '.');
    assert.equal(answer.stdout, 'kept created\nclient created\nserver created\n', answer.stderr);
    assert.equal((await capsulectl('diff', '-f', '.')).exitCode, 0);
  });

  test('manifests with a dependency cycle are refused together', async () => {
    await write('1.yaml', containerManifest('ring-a', { image: 'box:1', dependsOn: ['ring-b'] }));
    await write('2.yaml', containerManifest('ring-b', { image: 'box:1', dependsOn: ['ring-a'] }));
    await write('3.yaml', 'kind: Volume\nname: ring\nsize: 32MiB\n');
    for (const options of [['--dry-run'], []]) {
      const answer = await apply(...options, '-f', '.');
      assert.equal(answer.exitCode, 4);
      assert.match(answer.stderr, /ring-a needs ring-b needs ring-a/);
    }
    assert.ok(!(await names()).includes('ring-a'));
    assert.equal((await capsulectl('volume', 'get', 'ring')).exitCode, 3);
  });
});
