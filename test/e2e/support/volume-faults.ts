import assert from 'node:assert/strict';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { VolumeFault } from '@capsule/core';
import { run as runProgram } from '@capsule/host';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl, pathOf } from '../../lab/capsulectl.ts';
import { difference, type Footprint, footprint } from '../../lab/footprint.ts';
import { pushStay } from '../../lab/stay.ts';
import { errorCodeOf } from './run-capsulectl.ts';

const BOUND = { timeout: 180_000 };
/** The time for capsuled to reach a point, and to finish the interrupted work after its restart. */
const PATIENCE_MS = 60_000;

export interface VolumeFaultsRequest {
  readonly title: string;
  readonly faults: readonly VolumeFault[];
  /** The manifest of a workload `user` that mounts the volume `data` at /data. */
  readonly user: string;
}

/** Kills capsuled at each of the points, during work on a volume that a workload mounts. */
export function volumeFaults({ title, faults, user }: VolumeFaultsRequest): void {
  let lab: Lab;
  let clean: Footprint;
  const folder = mkdtempSync(join(tmpdir(), 'volume-faults-'));
  const done = async (...args: readonly string[]) => (await capsulectl(lab, args)).stdout;
  const sh = async (script: string) => done('workload', 'exec', 'user', '--', 'sh', '-c', script);
  const use = () =>
    capsulectl(lab, ['apply', '-f', '-', '--wait', '--timeout', '120s'], {
      input: user,
      timeoutMs: 130_000,
    });

  /** The operation that reaches the point, and whether the test repeats it after the restart of capsuled. */
  const WORK: Readonly<Record<string, { readonly run: readonly string[]; readonly again?: true }>> =
    {
      create: { run: ['volume', 'create', '--size', '32MiB', 'fresh'] },
      import: { run: ['volume', 'import', 'fresh', join(folder, 'image')] },
      grow: { run: ['volume', 'resize', 'data', '128MiB'] },
      attach: { run: ['workload', 'start', 'user'] },
      detach: { run: ['workload', 'stop', 'user'] },
      snapshot: { run: ['volume', 'snapshot', 'data@other'], again: true },
      restore: { run: ['volume', 'restore', '--discard', 'data@good'], again: true },
      delete: { run: ['volume', 'delete', 'fresh'] },
    };

  /** Resources that must exist first. */
  const READY: Readonly<Record<string, () => Promise<unknown>>> = {
    create: () => done('workload', 'start', 'user'),
    import: () => done('workload', 'start', 'user'),
    grow: () => done('workload', 'stop', 'user'),
    attach: () => done('workload', 'stop', 'user'),
    detach: () => done('workload', 'start', 'user'),
    snapshot: () => done('workload', 'start', 'user'),
    restore: async () => {
      await sh('echo spoilt > /data/note');
      await done('workload', 'stop', 'user');
    },
    delete: () => done('volume', 'create', '--size', '32MiB', 'fresh'),
  };

  /** `capsulectl` repeats safe calls by itself. An operator repeats the other calls. */
  async function dieAt(fault: VolumeFault): Promise<void> {
    const [kind = ''] = fault.split(':');
    const { run, again } = WORK[kind] ?? { run: [] };
    await READY[kind]?.();
    const armed = pathOf(lab, '/run/capsule/fault-point');
    await writeFile(armed, fault);
    const first = await lab.capsulectl(...run);
    // A call may return before all of its work is done.
    const reachedBy = Date.now() + PATIENCE_MS;
    while (existsSync(armed)) {
      assert.ok(Date.now() < reachedBy, `${fault} was never reached: ${first.stderr}`);
      await lab.capsulectl('volume', 'list');
    }
    await lab.ready();
    if (first.exitCode === 0) return;
    assert.ok(again, first.stderr);
    const finishedBy = Date.now() + PATIENCE_MS;
    const tryAgain = async (): Promise<typeof first> => {
      const answer = await lab.capsulectl(...run);
      // capsuled finishes the interrupted work by itself, and its status shows that until then.
      const isUnderWay = errorCodeOf(answer) === 'VOLUME_NOT_READY' && Date.now() < finishedBy;
      return isUnderWay ? tryAgain() : answer;
    };
    const second = await tryAgain();
    const isThere = /SNAPSHOT_EXISTS/.test(second.stderr);
    assert.ok(second.exitCode === 0 || isThere, second.stderr);
  }

  suite(title, { concurrency: false }, () => {
    before(async () => {
      lab = await startLab({ images: [] });
      await pushStay(lab);
      const image = join(folder, 'image');
      await writeFile(image, '');
      await truncate(image, 32 * 1024 * 1024);
      await runProgram('mkfs.ext4', ['-q', '-F', image]);
      clean = await footprint(lab);
      await done('volume', 'create', '--size', '64MiB', 'data');
      await use();
      await sh('echo good > /data/note; sync');
      await done('volume', 'snapshot', 'data@good');
    }, BOUND);
    after(async () => {
      await lab[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    }, BOUND);

    for (const fault of faults) {
      test(`at ${fault}, the request takes effect, and no data is lost`, BOUND, async () => {
        await dieAt(fault);
        await done('workload', 'start', 'user');
        await use();
        assert.equal(await sh('cat /data/note'), 'good\n');
        await sh('echo more >> /data/more; sync');
        const volumes = (await done('volume', 'list', '-o', 'json')).replaceAll(/\s/g, '');
        assert.doesNotMatch(volumes, /"state":"(?!ready)/);
        const [kind] = fault.split(':');
        const has = volumes.includes('"name":"fresh"');
        assert.equal(has, kind === 'create' || kind === 'import');
        await lab.capsulectl('volume', 'delete', 'fresh', 'data@other');
        assert.equal((await done('volume', 'snapshots', '-o', 'name')).trim(), 'data@good');
      });
    }

    test('nothing is left over', BOUND, async () => {
      await done('workload', 'delete', 'user');
      await done('volume', 'delete', '--force', 'data');
      assert.deepEqual(difference(clean, await footprint(lab)), []);
    });
  });
}
