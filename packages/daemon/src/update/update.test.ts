import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import {
  BUNDLE_SIGNATURE_CONTEXT,
  bundleEnd,
  bundleHeader,
  bundlePadding,
  type FailedBoots,
  isCapsuleError,
  nextBootEntry,
  TRIAL_SECONDS,
} from '@capsule/core';
import { createLog, openStore } from '@capsule/engine';
import { slotError } from '@capsule/machine';
import { FakeBootSlots } from '@capsule/testkit';
import fc from 'fast-check';
import { MIGRATIONS } from '../store/migrations.ts';
import { UpdateCommands } from './commands.ts';
import type { UpdateParts } from './parts.ts';
import type { SentBundle } from './receive.ts';
import { UpdateRecords } from './records.ts';
import { UpdateTrial } from './trial.ts';

const publisher = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');

interface Bundled {
  readonly manifest?: object;
  readonly uki?: string;
  readonly root?: string;
  readonly key?: typeof publisher.privateKey;
  readonly order?: readonly string[];
}

function makeBundle({ manifest, uki = 'kernel', root = 'root', key, order }: Bundled = {}): Buffer {
  const text = JSON.stringify({
    format: 1,
    version: '1.1.0',
    minimumVersion: '1.0.0',
    architecture: 'x86_64',
    board: 'vm',
    uki: part(uki),
    root: part(root),
    rootHash: 'b'.repeat(64),
    ...manifest,
  });
  const signed = Buffer.from(BUNDLE_SIGNATURE_CONTEXT + text);
  const members: Record<string, Buffer> = {
    'manifest.json': Buffer.from(text),
    'manifest.sig': sign(null, signed, key ?? publisher.privateKey),
    'uki.efi': Buffer.from(uki),
    'root.img': Buffer.from(root),
  };
  const pieces = (order ?? Object.keys(members)).flatMap((name) => {
    const content = members[name] ?? Buffer.from('1.0.0');
    return [bundleHeader(name, content.length), content, bundlePadding(content.length)];
  });
  return Buffer.concat([...pieces, bundleEnd()]);
}

function part(content: string) {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { bytes: Buffer.byteLength(content), sha256 };
}

/** A machine that runs version 1.0.0 from slot_a. */
function makeMachine(slots = new FakeBootSlots()) {
  const db = openStore(':memory:', MIGRATIONS);
  let reboots = 0;
  const left = new Map<number, string>();
  const traces: FailedBoots = { log: ['T init a failed boot'] };
  const parts = (bootId: string, version = '1.0.0'): UpdateParts => ({
    slots,
    records: new UpdateRecords(db, () => 1000),
    system: { version, architecture: 'x86_64', board: 'vm' },
    keys: async () => [publisher.publicKey],
    bootId,
    reboot: async () => void reboots++,
    running: () => ['main_default_default_web'],
    hasAddress: async () => true,
    failedBoots: async () => traces,
    note: {
      read: async (generation) => left.get(generation),
      leave: async (generation, reason) => {
        if (now.isFull) throw new Error('no space left on device');
        left.set(generation, reason);
      },
      remove: async () => left.clear(),
    },
    log: createLog(() => undefined),
  });
  const now = { uptime: 10, sickness: undefined as string | undefined, isFull: false };
  return {
    db,
    slots,
    now,
    left,
    records: new UpdateRecords(db, () => 1000),
    reboots: () => reboots,
    /** capsuled of one boot. */
    async boot(bootId: string, version?: string, store = db) {
      const entry = nextBootEntry((await slots.read()).entries);
      assert.ok(entry);
      const { left = 1, done = 0 } = entry.tries ?? {};
      const counted = { ...entry, tries: { left: left - 1, done: done + 1 } };
      if (entry.tries !== undefined) await slots.rename(entry, counted);
      slots.boot(entry);
      const made = { ...parts(bootId, version), records: new UpdateRecords(store, () => 1000) };
      const commands = new UpdateCommands(made);
      const trial = new UpdateTrial({
        ...made,
        commands,
        sickness: async () => now.sickness,
        uptimeSeconds: () => now.uptime,
      });
      return { commands, trial: await trial.start() };
    },
  };
}

async function* inPieces(bytes: Buffer, size = 100): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function sent(bytes: Buffer, more: Partial<SentBundle> = {}): SentBundle {
  return {
    totalBytes: bytes.length,
    sha256Hex: createHash('sha256').update(bytes).digest('hex'),
    allowDowngrade: false,
    autoConfirmSeconds: 0,
    chunks: inPieces(bytes),
    ...more,
  };
}

const never = new AbortController().signal;

test('a bundle is written into the other slot, chosen, and on trial after the reboot', async () => {
  const machine = makeMachine();
  const first = await machine.boot('one');
  const written = await first.commands.push(sent(makeBundle()), never);
  assert.deepEqual(written, { slot: 'slot_b', version: '1.1.0' });
  assert.equal(machine.slots.roots.slot_b, 'root');
  assert.equal(machine.slots.kernels.get('capsule_000002_slot_b+3.efi'), 'kernel');
  assert.equal(machine.reboots(), 1);
  assert.equal(machine.records.last()?.state, 'ready');
  assert.deepEqual(machine.records.last()?.cells, ['main_default_default_web']);

  await using trial = (await machine.boot('two', '1.1.0')).trial;
  assert.ok(trial);
  assert.equal(machine.records.last()?.state, 'trial');
});

test('a trial accepts no update, and becomes permanent when it is confirmed', async () => {
  const machine = makeMachine();
  await (await machine.boot('one')).commands.push(sent(makeBundle()), never);
  const { commands, trial } = await machine.boot('two', '1.1.0');
  await using _ = trial;
  await assert.rejects(commands.push(sent(makeBundle()), never), { code: 'UPDATE_ON_TRIAL' });
  assert.deepEqual(await commands.confirm(), { slot: 'slot_b', version: '1.1.0' });
  assert.ok(machine.slots.kernels.has('capsule_000002_slot_b.efi'));
  assert.equal(machine.records.last()?.state, 'confirmed');
  await assert.rejects(commands.confirm(), { code: 'UPDATE_NOT_ON_TRIAL' });
});

test('a healthy trial confirms itself, if the client asked for that', async () => {
  const machine = makeMachine();
  const bundle = sent(makeBundle(), { autoConfirmSeconds: 1 });
  await (await machine.boot('one')).commands.push(bundle, never);
  const { trial } = await machine.boot('two', '1.1.0');
  machine.now.uptime = 12;
  await trial.settled();
  assert.equal(machine.records.last()?.state, 'confirmed');
});

test('a sick trial goes back at its deadline, with the reason', async () => {
  const machine = makeMachine();
  const bundle = sent(makeBundle(), { autoConfirmSeconds: 1 });
  await (await machine.boot('one')).commands.push(bundle, never);
  machine.now.sickness = 'containerd does not answer';
  machine.now.uptime = TRIAL_SECONDS;
  const { trial } = await machine.boot('two', '1.1.0');
  await trial.settled();
  assert.equal(machine.reboots(), 2);
  assert.equal(machine.records.last()?.state, 'rolled-back');
  assert.match(machine.records.last()?.reason ?? '', /containerd does not answer/);
  assert.equal(nextBootEntry((await machine.slots.read()).entries)?.slot, 'slot_a');
});

test('a new system that never comes up is recorded, and its entry goes', async () => {
  const machine = makeMachine();
  await (await machine.boot('one')).commands.push(sent(makeBundle()), never);
  const entry = { generation: 2, slot: 'slot_b' } as const;
  const spent = { ...entry, tries: { left: 0, done: 3 } };
  await machine.slots.rename({ ...entry, tries: { left: 3, done: 0 } }, spent);
  await machine.boot('two');
  assert.equal(machine.records.last()?.state, 'failed');
  assert.equal(machine.records.last()?.reason, 'slot_b did not come up in 3 tries');
  assert.deepEqual([...machine.slots.kernels.keys()], ['capsule_000001_slot_a.efi']);
});

test('the log of the failed boots is in the history, and so is the reason that they left', async () => {
  const machine = makeMachine();
  await (await machine.boot('one')).commands.push(sent(makeBundle()), never);
  const entry = { generation: 2, slot: 'slot_b' } as const;
  const spent = { ...entry, tries: { left: 0, done: 1 } };
  await machine.slots.rename({ ...entry, tries: { left: 3, done: 0 } }, spent);
  machine.left.set(2, 'capsuled has been silent');
  await machine.boot('two');
  assert.equal(machine.records.last()?.reason, 'capsuled has been silent');
  assert.deepEqual(machine.records.last()?.log, ['T init a failed boot']);
  assert.equal(machine.left.size, 0);
});

test('a system that cannot use the store leaves its reason to the one before it', async () => {
  const machine = makeMachine();
  await (await machine.boot('one')).commands.push(sent(makeBundle()), never);
  machine.now.sickness = 'the store cannot be migrated';
  machine.now.uptime = TRIAL_SECONDS;
  const second = await machine.boot('two', '1.1.0', openStore(':memory:', MIGRATIONS));
  await second.trial.settled();
  assert.equal(machine.records.last()?.state, 'ready');
  await machine.boot('three');
  const last = machine.records.last();
  assert.equal(last?.state, 'failed');
  assert.match(last?.reason ?? '', /not healthy: the store cannot be migrated/);
  assert.deepEqual(last?.log, ['T init a failed boot']);
});

test('after a fall-back, the next update counts its tries from the start', async () => {
  const machine = makeMachine();
  await (await machine.boot('one')).commands.push(sent(makeBundle()), never);
  const entry = { generation: 2, slot: 'slot_b' } as const;
  const spent = { ...entry, tries: { left: 0, done: 3 } };
  await machine.slots.rename({ ...entry, tries: { left: 3, done: 0 } }, spent);
  await (await machine.boot('two')).commands.push(sent(makeBundle()), never);
  const { entries } = await machine.slots.read();
  assert.deepEqual(
    entries.map(({ slot, tries }) => [slot, tries?.left]),
    [
      ['slot_a', undefined],
      ['slot_b', 3],
    ],
  );
});

test('an ESP that is full changes nothing, and the slot to go back to stays', async () => {
  const machine = makeMachine();
  await (await machine.boot('one')).commands.push(sent(makeBundle()), never);
  const second = await machine.boot('two', '1.1.0');
  await second.commands.confirm();
  const before = [...machine.slots.kernels];
  const bundle = makeBundle({ manifest: { version: '1.2.0' }, uki: 'k'.repeat(2000) });
  machine.slots.espFreeBytes = 1000;
  await assert.rejects(second.commands.push(sent(bundle), never), {
    code: 'BUNDLE_UNSUITABLE',
    message: /its kernel image has 2000 bytes, and the ESP has room for 1000/,
  });
  machine.slots.espFreeBytes = 3000;
  machine.slots.power = (change) => {
    if (change === 'stage') throw new Error('ENOSPC: no space left on device');
  };
  await assert.rejects(second.commands.push(sent(bundle), never), /no space left/);
  assert.deepEqual([...machine.slots.kernels], before);
  assert.equal(machine.slots.roots.slot_a, 'the first root');
});

test('a client that goes away amid the bundle leaves the choice as it was', async () => {
  const machine = makeMachine();
  const { commands } = await machine.boot('one');
  const client = new AbortController();
  async function* cutOff() {
    for await (const piece of inPieces(makeBundle())) {
      yield piece;
      if (machine.slots.roots.slot_b !== '') client.abort(new Error('the client went away'));
    }
  }
  const push = commands.push(
    sent(makeBundle({ root: 'r'.repeat(900) }), { chunks: cutOff() }),
    client.signal,
  );
  await assert.rejects(push);
  assert.deepEqual([...machine.slots.kernels.keys()], ['capsule_000001_slot_a.efi']);
  assert.equal(machine.records.last()?.state, 'failed');
  await commands.push(sent(makeBundle()), never);
});

test('a capsuled that is killed amid a push finds it interrupted, and accepts the next one', async () => {
  const machine = makeMachine();
  const first = await machine.boot('one');
  const stalled = new Promise<never>(() => undefined);
  async function* unfinished() {
    yield* inPieces(makeBundle().subarray(0, 3000));
    await stalled;
  }
  void first.commands.push(sent(makeBundle(), { chunks: unfinished() }), never);
  while (machine.records.last() === undefined)
    await new Promise((resolve) => setImmediate(resolve));
  const { commands } = await machine.boot('one');
  assert.equal(machine.records.last()?.reason, 'the update was interrupted');
  await commands.push(sent(makeBundle()), never);
});

test('a roll-back goes to the other confirmed system, and is in the history', async () => {
  const machine = makeMachine();
  await (await machine.boot('one')).commands.push(sent(makeBundle()), never);
  const second = await machine.boot('two', '1.1.0');
  await second.commands.confirm();
  const back = await second.commands.rollBack('asked for');
  assert.deepEqual(back, { slot: 'slot_a', version: '1.0.0' });
  const third = await machine.boot('three');
  const [last, before] = third.commands.history();
  assert.deepEqual([last?.state, last?.to.version], ['rolled-back', '1.0.0']);
  assert.equal(before?.state, 'confirmed');
  const alone = makeMachine();
  await assert.rejects((await alone.boot('one')).commands.rollBack('asked for'), {
    code: 'UPDATE_NOTHING_BEFORE',
  });
});

const REFUSED: readonly (readonly [string, string, Bundled, Partial<SentBundle>?])[] = [
  ['a foreign signature', 'BUNDLE_NOT_TRUSTED', { key: stranger.privateKey }],
  ['another architecture', 'BUNDLE_UNSUITABLE', { manifest: { architecture: 'aarch64' } }],
  ['another board', 'BUNDLE_UNSUITABLE', { manifest: { board: 'metal' } }],
  ['an older version', 'BUNDLE_UNSUITABLE', { manifest: { version: '0.9.0' } }],
  [
    'a version that needs a newer one',
    'BUNDLE_UNSUITABLE',
    { manifest: { minimumVersion: '1.0.1' } },
  ],
  ['a manifest that is none', 'BUNDLE_MALFORMED', { manifest: { format: 2 } }],
  ['the older kind of bundle', 'BUNDLE_OLD_FORMAT', { order: ['VERSION', 'vmlinuz'] }],
  ['another order', 'BUNDLE_MALFORMED', { order: ['manifest.json', 'uki.efi'] }],
];

for (const [subject, code, bundled] of REFUSED) {
  test(`${subject} is refused before the first byte is written`, async () => {
    const machine = makeMachine();
    const { commands } = await machine.boot('one');
    machine.slots.power = (change) => assert.fail(`wrote: ${change}`);
    await assert.rejects(commands.push(sent(makeBundle(bundled)), never), { code });
    assert.equal(machine.records.last(), undefined);
    assert.equal(machine.reboots(), 0);
  });
}

test('a kernel or a root that differs from the manifest, or a cut bundle, changes no choice', async () => {
  const whole = makeBundle();
  const tampered = Buffer.from(whole.toString('latin1').replace('root\0', 'rxxt\0'), 'latin1');
  for (const bytes of [tampered, whole.subarray(0, whole.length - 1600)]) {
    const machine = makeMachine();
    const { commands } = await machine.boot('one');
    await assert.rejects(commands.push(sent(bytes), never), isCapsuleError);
    assert.deepEqual([...machine.slots.kernels.keys()], ['capsule_000001_slot_a.efi']);
    assert.equal(machine.slots.staged, undefined);
    assert.equal(machine.records.last()?.state, 'failed');
    await commands.push(sent(whole), never);
  }
});

test('a bundle that differs from what the client announced changes no choice', async () => {
  const bytes = makeBundle();
  for (const more of [{ totalBytes: 5 }, { sha256Hex: 'f'.repeat(64) }]) {
    const machine = makeMachine();
    const { commands } = await machine.boot('one');
    const refused = { code: 'UPDATE_CHECKSUM_DIFFERS' };
    await assert.rejects(commands.push(sent(bytes, more), never), refused);
    assert.deepEqual([...machine.slots.kernels.keys()], ['capsule_000001_slot_a.efi']);
  }
});

test('only one bundle is received at a time, and none while a reboot is due', async () => {
  const machine = makeMachine();
  const { commands } = await machine.boot('one');
  const first = commands.push(sent(makeBundle()), never);
  await assert.rejects(commands.push(sent(makeBundle()), never), { code: 'UPDATE_BUSY' });
  await first;
  await assert.rejects(commands.push(sent(makeBundle()), never), { code: 'UPDATE_REBOOT_DUE' });
});

test('a power cut before any change leaves a machine that boots a whole system', async () => {
  for (let changes = 0; ; changes++) {
    const machine = makeMachine();
    const { commands } = await machine.boot('one');
    let left = changes;
    machine.slots.power = () => {
      if (left-- <= 0) throw new Error('the power is off');
    };
    const isDone = await commands.push(sent(makeBundle()), never).then(
      () => true,
      () => false,
    );
    machine.slots.power = () => undefined;
    const { trial } = await machine.boot('two');
    await trial[Symbol.asyncDispose]();
    const { running } = await machine.slots.read();
    assert.ok(running.slot === 'slot_a' || machine.slots.roots.slot_b === 'root');
    assert.equal(machine.slots.staged, undefined);
    if (isDone) return;
  }
});

test('a bundle is received in pieces of any size', async () => {
  const bytes = makeBundle({ root: 'r'.repeat(3000) });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5000 }), async (size) => {
      const machine = makeMachine();
      const { commands } = await machine.boot('one');
      await commands.push(sent(bytes, { chunks: inPieces(bytes, size) }), never);
      assert.equal(machine.slots.roots.slot_b, 'r'.repeat(3000));
    }),
    { numRuns: 30 },
  );
});

test('foreign bytes, whatever they are, are refused before the first byte is written', async () => {
  const header = fc
    .tuple(fc.constantFrom('manifest.json', 'manifest.sig', 'x'), fc.nat(8 ** 11 - 1))
    .map(([name, bytes]) => Buffer.from(bundleHeader(name, bytes)));
  const noise = fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(header, noise), { maxLength: 6 }), async (pieces) => {
      const machine = makeMachine();
      const { commands } = await machine.boot('one');
      machine.slots.power = (change) => assert.fail(`wrote: ${change}`);
      const request = sent(Buffer.concat(pieces), { totalBytes: 0, sha256Hex: '' });
      await assert.rejects(commands.push(request, never), isCapsuleError);
      assert.equal(machine.records.last(), undefined);
    }),
    { numRuns: 200 },
  );
});

test('a manifest of huge sizes is refused before the first byte is written', async () => {
  const machine = makeMachine();
  const { commands } = await machine.boot('one');
  machine.slots.power = (change) => assert.fail(`wrote: ${change}`);
  for (const name of ['uki', 'root']) {
    const part = { bytes: Number.MAX_SAFE_INTEGER, sha256: 'a'.repeat(64) };
    const bytes = makeBundle({ manifest: { [name]: part } });
    await assert.rejects(commands.push(sent(bytes), never), { code: 'BUNDLE_UNSUITABLE' });
  }
});

test('an older version is accepted when the client permits it', async () => {
  const machine = makeMachine();
  const { commands } = await machine.boot('one', '1.2.0');
  const bundle = sent(makeBundle(), { allowDowngrade: true });
  assert.equal((await commands.push(bundle, never)).version, '1.1.0');
});

test('a bundle with any byte changed is refused, or was changed where nothing is read', async () => {
  const whole = makeBundle();
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ by;
      const machine = makeMachine();
      const { commands } = await machine.boot('one');
      const request = sent(bytes, { totalBytes: 0, sha256Hex: '' });
      const accepted = await commands.push(request, never).then(
        () => true,
        (error: unknown) => assert.ok(isCapsuleError(error) || 'code' in Object(error)),
      );
      if (accepted !== true) return;
      assert.equal(machine.slots.roots.slot_b, 'root');
      assert.equal(machine.slots.kernels.get('capsule_000002_slot_b+3.efi'), 'kernel');
    }),
    { numRuns: 100 },
  );
});

/** A full disk: existing records cannot be changed. */
const FULL = `CREATE TRIGGER full BEFORE UPDATE ON update_record
  BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`;

test('a full disk keeps no update and no roll-back from its reboot', async () => {
  const machine = makeMachine();
  const { commands } = await machine.boot('one');
  machine.db.exec(FULL);
  await commands.push(sent(makeBundle()), never);
  assert.equal(machine.reboots(), 1);
  machine.now.isFull = true;
  machine.now.uptime = TRIAL_SECONDS;
  const { trial } = await machine.boot('two', '1.1.0');
  await trial.ended();
  await trial[Symbol.asyncDispose]();
  assert.equal(machine.reboots(), 2);
  assert.equal(nextBootEntry((await machine.slots.read()).entries)?.slot, 'slot_a');
});

test('a trial whose choice cannot be changed reboots, so that its tries are used up', async () => {
  const machine = makeMachine();
  await (await machine.boot('one')).commands.push(sent(makeBundle()), never);
  machine.now.uptime = TRIAL_SECONDS;
  let renames = 0;
  machine.slots.power = (change) => {
    // The first one is of the boot loader.
    if (change !== 'rename' || renames++ === 0) return;
    throw slotError.WRITE_FAILED({ target: 'the ESP', detail: 'read-only file system' });
  };
  const { trial } = await machine.boot('two', '1.1.0');
  await trial.settled();
  assert.equal(machine.reboots(), 2);
});

test('between a roll-back and its reboot, nothing is received and nothing is confirmed', async () => {
  const machine = makeMachine();
  await (await machine.boot('one')).commands.push(sent(makeBundle()), never);
  const second = await machine.boot('two', '1.1.0');
  await second.commands.rollBack('asked for');
  await assert.rejects(second.commands.confirm(), { code: 'UPDATE_NOT_ON_TRIAL' });
  await second.trial[Symbol.asyncDispose]();
  assert.equal(machine.records.last()?.state, 'rolled-back');

  const other = makeMachine();
  await (await other.boot('one')).commands.push(sent(makeBundle()), never);
  const { commands } = await other.boot('two', '1.1.0');
  await commands.confirm();
  await commands.rollBack('asked for');
  await assert.rejects(commands.push(sent(makeBundle()), never), { code: 'UPDATE_REBOOT_DUE' });
  const third = await other.boot('three');
  await third.commands.push(sent(makeBundle()), never);
});

test('a boot whose disk cannot be read at first is judged once it can be', async (t) => {
  const machine = makeMachine();
  await (await machine.boot('one')).commands.push(sent(makeBundle()), never);
  const entry = { generation: 2, slot: 'slot_b' } as const;
  const spent = { ...entry, tries: { left: 0, done: 3 } };
  await machine.slots.rename({ ...entry, tries: { left: 3, done: 0 } }, spent);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  machine.slots.power = (change) => {
    if (change === 'discard') throw slotError.UNREADABLE({ detail: 'input/output error' });
  };
  const { trial } = await machine.boot('two');
  assert.ok(machine.slots.kernels.has('capsule_000002_slot_b+0-3.efi'));
  machine.slots.power = () => undefined;
  t.mock.timers.tick(5000);
  await trial.settled();
  assert.deepEqual([...machine.slots.kernels.keys()], ['capsule_000001_slot_a.efi']);
});
