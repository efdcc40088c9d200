import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { run } from '@capsule/host';
import { dockerArchive, type Lab, startLab } from '@capsule/testkit';
import { freePorts } from '../lab/free-ports.ts';
import { containerManifest } from './support/container-manifest.ts';
import { quickImage } from './support/quick-image.ts';
import {
  CAPSULECTL,
  type CapsulectlOptions,
  errorCodeOf,
  runCapsulectl,
} from './support/run-capsulectl.ts';

const IMAGE = 'registry.example.invalid/a-team/with-a-long-name/service:2026.11.23-release';
const ESCAPE = '\u001b[';

suite('capsulectl', { concurrency: false }, () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab({ images: [] });
    const input = dockerArchive(await quickImage(), [IMAGE, 'box:1']);
    await capsulectl(['image', 'push', '-'], { input });
    // If another program used the port, `capsule info` would show a problem.
    const ports = (await freePorts(4)).map((hostPort) => ({ containerPort: 80, hostPort }));
    const manifests = [
      containerManifest('a-service-by-name', { image: IMAGE, ports }),
      containerManifest('web', { image: 'box:1', networkMode: 'host' }),
      containerManifest('lost', { image: 'nowhere.invalid/none:1' }),
    ];
    await capsulectl(['apply', '-f', '-', '--wait'], { input: manifests.join('\n---\n') });
  });
  after(() => lab[Symbol.asyncDispose]());

  const capsulectl = (args: readonly string[], options?: CapsulectlOptions) =>
    runCapsulectl(lab.host, args, options);
  const json = async (...args: string[]) => {
    const { stdout, stderr } = await capsulectl([...args, '-o', 'json']);
    assert.equal(stderr, '');
    return JSON.parse(stdout);
  };

  const onTerminal = (
    command: string,
    env: Readonly<Record<string, string>> = {},
    input?: string,
  ) => {
    // The environment of the tests may turn colours off.
    const { NO_COLOR: _theirs, ...inherited } = process.env;
    return run('script', ['--quiet', '--command', command, '/dev/null'], {
      env: { ...inherited, TERM: 'xterm', CAPSULE_HOST: lab.host, ...env },
      ...(input !== undefined && { input }),
    });
  };

  test('machine-readable output is JSON, YAML or plain names', async () => {
    const names = ['a-service-by-name', 'lost', 'web'];
    const nameOf = ({ name }: { name: string }) => name;
    assert.deepEqual((await json('workload', 'list')).map(nameOf), names);
    assert.equal((await json('workload', 'get', 'web')).container.image, 'box:1');
    assert.deepEqual((await json('workload', 'get', 'web', 'lost')).map(nameOf), ['web', 'lost']);
    assert.deepEqual((await json('image', 'list')).map(nameOf), ['docker.io/library/box:1', IMAGE]);
    const info = await json('capsule', 'info');
    assert.equal(info.workloadsTotal, 3);
    // The workload is younger than this process.
    assert.ok(Number(info.uptimeSeconds) <= performance.now() / 1000, info.uptimeSeconds);
    const plain = await capsulectl(['workload', 'list', '-o', 'name']);
    assert.equal(plain.stdout, names.map((name) => `${name}\n`).join(''));
    for (const words of ['workload list', 'image list', 'capsule info', 'workload get web']) {
      const { stdout } = await capsulectl([...words.split(' '), '-o', 'yaml']);
      assert.match(stdout, /^(- )?(name|hostname): /m);
    }
  });

  test('tables fit the terminal, and are complete in a pipe', async () => {
    for (const [columns, words] of [
      [80, 'workload list'],
      [80, 'image list'],
      [80, 'events'],
      [80, 'workload get lost'],
      [120, 'workload list'],
    ] as const) {
      const { stdout } = await onTerminal(`stty cols ${columns}; ${CAPSULECTL} ${words}`);
      const lines = stripVTControlCharacters(stdout).split(/\r?\n/);
      assert.deepEqual(
        lines.filter((line) => line.length > columns),
        [],
        words,
      );
      assert.ok(
        lines.some((line) => line.length > columns - 20),
        stdout,
      );
    }
    const piped = await capsulectl(['workload', 'list']);
    assert.ok(piped.stdout.includes(IMAGE), piped.stdout);
    assert.match(piped.stdout, / (?:\d+->80\/tcp,?){4} /);
    const wide = await capsulectl(['workload', 'list', '-o', 'wide', '--no-headers']);
    assert.match(wide.stdout, /^a-service-by-name +Container .*sha256:[0-9a-f]{12}/);
  });

  test('scripts can print names, or the value at a path', async () => {
    const answer = async (...words: string[]) => (await capsulectl(words)).stdout;
    assert.equal(
      await answer('workload', 'list', '-q', '-l', '!none'),
      'a-service-by-name\nlost\nweb\n',
    );
    const image = '-o=jsonpath={[?(@.name=="web")].container.image}';
    assert.equal(await answer('workload', 'list', image), 'box:1\n');
    assert.equal(await answer('workload', 'get', 'web', '-o', 'jsonpath={.kind}'), 'Container\n');
  });

  test('aliases work, and shell completion offers names from the capsule', async () => {
    const lines = async (...words: string[]) => (await capsulectl(words)).stdout.split('\n');
    assert.deepEqual(await lines('ps', '-q'), ['a-service-by-name', 'lost', 'web', '']);
    assert.deepEqual(await lines('__complete', '--', 'rm', 'a'), ['a-service-by-name\t', '']);
    assert.deepEqual(await lines('__complete', '--', 'image', 'rm', 'bo'), ['box:1\t', '']);
    const logs = await capsulectl(['workload', 'logs', '-l', '!none', '-n', '1']);
    assert.deepEqual([logs.exitCode, logs.stderr], [0, '']);
    assert.match((await capsulectl(['-v'])).stdout, /^capsulectl \d+\.\d+\.\d+\n$/);
  });

  test('flags may come before or after arguments, with a space or = before the value', async () => {
    const forms = [
      'get web -o json',
      'get -o json web',
      'get -o=json web',
      'get web --output=json',
    ];
    const answers = await Promise.all(
      forms.map((form) => capsulectl(['workload', ...form.split(' ')])),
    );
    const [first] = answers;
    assert.equal(JSON.parse(first?.stdout ?? '').name, 'web');
    for (const { stdout, stderr } of answers) assert.equal(stdout, first?.stdout, stderr);
  });

  const failures = [
    { words: 'workload list --colour', exitCode: 2, code: 'CLI_USAGE' },
    { words: 'workload lst', exitCode: 2, code: 'CLI_USAGE' },
    { words: 'workload get', exitCode: 2, code: 'CLI_USAGE' },
    { words: 'workload get web -o xml', exitCode: 2, code: 'CLI_USAGE' },
    { words: 'workload logs web -n many', exitCode: 2, code: 'CLI_USAGE' },
    { words: 'apply', exitCode: 2, code: 'CLI_USAGE' },
    { words: 'workload get absent', exitCode: 3, code: 'WORKLOAD_NOT_FOUND' },
    { words: 'workload delete absent', exitCode: 3, code: 'CLI_WORKLOAD_MISSING' },
    { words: 'image push nothing.tar', exitCode: 3, code: 'CLI_FILE_MISSING' },
    { words: '--capsule somewhere workload list', exitCode: 2, code: 'CLI_CONTEXT_MISSING' },
    { words: '--capsule unix:/nowhere workload list', exitCode: 1, code: 'API_UNREACHABLE' },
  ];
  for (const { words, exitCode, code } of failures) {
    test(`capsulectl ${words}: exit code ${exitCode}, ${code}`, async () => {
      const answer = await capsulectl(words.split(' '));
      assert.deepEqual([answer.exitCode, errorCodeOf(answer), answer.stdout], [exitCode, code, '']);
      assert.match(answer.stderr, /^error: .+\n/);
      assert.match(answer.stderr, /^ {2}fix: .+/m);
    });
  }

  test('a wait for a failed workload exits with 1, and a timeout with 5', async () => {
    const input = containerManifest('lost', { image: 'nowhere.invalid/none:1' });
    const failed = await capsulectl(['apply', '-f', '-', '--wait'], { input });
    assert.equal(failed.exitCode, 1);
    assert.match(failed.stderr, /Failed \(IMAGE_REGISTRY_UNREACHABLE\)/);
    const late = await capsulectl(['apply', '-f', '-', '--wait', '--timeout', '1ms'], {
      input: containerManifest('late', { image: 'nowhere.invalid/late:1' }),
    });
    assert.deepEqual([late.exitCode, errorCodeOf(late)], [5, 'CLI_WAIT_TIMEOUT']);
  });

  test('a delete of existing and missing workloads deletes the existing ones, and reports the missing ones', async () => {
    const input = containerManifest('brief', { image: 'box:1' });
    await capsulectl(['apply', '-f', '-', '--wait'], { input });
    const answer = await capsulectl(['workload', 'delete', 'absent', 'brief']);
    assert.deepEqual([answer.exitCode, answer.stdout], [3, 'brief deleted\n']);
    const lenient = await capsulectl(['workload', 'delete', '--ignore-missing', 'brief']);
    assert.deepEqual([lenient.exitCode, lenient.stderr], [0, '']);
  });

  test('a delete lists the affected objects and asks on a terminal, but not in a script', async () => {
    const input = containerManifest('brief', { image: 'box:1' });
    await capsulectl(['apply', '-f', '-', '--wait'], { input });
    const refused = await onTerminal(`${CAPSULECTL} rm brief; echo code $?`, {}, 'n\n');
    assert.match(refused.stdout, /brief: running container of box:1, with all files that it wrote/);
    assert.match(
      stripVTControlCharacters(refused.stdout),
      /Delete this workload\? \[y\/N\].*error: nothing was done.*code 1/s,
    );
    const agreed = await onTerminal(`${CAPSULECTL} rm brief; echo code $?`, {}, 'y\n');
    assert.match(agreed.stdout, /brief deleted\r?\ncode 0/);
  });

  test('only terminals get colours, and NO_COLOR turns them off', async () => {
    const command = `${CAPSULECTL} workload list`;
    assert.ok((await onTerminal(command)).stdout.includes(ESCAPE));
    assert.ok(!(await onTerminal(command, { NO_COLOR: '1' })).stdout.includes(ESCAPE));
    assert.ok(!(await capsulectl(['workload', 'list'])).stdout.includes(ESCAPE));
  });

  test('the version is printed with and without a capsule', async () => {
    const both = await json('version');
    assert.match(both.capsulectl, /^\d+\.\d+\.\d+/);
    assert.equal(both.capsule, both.capsulectl);
    const alone = await capsulectl(['version', '--capsule', 'unix:/nowhere', '-o', 'json']);
    assert.deepEqual([alone.exitCode, Object.keys(JSON.parse(alone.stdout))], [0, ['capsulectl']]);
  });
});
