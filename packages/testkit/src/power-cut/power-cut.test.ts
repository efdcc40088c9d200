import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { CutDisk, writeCut } from './cut-disk.ts';
import { type CutPoint, disorders, prefixes } from './cut-points.ts';
import { CutStates } from './cut-states.ts';
import { type LoggedRequest, WriteLog } from './write-log.ts';

const folder = await mkdtemp(join(tmpdir(), 'capsule-power-cut-'));
after(() => rm(folder, { recursive: true }));

const SECTOR = 512;
const SECTORS = 16;
let names = 0;

interface Request {
  readonly kind: 'write' | 'flush' | 'discard';
  readonly sector: number;
  readonly count: number;
  readonly fill: number;
}

const FLAGS = { write: 0n, flush: 1n, discard: 4n };

/** A log as QEMU writes it. */
function encode(requests: readonly Request[]): Buffer {
  const head = Buffer.alloc(SECTOR);
  head.writeBigUInt64LE(0x6a736677736872n, 0);
  head.writeBigUInt64LE(1n, 8);
  head.writeBigUInt64LE(BigInt(requests.length), 16);
  head.writeUInt32LE(SECTOR, 24);
  const entries = requests.flatMap(({ kind, sector, count, fill }) => {
    const header = Buffer.alloc(SECTOR);
    header.writeBigUInt64LE(BigInt(sector), 0);
    header.writeBigUInt64LE(BigInt(kind === 'flush' ? 0 : count), 8);
    header.writeBigUInt64LE(FLAGS[kind], 16);
    return kind === 'write' ? [header, Buffer.alloc(count * SECTOR, fill)] : [header];
  });
  return Buffer.concat([head, ...entries]);
}

async function openLog(requests: readonly Request[]) {
  const path = join(folder, `log-${names++}`);
  await writeFile(path, encode(requests));
  return WriteLog.open(path);
}

const request: fc.Arbitrary<Request> = fc
  .record({
    kind: fc.constantFrom('write' as const, 'write' as const, 'flush' as const, 'discard' as const),
    sector: fc.integer({ min: 0, max: SECTORS - 1 }),
    count: fc.integer({ min: 1, max: 5 }),
    fill: fc.integer({ min: 1, max: 255 }),
  })
  .map((one) => ({ ...one, count: Math.min(one.count, SECTORS - one.sector) }));

/** The disk by the plainest way: one request after the other. */
function model(requests: readonly Request[], { flushed, survivors }: CutPoint): Buffer {
  const disk = Buffer.alloc(SECTORS * SECTOR, 'b');
  const kept = [...requests.slice(0, flushed), ...survivors.flatMap((at) => requests[at] ?? [])];
  for (const { kind, sector, count, fill } of kept) {
    if (kind === 'flush') continue;
    disk.fill(kind === 'write' ? fill : 0, sector * SECTOR, (sector + count) * SECTOR);
  }
  return disk;
}

test('every cut of a log reads, and is written, as its requests say', async () => {
  const base = join(folder, 'base');
  await writeFile(base, Buffer.alloc(SECTORS * SECTOR, 'b'));
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 12 }), async (requests) => {
      await using log = await openLog(requests);
      const random = () => 0.3;
      const cuts = [
        ...prefixes(log.requests),
        ...disorders(log.requests, { perInterval: 1, random }),
      ];
      for (const cut of cuts) {
        const wanted = model(requests, cut);
        await using disk = await CutDisk.open(base, log, cut);
        assert.ok((await disk.read(0, SECTORS * SECTOR)).equals(wanted));
        assert.ok((await disk.read(700, 3000)).equals(wanted.subarray(700, 3700)));
      }
      const last = cuts.at(-1);
      if (last === undefined) return;
      const copy = join(folder, `copy-${names++}`);
      await writeFile(copy, await readFile(base));
      await writeCut(copy, log, last);
      assert.ok((await readFile(copy)).equals(model(requests, last)));
    }),
    { numRuns: 30 },
  );
});

test('two cuts have one state if, and only if, their disks are equal', async () => {
  const base = join(folder, 'base-of-states');
  await writeFile(base, Buffer.alloc(SECTORS * SECTOR, 'b'));
  const small = request.map((one) => ({ ...one, fill: one.fill % 3, sector: one.sector % 4 }));
  await fc.assert(
    fc.asyncProperty(fc.array(small, { maxLength: 10 }), async (requests) => {
      await using log = await openLog(requests);
      await using states = await CutStates.open(base, log, []);
      const all = [
        ...prefixes(log.requests),
        ...disorders(log.requests, { perInterval: 1, random: () => 0.3 }),
      ].toSorted((a, b) => a.flushed - b.flushed);
      const byState = new Map<string, string>();
      const byDisk = new Map<string, string>();
      for (const cut of all) {
        const state = await states.stateOf(cut);
        const disk = model(requests, cut).toString('latin1');
        assert.equal(byState.get(state) ?? disk, disk);
        assert.equal(byDisk.get(disk) ?? state, state);
        byState.set(state, disk);
        byDisk.set(disk, state);
      }
    }),
    { numRuns: 50 },
  );
});

const write: LoggedRequest = { kind: 'write', offset: 0, bytes: 512, dataAt: 0 };
const flush: LoggedRequest = { kind: 'flush', offset: 0, bytes: 0, dataAt: 0 };

test('a prefix keeps everything up to its last request', () => {
  const cuts = prefixes([write, write, flush, write]);
  assert.deepEqual(cuts, [
    { flushed: 0, survivors: [0] },
    { flushed: 0, survivors: [0, 1] },
    { flushed: 3, survivors: [] },
    { flushed: 3, survivors: [3] },
  ]);
});

test('flushed writes are never lost, and each interval loses all and turns round once', () => {
  const cuts = disorders([write, write, flush, write], { perInterval: 0, random: Math.random });
  assert.deepEqual(cuts, [
    { flushed: 0, survivors: [] },
    { flushed: 0, survivors: [1, 0] },
    { flushed: 3, survivors: [] },
    { flushed: 3, survivors: [3] },
  ]);
});

test('a file that is no log, or that is cut off, is refused', async () => {
  const path = join(folder, 'no-log');
  await writeFile(path, Buffer.alloc(600));
  await assert.rejects(WriteLog.open(path), /not a log of writes/);
  const whole = encode([{ kind: 'write', sector: 0, count: 2, fill: 1 }]);
  await writeFile(path, whole.subarray(0, 1000));
  await assert.rejects(WriteLog.open(path), /cut off/);
});
