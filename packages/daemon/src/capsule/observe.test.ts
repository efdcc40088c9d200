import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fakeError } from '@capsule/testkit';
import { CapsuleObserver, type CapsuleObserverParts } from './observe.ts';
import { readWatchdog } from './watchdog.ts';

const POOL = {
  ok: true,
  detail: 'fine',
  totalBytes: 100,
  usedBytes: 1,
  snapshots: 'copy',
} as const;

/** A capsule that is well, with `faults` in place of some of its parts. */
function observer(folder: string, faults: Partial<CapsuleObserverParts>): CapsuleObserver {
  return new CapsuleObserver({
    permPath: folder,
    bridge: 'br0',
    bridgeCidr: '172.20.254.0/24',
    hostReport: join(folder, 'missing'),
    runtime: { probe: async () => ({ ok: true, detail: 'containerd 2.1' }) },
    volumeBackend: { probe: async () => POOL },
    microVms: {
      monitor: async () => ({ kind: 'qemu', detail: 'QEMU 10' }),
    },
    network: {
      names: { problem: () => undefined } as CapsuleObserverParts['network']['names'],
      listeners: { find: () => [] },
      ranges: { usedRanges: async () => [] },
    },
    apiProblems: () => [],
    workloads: { specs: { list: () => [] }, observer: { statusOf: () => assert.fail() } },
    ...faults,
  });
}

const refuse = (text: string) => async (): Promise<never> => {
  throw new Error(text);
};

const FAULTS: Readonly<Record<string, (folder: string) => Partial<CapsuleObserverParts>>> = {
  'the space of its state': (folder) => ({ permPath: join(folder, 'missing') }),
  'the report on the host': (folder) => ({ hostReport: folder }),
  'the pool of volumes': () => ({ volumeBackend: { probe: refuse('EIO') } }),
  'the monitor of microVMs': () => ({
    microVms: { monitor: refuse('EMFILE') },
  }),
};

for (const [part, fault] of Object.entries(FAULTS)) {
  test(`a capsule that cannot read ${part} reports everything else, and why`, async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-info-'));
    const look = observer(folder.path, fault(folder.path)).look(new AbortController().signal);
    const { machine, runtime, problems, workloads } = await look;
    assert.ok(machine.hostname !== '' && runtime.ok);
    assert.deepEqual(workloads, { total: 0, running: 0 });
    assert.deepEqual(
      problems.map(({ code, message }) => [code, / cannot be read: .+/.test(message)]),
      [['CAPSULE_PART_UNKNOWN', true]],
    );
  });
}

test('a store that fails under way is reported with its own code', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-info-'));
  const list = () => {
    throw fakeError('STORE_UNREADABLE', 'dataLoss', 'disk I/O error');
  };
  const workloads = { specs: { list }, observer: { statusOf: () => assert.fail() } };
  const seen = await observer(folder.path, { workloads }).look(new AbortController().signal);
  assert.equal(seen.workloads, undefined);
  assert.deepEqual([...new Set(seen.problems.map(({ code }) => code))], ['STORE_UNREADABLE']);
  assert.equal(seen.problems.length, 1);
});

test('a problem of the API on the network is one of the capsule', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-info-'));
  const fault = fakeError('CAPSULE_PORT_TAKEN', 'unavailable', 'the port is taken');
  const one = observer(folder.path, { apiProblems: () => [fault] });
  const { problems } = await one.look(new AbortController().signal);
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['CAPSULE_PORT_TAKEN'],
  );
});

test('a watchdog is reported while it is armed', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-info-'));
  assert.equal(await readWatchdog(folder.path), '');
  const facts = { state: 'active', identity: 'i6300ESB timer', timeout: '60' };
  for (const [name, text] of Object.entries(facts)) {
    await writeFile(join(folder.path, name), `${text}\n`);
  }
  assert.equal(await readWatchdog(folder.path), 'i6300ESB timer, 60 s');
  await writeFile(join(folder.path, 'state'), 'inactive\n');
  assert.equal(await readWatchdog(folder.path), '');
});
