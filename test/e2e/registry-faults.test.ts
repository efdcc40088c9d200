import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import type { CapsuleClient, ReportedWorkload } from '@capsule/api/wire';
import { dockerArchive, type Lab, startLab } from '@capsule/testkit';
import { stretched } from '../lab/stretched.ts';
import { containerManifest } from './support/container-manifest.ts';
import { readContainerStore } from './support/container-store.ts';
import { type Fault, FaultRegistry } from './support/fault-registry.ts';
import { quickImage } from './support/quick-image.ts';
import { errorCodeOf, runCapsulectl } from './support/run-capsulectl.ts';
import { waitForWorkload } from './support/wait-for-workload.ts';

const CONCURRENCY = 2;
const MIB = 1024 * 1024;

suite('a faulty registry', () => {
  let lab: Lab;
  let client: CapsuleClient;
  let registry: FaultRegistry;
  before(async () => {
    lab = await startLab({ images: [] });
    const config = { images: { stallSeconds: 4 }, workloads: { concurrency: CONCURRENCY } };
    await writeFile(join(lab.stateDir, 'perm/capsuled.json'), JSON.stringify(config));
    await lab.killCapsuled();
    await lab.ready();
    client = connectCapsule(lab.host);
    const image = await quickImage();
    registry = await FaultRegistry.start(lab, image);
    const input = dockerArchive(image, ['local:1']);
    await runCapsulectl(lab.host, ['image', 'push', '-'], { input });
  });
  after(async () => {
    await registry[Symbol.asyncDispose]();
    client.close();
    await lab[Symbol.asyncDispose]();
  });

  const apply = (name: string, image: string, ...flags: string[]) =>
    runCapsulectl(lab.host, ['apply', '-f', '-', ...flags], {
      input: containerManifest(name, { image }),
    });

  const faults: readonly { name: string; what: string; fault: Fault; code: string }[] = [
    { name: 'absent', what: 'has no such image', fault: { status: 404 }, code: 'IMAGE_NOT_FOUND' },
    { name: 'unknown', what: 'wants credentials', fault: { status: 401 }, code: 'IMAGE_DENIED' },
    { name: 'forbidden', what: 'forbids it', fault: { status: 403 }, code: 'IMAGE_DENIED' },
    {
      name: 'busy',
      what: 'is asked too often',
      fault: { status: 429 },
      code: 'IMAGE_REGISTRY_UNREACHABLE',
    },
    {
      name: 'broken',
      what: 'has a failure of its own',
      fault: { status: 500 },
      code: 'IMAGE_REGISTRY_UNREACHABLE',
    },
    { name: 'mute', what: 'never answers', fault: 'stall-at-once', code: 'IMAGE_STALLED' },
    {
      name: 'stalled',
      what: 'stalls in the middle of a layer',
      fault: 'stall-in-layer',
      code: 'IMAGE_STALLED',
    },
    {
      name: 'cut',
      what: 'cuts the connection in the middle of a layer',
      fault: 'cut-in-layer',
      code: 'IMAGE_REGISTRY_UNREACHABLE',
    },
    {
      name: 'forged',
      what: 'gives other content than promised',
      fault: 'other-content',
      code: 'IMAGE_INVALID',
    },
  ];
  suite('reports the fault, and the workload runs when the registry works again', {
    concurrency: 3,
  }, () => {
    for (const { name, what, fault, code } of faults) {
      test(`a registry that ${what}`, async () => {
        registry.behave(name, fault);

        const applied = await apply(name, registry.reference(name), '--wait');

        assert.equal(applied.exitCode, 1, applied.stderr);
        assert.equal(errorCodeOf(applied), 'CLI_WORKLOAD_FAILED', applied.stderr);
        assert.ok(applied.stderr.includes(`Failed (${code})`), applied.stderr);
        assert.ok(applied.stderr.includes(registry.reference(name)), applied.stderr);
        registry.behave(name, 'well');
        await waitForWorkload(client, name, isRunning);
      });
    }
  });

  test('a pull from a registry that refuses is retried with growing pauses', async () => {
    await registry.refuse();
    await apply('refused', registry.reference('refused'));

    const states = await waitForWorkload(
      client,
      'refused',
      (_, states) => retriesOf(states).length === 4,
    );

    assert.deepEqual(
      new Set(states.filter(hasFailed).map(({ status }) => status.reason)),
      new Set(['IMAGE_REGISTRY_UNREACHABLE']),
    );
    const [first = 0, second = 0, third = 0, fourth = 0] = retriesOf(states);
    assert.ok(third - second > second - first, `${retriesOf(states)}`);
    assert.ok(fourth - third > third - second, `${retriesOf(states)}`);
    const { stdout } = await runCapsulectl(lab.host, ['workload', 'get', 'refused']);
    assert.match(
      stdout,
      /^Message: +image faults\.test\/refused:1 could not be pulled: .*refuses/m,
    );
    assert.match(stdout, /^Next try: +in \d+s$/m);
    await registry.open();
    await waitForWorkload(client, 'refused', isRunning);
  });

  suite('that sends a layer slowly', () => {
    // More than the number of concurrent operations of the capsule.
    const names = Array.from({ length: CONCURRENCY + 1 }, (_, index) => `slow-${index}`);
    before(async () => {
      for (const name of names) registry.behave(name, 'trickle');
      const manifests = names.map((name) =>
        containerManifest(name, { image: registry.reference(name) }),
      );
      const input = manifests.join('\n---\n');
      await runCapsulectl(lab.host, ['apply', '-f', '-'], { input });
      await waitForWorkload(client, 'slow-0', isPulling);
    });

    test('shows the progress', async () => {
      const [state] = (await waitForWorkload(client, 'slow-0', isPulling)).slice(-1);
      const { doneBytes = 0, totalBytes = 0 } = state?.status.progress ?? {};
      assert.ok(doneBytes < totalBytes, `${doneBytes} of ${totalBytes}`);
      const { stdout } = await runCapsulectl(lab.host, ['workload', 'list']);
      assert.match(stdout, /^slow-0 +Container +Pending \(pulling \d+%\)/m);
    });

    test('does not delay a workload whose image is in the cache', async () => {
      const applied = await apply('quick', 'local:1', '--wait', '--timeout', '60s');
      assert.equal(applied.exitCode, 0, applied.stderr);
      await waitForWorkload(client, 'slow-0', isPulling);
    });

    test('does not make a command wait longer than its timeout', async () => {
      const image = registry.reference('slow-1');
      const applied = await apply('slow-1', image, '--wait', '--timeout', '1s');
      assert.equal(applied.exitCode, 5, applied.stderr);
      assert.equal(errorCodeOf(applied), 'CLI_WAIT_TIMEOUT');
    });

    test('does not delay a delete, and leaves no lease', async () => {
      const startedAt = performance.now();
      const deleted = await runCapsulectl(lab.host, ['workload', 'delete', ...names]);
      assert.equal(deleted.exitCode, 0, deleted.stderr);
      assert.ok(performance.now() - startedAt < stretched(5000));
      const { leases, images } = await readContainerStore(lab);
      assert.deepEqual(leases, []);
      assert.deepEqual(
        images.filter((image) => image.includes('slow')),
        [],
      );
    });
  });
});

function hasFailed({ status }: ReportedWorkload): boolean {
  return status.phase === 'failed';
}

function isRunning({ status }: Pick<ReportedWorkload, 'status'>): boolean {
  return status.phase === 'running';
}

/** The pull is in the middle of a layer. */
function isPulling({ status: { progress } }: ReportedWorkload): boolean {
  return progress?.stage === 'pulling' && progress.doneBytes > MIB;
}

/** The times of the planned retries, each once. */
function retriesOf(states: readonly ReportedWorkload[]): readonly number[] {
  const times = states.flatMap(({ status }) => status.nextRetryAt ?? []);
  return [...new Set(times)];
}
