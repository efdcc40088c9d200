import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '@capsule/host';
import { findLeaks, tracesOf } from './find-leaks.ts';
import { startLab } from './start-lab.ts';

const skip = process.getuid?.() === 0 ? false : 'needs root';

test('a killed capsuled restarts, and the lab ends without a leak', { skip }, async () => {
  await using lab = await startLab({ images: [] });
  const killed = await lab.servicePid('capsuled');
  await lab.killCapsuled();
  await lab.ready();
  assert.notEqual(await lab.servicePid('capsuled'), killed);
});

test('offers the images of the examples through a mirror of docker.io', { skip }, async () => {
  await using lab = await startLab();
  const { stdout } = await lab.onItsNetwork([
    ...['skopeo', 'inspect', '--tls-verify=false', '--format', '{{.Name}}'],
    'docker://127.0.0.1:5000/library/nginx:1.27-alpine',
  ]);
  assert.match(stdout, /library\/nginx/);
  const image = 'docker.io/library/nginx:1.27-alpine';
  const manifest = `name: web\nkind: Container\ncontainer:\n  image: ${image}\n`;
  const applied = await lab.capsulectlWith({ input: manifest }, 'apply', '--wait', '-f', '-');
  assert.equal(applied.exitCode, 0, applied.stderr);
  const listed = await lab.ctr('tasks', 'ls');
  assert.match(listed.stdout, /RUNNING/);
});

test('the registry refuses, stalls and drops connections on request', { skip }, async () => {
  await using lab = await startLab();
  const ask = ['curl', '-sS', '--max-time', '1', 'http://127.0.0.1:5000/v2/'];
  const exitCode = async () =>
    (await lab.onItsNetwork(ask, { allow: [0, 7, 28, 52, 56] })).exitCode;
  assert.equal(await exitCode(), 0);
  await lab.registry?.behave('refuse');
  assert.equal(await exitCode(), 7);
  await lab.registry?.behave('stall');
  assert.equal(await exitCode(), 28);
  await lab.registry?.behave({ cutAfterBytes: 3 });
  assert.ok([52, 56].includes(await exitCode()));
  await lab.registry?.behave('pass');
  assert.equal(await exitCode(), 0);
});

test('a process that stays in one of its namespaces counts as a leak', { skip }, async () => {
  await using lab = await startLab({ images: [] });
  await using traces = await tracesOf(lab.name, lab.stateDir, lab.pid);
  const found = await findLeaks(traces);
  for (const kind of [
    'process',
    'mount',
    '/run/netns/',
    '/sys/class/net/',
    '/sys/fs/cgroup/',
    'nft:',
  ]) {
    assert.ok(
      found.some((line) => line.startsWith(kind)),
      `nothing of a running capsule is seen as ${kind}: ${found.join('\n')}`,
    );
  }
});

test('the environment of the command names the capsule, and the lab ends with its exit code', {
  skip,
}, async () => {
  const main = join(import.meta.dirname, 'main.ts');
  const script = 'capsulectl workload list >/dev/null && test -n "$CAPSULE_HOST" && exit 7';
  const { exitCode, stderr } = await run(process.execPath, [main, 'sh', '-c', script], {
    allow: [7],
  });
  assert.equal(exitCode, 7, stderr);
});

test('commands with and without sudo act inside of the capsule, and what they write to /srv stays', {
  skip,
}, async () => {
  await using lab = await startLab({ images: [] });
  const shell = (script: string) => run('sh', ['-e', '-c', script], { env: lab.env });
  const { stdout } = await shell(`
    kuke version; sudo kuke version
    ctr -n kukeon-main tasks ls; sudo ctr -n kukeon-main containers ls
    sudo mkdir -p /srv/html; sudo sh -c 'kuke version > /srv/html/index.html'
  `);
  const version = 'kuke: +\\S+\ncapsule: +\\d\\S+\n';
  assert.match(stdout, new RegExp(`^${version}${version}TASK .*\\nCONTAINER .*\\n$`));
  await lab.restart();
  const { stdout: kept } = await shell('sudo cat /srv/html/index.html');
  assert.match(kept, new RegExp(`^${version}$`));
  assert.match((await lab.exec(['stat', '-c', '%a', '/opt/kukeon'])).stdout, /^750$/m);
});

test('if the process of the lab is killed, its capsule ends, too', { skip }, async () => {
  const main = join(import.meta.dirname, 'main.ts');
  const print = 'echo "$CAPSULE_LAB_NAME $CAPSULE_LAB_STATE $CAPSULE_LAB_PID"; exec sleep 1000';
  const lab = spawn(process.execPath, [main, 'sh', '-c', print], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(lab.stdout, 'data')) as [Buffer];
  const [name = '', stateDir = '', pid = ''] = line.toString().trim().split(' ');
  await using traces = await tracesOf(name, stateDir, Number(pid));
  lab.kill('SIGKILL');
  lab.stdout.destroy();
  const held = join('/run/capsule/.launcher', `${name}.lock`);
  await run('flock', ['--exclusive', held, 'true']); // free when the launcher has cleared everything
  assert.deepEqual(await findLeaks(traces), []);
  await run('rm', ['-rf', stateDir]);
});
