import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
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
    // One that another program has would be a problem that `capsule info` shows.
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

  test('what programs read is JSON, YAML or plain names', async () => {
    const names = ['a-service-by-name', 'lost', 'web'];
    const nameOf = ({ name }: { name: string }) => name;
    assert.deepEqual((await json('workload', 'list')).map(nameOf), names);
    assert.equal((await json('workload', 'get', 'web')).container.image, 'box:1');
    assert.deepEqual((await json('workload', 'get', 'web', 'lost')).map(nameOf), ['web', 'lost']);
    assert.deepEqual((await json('image', 'list')).map(nameOf), ['docker.io/library/box:1', IMAGE]);
    const info = await json('capsule', 'info');
    assert.equal(info.workloadsTotal, 3);
    // It is younger than this process, whatever the age of the machine.
    assert.ok(Number(info.uptimeSeconds) <= performance.now() / 1000, info.uptimeSeconds);
    const plain = await capsulectl(['workload', 'list', '-o', 'name']);
    assert.equal(plain.stdout, names.map((name) => `${name}\n`).join(''));
    for (const words of ['workload list', 'image list', 'capsule info', 'workload get web']) {
      const { stdout } = await capsulectl([...words.split(' '), '-o', 'yaml']);
      assert.match(stdout, /^(- )?(name|hostname): /m);
    }
  });

  test('what people read fits into 80 columns, but for the wide form', async () => {
    for (const words of [
      'workload list',
      'image list',
      'capsule info',
      'workload list --help',
      'apply --help',
      '--help',
    ]) {
      const { stdout } = await capsulectl(words.split(' '));
      const tooLong = stdout.split('\n').filter((line) => line.length > 80);
      assert.deepEqual(tooLong, [], words);
    }
    const wide = await capsulectl(['workload', 'list', '-o', 'wide']);
    assert.ok(wide.stdout.includes(IMAGE));
    assert.match(wide.stdout, /sha256:[0-9a-f]{12}/);
  });

  test('flags stand before and after arguments, and bind with a blank or =', async () => {
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
    { words: 'workload get nobody', exitCode: 3, code: 'WORKLOAD_NOT_FOUND' },
    { words: 'workload delete nobody', exitCode: 3, code: 'CLI_WORKLOAD_MISSING' },
    { words: 'image push nothing.tar', exitCode: 3, code: 'CLI_FILE_MISSING' },
    { words: '--capsule somewhere workload list', exitCode: 2, code: 'API_TARGET_INVALID' },
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

  test('a wait for a workload that fails ends with 1, and one that is too short with 5', async () => {
    const input = containerManifest('lost', { image: 'nowhere.invalid/none:1' });
    const failed = await capsulectl(['apply', '-f', '-', '--wait'], { input });
    assert.equal(failed.exitCode, 1);
    assert.match(failed.stderr, /Failed \(IMAGE_REGISTRY_UNREACHABLE\)/);
    const late = await capsulectl(['apply', '-f', '-', '--wait', '--timeout', '1ms'], {
      input: containerManifest('late', { image: 'nowhere.invalid/late:1' }),
    });
    assert.deepEqual([late.exitCode, errorCodeOf(late)], [5, 'CLI_WAIT_TIMEOUT']);
  });

  test('a delete of what is there and what is not does what it can, and says so', async () => {
    const input = containerManifest('brief', { image: 'box:1' });
    await capsulectl(['apply', '-f', '-', '--wait'], { input });
    const answer = await capsulectl(['workload', 'delete', 'nobody', 'brief']);
    assert.deepEqual([answer.exitCode, answer.stdout], [3, 'brief deleted\n']);
    const lenient = await capsulectl(['workload', 'delete', '--ignore-missing', 'brief']);
    assert.deepEqual([lenient.exitCode, lenient.stderr], [0, '']);
  });

  test('colours are for terminals only, and NO_COLOR takes them away there too', async () => {
    const onTerminal = async (env: Readonly<Record<string, string>>) => {
      const command = `${CAPSULECTL} workload list`;
      // Whoever runs the tests may want no colours.
      const { NO_COLOR: _theirs, ...inherited } = process.env;
      const { stdout } = await run('script', ['--quiet', '--command', command, '/dev/null'], {
        env: { ...inherited, TERM: 'xterm', CAPSULE_HOST: lab.host, ...env },
      });
      return stdout;
    };
    assert.ok((await onTerminal({})).includes(ESCAPE));
    assert.ok(!(await onTerminal({ NO_COLOR: '1' })).includes(ESCAPE));
    assert.ok(!(await capsulectl(['workload', 'list'])).stdout.includes(ESCAPE));
  });

  test('the version is told with a capsule and without one', async () => {
    const both = await json('version');
    assert.match(both.capsulectl, /^\d+\.\d+\.\d+/);
    assert.equal(both.capsule, both.capsulectl);
    const alone = await capsulectl(['version', '--capsule', 'unix:/nowhere', '-o', 'json']);
    assert.deepEqual([alone.exitCode, Object.keys(JSON.parse(alone.stdout))], [0, ['capsulectl']]);
  });
});
