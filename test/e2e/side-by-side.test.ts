import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { run } from '@capsule/host';
import { hostNames } from '@capsule/launcher';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { cellCgroups } from '../lab/cgroup.ts';
import { portMaps } from '../lab/footprint.ts';
import { freePorts } from '../lab/free-ports.ts';
import { page } from '../lab/page.ts';
import { namespaceOf } from '../lab/process.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { until } from '../lab/until.ts';
import { deleteWorkloads, getWorkload, runWorkload } from '../lab/workload.ts';

/** Also free at 127.0.0.1, where the two capsules of the test compete for it. */
const [PORT = 0] = await freePorts(1);
const PORTS = [{ containerPort: 80, hostPort: PORT }];
/** The promise is two seconds on an idle machine. */
const READY_MS = 15_000;

test('two capsules on one machine do not affect each other', {
  timeout: 120_000,
}, async (context) => {
  await using first = await startLab({ images: [] });
  const umask = process.umask(0o077);
  await using second = await startLab({ images: [] }).finally(() => process.umask(umask));
  for (const lab of [first, second]) {
    context.diagnostic(`API ready after ${Math.round(lab.readyMs)} ms`);
    assert.ok(lab.readyMs < READY_MS, `ready after ${lab.readyMs} ms`);
    const script = `cd /tmp; echo ${lab.name} > index.html; exec httpd -f -p 80 -h /tmp`;
    await pushBusybox(lab, 'site:1', { Cmd: ['/bin/sh', '-c', script], StopSignal: 'SIGKILL' });
    await runWorkload(lab, 'site', { image: 'site:1', ports: PORTS });
  }
  assert.notEqual(first.address, second.address);
  await namesResolveForUsers(second);
  for (const lab of [first, second]) {
    assert.equal((await page(`http://${lab.address}:${PORT}/`)).trim(), lab.name);
  }

  // The second capsule reports that this port at 127.0.0.1 is in use, and publishes it after the first has
  // stopped.
  await untilInfo(second, (codes) => codes.includes('HOST_PORT_TAKEN'));
  const { status } = await getWorkload(first, 'site');
  assert.equal(status.address, (await getWorkload(second, 'site')).status.address);
  for (const kind of ['net', 'mnt', 'pid', 'uts', 'ipc', 'cgroup']) {
    assert.notEqual(await namespaceOf(first, 1, kind), await namespaceOf(second, 1, kind), kind);
  }
  const groups = await Promise.all(
    [first, second].map(({ pid }) => readFile(`/proc/${pid}/cgroup`, 'utf8')),
  );
  assert.notEqual(groups[0], groups[1]);
  const { stdout: tables } = await run('nft', ['list', 'tables', 'ip']);
  for (const lab of [first, second]) {
    assert.ok(tables.includes(`table ip ${hostNames(lab.name).table}\n`), tables);
    assert.equal((await portMaps(lab)).length, 1);
  }
  // Both have the same names, and each sees only its own workloads.
  assert.deepEqual(await cellCgroups(first), await cellCgroups(second));

  const before = await getWorkload(second, 'site');
  await deleteWorkloads(first, 'site');
  await first.restart();
  await first[Symbol.asyncDispose]();
  assert.deepEqual(await getWorkload(second, 'site'), before);
  assert.equal((await page(`http://${second.address}:${PORT}/`)).trim(), second.name);
  await untilInfo(second, (codes) => !codes.includes('HOST_PORT_TAKEN'));
  assert.equal((await page(`http://127.0.0.1:${PORT}/`)).trim(), second.name);
  await deleteWorkloads(second, 'site');
});

/**
 * This capsule was started from a shell with umask 077. Its files have the same modes as those of the other.
 */
async function namesResolveForUsers(lab: Lab): Promise<void> {
  const image = 'site:1';
  const user = '1000:1000';
  const command = ['sleep', '1000'];
  await runWorkload(lab, 'bridged', { image, user, command });
  await runWorkload(lab, 'hosted', { image, user, command, networkMode: 'NETWORK_MODE_HOST' });
  const look = 'id -u; cat /etc/hosts /etc/resolv.conf; ls -l /etc; wget -qO- http://site/';
  for (const name of ['bridged', 'hosted']) {
    const { stdout } = await capsulectl(lab, ['workload', 'exec', name, '--', 'sh', '-c', look]);
    assert.match(stdout, /^1000\n127\.0\.0\.1\s+localhost\n/, name);
    assert.match(stdout, /^nameserver 172\.20\.254\.1$/m, name);
    assert.doesNotMatch(stdout, /^-rw-------/m, name);
    assert.match(stdout, new RegExp(`^${lab.name}$`, 'm'), name);
  }
  await deleteWorkloads(lab, 'bridged', 'hosted');
}

/** Resolves when `capsule info` shows problems of codes that `isIt` accepts. */
async function untilInfo(lab: Lab, isIt: (codes: readonly string[]) => boolean): Promise<void> {
  await until('capsule info to show it', 30_000, async () => {
    const { stdout } = await capsulectl(lab, ['capsule', 'info', '-o', 'json']);
    const { problems } = JSON.parse(stdout) as { problems: readonly { code: string }[] };
    return isIt(problems.map(({ code }) => code));
  });
}
