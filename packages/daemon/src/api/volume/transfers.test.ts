import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { VolumeArchiveFormat, type VolumeExportMessage } from '@capsule/api/wire';
import { type ArchiveNeeds, VOLUME_UNIT_BYTES } from '@capsule/core';
import { openStore } from '@capsule/engine';
import { FakeVolumeBackend, noGuestVolumes, noTransfers } from '@capsule/testkit';
import { MIGRATIONS } from '../../store/migrations.ts';
import { createTestVolumes } from '../../testing/create-test-volumes.ts';
import { streamedTransferCalls } from './transfers.ts';

const MIB = VOLUME_UNIT_BYTES;
const CONTENT = Buffer.alloc(3 * MIB, 7);

async function capsule(needs: ArchiveNeeds = { entries: 1, bytes: 0, volumeBytes: undefined }) {
  const db = openStore(':memory:', MIGRATIONS);
  const packed: number[] = [];
  const volumes = createTestVolumes(db, {
    backend: new FakeVolumeBackend(),
    uploads: noTransfers.uploads,
    archives: {
      ...noTransfers.archives,
      async *packTree(_ref, { sizeBytes, warn }) {
        packed.push(sizeBytes);
        yield CONTENT;
        warn?.('./s: a socket is left out');
      },
      measureTree: async () => needs,
      async unpackTree(_name, archive, { warn }) {
        for await (const _ of archive);
        warn?.('./f: its attribute user.a is not kept');
      },
    },
    guestVolumes: noGuestVolumes,
  });
  await volumes.commands.apply({ name: 'data', sizeBytes: 64 * MIB });
  return { volumes, packed, calls: streamedTransferCalls(volumes) };
}

type Calls = Awaited<ReturnType<typeof capsule>>['calls'];

/** Returns the messages that the caller reads. */
async function exported(
  calls: Calls,
  request: { exportId?: string; offset?: bigint; isEndedByCaller?: boolean },
  until: string = 'trailer',
) {
  const asked = { volume: 'data', snapshot: '', exportId: '', offset: 0n, ...request };
  const format = VolumeArchiveFormat.TAR;
  const signal = new AbortController().signal;
  const found: NonNullable<VolumeExportMessage['payload']['value']>[] = [];
  let exportId = '';
  const messages = calls.export(
    { isEndedByCaller: false, ...asked, format } as never,
    { signal } as never,
  );
  for await (const { payload } of messages as AsyncIterable<VolumeExportMessage>) {
    if (payload.case === 'header') exportId = payload.value.exportId;
    if (payload.value !== undefined) found.push(payload.value);
    if (payload.case === until) break;
  }
  return { exportId, found, last: found.at(-1) as { warnings?: string[]; totalBytes?: bigint } };
}

test('an export can resume after the loss of its last message, until its caller ends it', async () => {
  const { calls, volumes, packed } = await capsule();
  const { exportId, last } = await exported(calls, { isEndedByCaller: true });
  assert.deepEqual(last.warnings, ['./s: a socket is left out']);
  const offset = BigInt(CONTENT.length);
  const again = await exported(calls, { exportId, offset, isEndedByCaller: true });
  assert.equal(again.found.length, 2);
  assert.equal(again.last.totalBytes, offset);
  assert.deepEqual(packed, [64 * MIB, 64 * MIB]);
  for (let times = 0; times < 2; times += 1) {
    await calls.endExport({ volume: 'data', exportId } as never, {} as never);
    assert.deepEqual(await volumes.snapshots.observer.list('data'), []);
  }
  await assert.rejects(exported(calls, { exportId, offset }), { code: 'EXPORT_GONE' });
});

test('an export without an end by its caller leaves nothing after its last message', async () => {
  const { calls, volumes } = await capsule();
  await exported(calls, {}, 'nothing');
  assert.deepEqual(await volumes.snapshots.observer.list('data'), []);
});

test('the end of an export leaves snapshots of others alone', async () => {
  const { calls, volumes } = await capsule();
  // One of an export that a person has adopted has such a name, too.
  for (const exportId of ['mine', `export-${'0'.repeat(16)}`]) {
    await volumes.snapshots.commands.take({ volume: 'data', snapshot: exportId });
    await exported(calls, { exportId }, 'nothing');
    await calls.endExport({ volume: 'data', exportId } as never, {} as never);
  }
  assert.equal((await volumes.snapshots.observer.list('data')).length, 2);
});

test('an archive becomes a volume of the exported size, or of a requested size that fits', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'import-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'a.tar');
  await writeFile(file, 'archive');
  const imported = async (needs: Partial<ArchiveNeeds>, sizeBytes?: number) => {
    const { volumes } = await capsule({
      entries: 1,
      bytes: 0,
      volumeBytes: undefined,
      ...needs,
    });
    const size = sizeBytes === undefined ? {} : { sizeBytes };
    const warnings: string[] = [];
    const warn = (warning: string) => warnings.push(warning);
    const receipt = () => ({ id: '', totalBytes: 0, sha256: '', warnings: [] });
    const from = { name: 'copy', format: 'tar', file, ...size, warn, receipt } as const;
    await volumes.archiveImporter.import(from);
    assert.equal(warnings.length, 1);
    return (volumes.records.volumes.get('copy')?.sizeBytes ?? 0) / MIB;
  };
  assert.equal(await imported({ volumeBytes: 64 * MIB, bytes: 60 * MIB }), 64);
  assert.equal(await imported({ volumeBytes: 64 * MIB }, 80 * MIB), 80);
  assert.equal(await imported({ volumeBytes: 64 * MIB }, 32 * MIB), 32);
  assert.equal(await imported({}), 512);
  assert.equal(await imported({}, 16 * MIB), 16);
  const large = await imported({ bytes: 1024 * MIB });
  assert.ok(large > 1200 && large < 1600, String(large));
  const small = imported({ bytes: 100 * MIB }, 64 * MIB);
  await assert.rejects(small, { code: 'IMPORT_TOO_SMALL' });
});
