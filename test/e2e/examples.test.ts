import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { run } from '@capsule/host';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { until } from '../lab/until.ts';
import { deleteAll, printed } from '../lab/workload.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

/** The proof that an example works as described. */
const shows: Record<string, (lab: Lab) => Promise<void>> = {
  'nginx-host.yaml': (lab) => servesAPage(lab, 80),
  'nginx-bridge.yaml': (lab) => servesAPage(lab, 8080),
  'alpine-shell.yaml': async (lab) => {
    await printed(lab, 'alpine-shell', (text) => /^\w{3} \w{3} .*UTC \d{4}\n/m.test(text));
  },
  'debug-shell.yaml': async (lab) => {
    const { stdout } = await inShell(lab, 'cat /host/etc/hostname; cat /proc/1/comm; ip addr');
    assert.match(stdout, /capsuled/, 'it does not see the processes of the capsule');
    assert.match(stdout, /\bbr0\b/, 'it does not see the network of the capsule');
  },
  'nginx-guarded.yaml': async (lab) => {
    await servesAPage(lab, 8081);
    const { stdout } = await capsulectl(lab, ['workload', 'get', 'nginx-guarded']);
    assert.match(stdout, /Running \(healthy\)/);
  },
  'registry-home.yaml': async (lab) => {
    const { stdout } = await capsulectl(lab, ['registry', 'list']);
    assert.match(stdout, /^registry\.home:5000 .* plain HTTP +http:\/\/mirror\.home:5000$/m);
  },
  'shared-volume.yaml': async (lab) => {
    const { stdout } = await capsulectl(lab, ['volume', 'list']);
    assert.match(stdout, /^shared +Ready +1 GiB /m);
  },
  'shared-writer-container.yaml': async (lab) => {
    await printed(lab, 'shared-writer', (text) => /UTC \d{4}\n/.test(text));
  },
  'alpine-vol-container.yaml': async (lab) => {
    await printed(lab, 'alpine-vol', (text) => /^hello from a container\n/.test(text));
  },
  'cell-with-sidecar.yaml': async (lab) => {
    await pageShows(lab, 8080, /UTC \d{4}\n/);
    const { stdout } = await capsulectl(lab, ['container', 'list', '--cell', 'site', '-o', 'name']);
    assert.equal(stdout.trim().split('\n').length, 2);
  },
  'nginx-with-volume.yaml': (lab) => servesAPage(lab, 8080),
  'nginx-vm.yaml': (lab) => servesAPage(lab, 8080),
  'alpine-vm-image.yaml': async (lab) => {
    await printed(lab, 'alpine-vm', (text) => /^\w{3} \w{3} .*UTC \d{4}\n/m.test(text));
  },
  'alpine-vm-with-volume.yaml': async (lab) => {
    await printed(lab, 'alpine-vol', (text) => /^hi\n/.test(text));
  },
  'shared-reader-vm.yaml': async (lab) => {
    await printed(lab, 'shared-reader', (text) => /^read by a microVM at .*UTC \d{4}$/m.test(text));
  },
  'alpine-vm.yaml': async (lab) => {
    await until('the console of a kernel', 30_000, async () => {
      const { stdout } = await capsulectl(lab, ['workload', 'logs', '--serial', 'alpine-prebuilt']);
      return /Linux version/.test(stdout);
    });
  },
  'job.yaml': async (lab) => {
    await capsulectl(lab, ['workload', 'wait', 'job', '--for=exit', '--timeout', '60s']);
    await printed(lab, 'job', (text) => text === 'working\ndone\n');
  },
};

/** Resources that must exist first. */
const needs: Record<string, readonly string[]> = {
  'shared-writer-container.yaml': ['shared-volume.yaml'],
  'alpine-vol-container.yaml': ['shared-volume.yaml'],
  'shared-reader-vm.yaml': ['shared-volume.yaml'],
};

/** Files that the operator puts on the capsule first. */
const PREBUILT =
  'mkdir -p /perm/vm && cp /usr/lib/capsule/guest/vmlinux-debian /perm/vm/vmlinux && truncate -s 16M /perm/vm/rootfs.img';

const inShell = (lab: Lab, script: string) =>
  capsulectl(lab, ['workload', 'exec', 'debug-shell', '--', 'sh', '-c', script]);

suite('examples', { concurrency: false }, () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab();
  });
  after(() => lab[Symbol.asyncDispose]());

  test('this test covers every example', async () => {
    const files = (await readdir(EXAMPLES)).filter((file) => /\.(yaml|yml|json)$/.test(file));
    assert.deepEqual(files.toSorted(), Object.keys(shows).toSorted());
  });

  for (const [file, show] of Object.entries(shows)) {
    test(`${file} is pulled, runs and works as its comment says`, async () => {
      for (const first of needs[file] ?? []) {
        await capsulectl(lab, ['apply', '-f', join(EXAMPLES, first)]);
      }
      const isPrebuilt = file === 'alpine-vm.yaml';
      if (isPrebuilt) await lab.exec(['sh', '-c', PREBUILT]);
      // Its disk is empty in this test, so its kernel panics. The test checks only that it boots.
      const wait = isPrebuilt ? [] : ['--wait', '--timeout', '180s'];
      await capsulectl(lab, ['apply', '-f', join(EXAMPLES, file), ...wait], { timeoutMs: 200_000 });
      await show(lab);
      await deleteAll(lab);
    });
  }
});

function servesAPage(lab: Lab, port: number): Promise<void> {
  return pageShows(lab, port, /<h1>Welcome to nginx!/);
}

/** A running process may not listen yet. */
async function pageShows(lab: Lab, port: number, text: RegExp): Promise<void> {
  await until(`a page on port ${port}`, 15_000, async () => {
    const url = `http://${lab.address}:${port}/`;
    const { exitCode, stdout } = await run('curl', ['-sf', '--max-time', '5', url], {
      allow: [0, 7, 52, 56],
    });
    return exitCode === 0 && text.test(stdout);
  });
}
