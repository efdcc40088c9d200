import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { run } from '@capsule/host';
import { readClaim } from '../embedded/claim/claim.ts';
import { STATE_ROOT } from '../embedded/claim/host-paths.ts';

const skip = process.getuid?.() === 0 ? false : 'needs root';
const repository = join(import.meta.dirname, '../../../..');
const bootstrap = join(repository, 'tools/bootstrap.sh');
const timeoutMs = 600_000;

/** The operator who runs the tests keeps their own contexts. */
const config = await mkdtemp(join(tmpdir(), 'demo-operator-'));
after(() => rm(config, { recursive: true }));
const env = { ...process.env, CAPSULE_CONFIG_DIR: config };

/** Runs one of the project's commands as `npm run` does. */
const command = (...args: string[]) => run('sh', [bootstrap, ...args], { timeoutMs, env });

/** The commands of npm that the tutorial prints. */
const START = 'npm start';
const STOP = 'npm run stop';
const REMOVE = 'npm run stop -- --delete';
const TOUR = 'npm start -- --tour';

/** Types such a command in the repository, for the capsule of this name. */
function type(line: string, name: string) {
  const words = [line, ...(line.includes(' -- ') ? [] : ['--']), '--name', name].join(' ');
  return run('sh', ['-euc', words], { cwd: repository, timeoutMs, env });
}

test('the tutorial prints the commands of npm that the test of the demo types', async () => {
  const page = await readFile(join(repository, 'docs/tutorial/getting-started.md'), 'utf8');
  const printed = [...page.matchAll(/(?:^|`)(npm (?:start|run stop)[^`\n]*)/gm)];
  const lines = new Set(printed.map(([, line]) => line));
  assert.deepEqual([...lines].sort(), [STOP, REMOVE, START].sort());
});

test('the first start shows a tour, the commands of the README work afterwards, and later starts show no tour', {
  skip,
}, async () => {
  const name = `demo-${randomBytes(2).toString('hex')}`;
  const state = join(STATE_ROOT, name);
  await using _end = {
    [Symbol.asyncDispose]: async () => void (await command('stop', '--name', name, '--delete')),
  };
  const first = await type(START, name);
  assert.match(first.stdout, /^Starting the capsule \S+\nThe first start shows a tour/m);
  assert.match(first.stdout, /answers at http.*\n(.*\n)+.*Welcome to nginx!/);
  assert.match(first.stdout, /another one read:\n\n {2}\| written by notes-writer, which is gone/);
  assert.match(first.stdout, /became kind: MicroVM\. [\d.]+ s later(.*\n)+.*Welcome to nginx!/);
  assert.match(first.stdout, /its API answered after \d+ ms/);
  const claim = await readClaim(name);
  const listed = await run(join(repository, 'bin/capsulectl'), ['workload', 'list', '-q'], { env });
  assert.match(listed.stdout, /^hello$/m);
  const used = await runReadme(`unix:${claim?.socket}`);
  assert.match(used, /^hello unchanged/m);
  assert.match(used, /^photos deleted$/m);

  const second = await command('start', '--name', name);
  assert.match(second.stdout, /already runs/);
  assert.equal((await readClaim(name))?.pid, claim?.pid);
  const stopped = await type(STOP, name);
  assert.match(stopped.stdout, /is stopped/);
  await access(state);
  // An answer at 127.0.0.1 proves nothing: another capsule may offer the port now.
  assert.equal(await readClaim(name), undefined);
  const third = await command('start', '--name', name);
  assert.match(third.stdout, /its API answered after \d+ ms/);
  for (const { stdout } of [second, third]) {
    assert.doesNotMatch(stdout, /shows a tour|hello (?:created|configured|unchanged)|nginx/);
    assert.match(stdout, /capsulectl workload list/);
  }

  assert.ok(third.stdout.includes(TOUR), third.stdout);
  const repeated = await type(TOUR, name);
  assert.match(repeated.stdout, /^The first start shows a tour/m);
  assert.match(repeated.stdout, /^notes-reader deleted$/m);
  assert.match(repeated.stdout, /became kind: MicroVM\. [\d.]+ s later(.*\n)+.*Welcome to nginx!/);

  await type(REMOVE, name);
  const again = await command('stop', '--name', name, '--delete');
  assert.match(again.stdout, /was not running/);
  await assert.rejects(access(state), { code: 'ENOENT' });
});

/** Types the commands of “Use it”, in the repository, as a reader does after “Try it”. */
async function runReadme(host: string): Promise<string> {
  const readme = await readFile(join(repository, 'README.md'), 'utf8');
  const [, block = ''] = /^## Use it\n[\s\S]*?^```sh\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  assert.ok(block.includes('capsulectl '), 'the README shows no commands');
  const { stdout } = await run('sh', ['-eux', '-c', block], {
    cwd: repository,
    env: { ...process.env, CAPSULE_HOST: host },
    timeoutMs,
  });
  return stdout;
}

test('an option that does not exist is an error of usage', { skip }, async () => {
  await assert.rejects(command('stop', '--nmae', 'x'), { code: 'PROCESS_FAILED' });
});

test('--help shows the options, and starts and stops nothing', { skip }, async () => {
  for (const verb of ['start', 'stop']) {
    const { stdout } = await command(verb, '--help');
    assert.match(stdout, /^Usage: npm [\s\S]*--name NAME/);
  }
});

test('an option that npm took for itself is refused before anything happens', {
  skip,
}, async () => {
  const env = { ...process.env, npm_config_name: 'other' };
  const refused = run('sh', [bootstrap, 'stop'], { timeoutMs, env });
  await assert.rejects(refused, /npm run stop -- --name other/);
});

test('a name that leads elsewhere is refused', { skip }, async () => {
  await assert.rejects(command('stop', '--name', '../x', '--delete'), { code: 'PROCESS_FAILED' });
});
