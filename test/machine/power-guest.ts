/**
 * Runs inside a virtual machine. Reports the state that an earlier run of the capsule left. Then it changes
 * volumes and reports each acknowledgement, until the power is cut. `node program.cjs SEED [check]`.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import {
  type CapsuleClient,
  specToProto,
  type Volume,
  VolumeArchiveFormat,
  VolumeState,
  volumeStateFromProto,
} from '@capsule/api/wire';
import { completeSpec } from '@capsule/core';
import { run } from '@capsule/host';
import { mountPerm, startServices } from '@capsule/testkit/guest-capsule';
import { report, runGuestProgram } from '@capsule/testkit/guest-program';
import { pushArchive } from '@capsule/testkit/push-archive';
import { tar as packTar } from '@capsule/testkit/tar';
import { Random } from '../lab/random.ts';
import { contentOf, type Report } from './power-words.ts';

const [, , seed = '1', mode = 'work'] = process.argv;
const random = new Random(Number(seed));

runGuestProgram(main);

async function main(): Promise<void> {
  await mountPerm();
  const integrity = checkStore();
  const { client } = await startServices();
  report('report', JSON.stringify(await look(client, integrity)));
  if (mode === 'check') return;
  await startWriter(client);
  await Promise.all([followWriter(client), work(client)]);
}

function checkStore(): string {
  try {
    const db = new DatabaseSync('/perm/state.db');
    const [row] = db.prepare('PRAGMA integrity_check').all();
    db.close();
    return String(row?.['integrity_check']);
  } catch (error) {
    return String(error);
  }
}

/** Everything that an operator can see. */
async function look(client: CapsuleClient, integrity: string): Promise<Report> {
  const stopped = await client.workload.list({});
  if (stopped.workloads.length > 0) {
    await client.workload.stop({ name: 'writer' });
    await untilFree(client, 'load');
  }
  const volumes = await untilSettled(client);
  const { snapshots } = await client.volume.listSnapshots({});
  const found: Record<string, Report['volumes'][string]> = {};
  for (const { name, state } of volumes) {
    const holds = await readContent(client, name);
    found[name] = { state: volumeStateFromProto(state), holds, faults: await faultsOf(name) };
  }
  const lvs = await run('lvm', ['lvs', '--noheadings', '-o', 'lv_name', 'capsule'], {
    allow: [0, 5],
  });
  return {
    integrity,
    volumes: found,
    snapshots: snapshots.map(({ volume, name }) => `${volume}@${name}`),
    logicalVolumes: lvs.stdout
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
  };
}

/** Returns the problems that e2fsck finds after a replay of the journal; empty if there are none. */
async function faultsOf(name: string): Promise<string> {
  const device = `/dev/capsule/vol-${name}`;
  await run('e2fsck', ['-p', '-E', 'journal_only', device]);
  const allow = [0, 1, 2, 4, 8, 12];
  const { exitCode, stdout, stderr } = await run('e2fsck', ['-f', '-n', device], { allow });
  return exitCode === 0 ? '' : `${stdout}${stderr}`;
}

async function untilFree(client: CapsuleClient, name: string): Promise<void> {
  for (;;) {
    const found = await client.volume.list({});
    if (found.volumes.every((one) => one.name !== name || one.mountedBy.length === 0)) return;
  }
}

/** After the start, capsuled finishes or undoes an operation that the power cut interrupted. */
async function untilSettled(client: CapsuleClient): Promise<readonly Volume[]> {
  const { CREATING, DELETING, IMPORTING } = VolumeState;
  const underway = new Set<VolumeState>([CREATING, DELETING, IMPORTING]);
  for (;;) {
    const { volumes } = await client.volume.list({});
    if (volumes.every(({ state }) => !underway.has(state))) return volumes;
  }
}

/** A digest of the files of a volume. */
async function readContent(client: CapsuleClient, volume: string): Promise<string> {
  const pieces: Buffer[] = [];
  const request = { volume, format: VolumeArchiveFormat.TAR };
  for await (const { payload } of client.volume.export(request)) {
    if (payload.case === 'frame') pieces.push(zstdDecompressSync(payload.value));
  }
  const tar = Buffer.concat(pieces);
  const isMade = tar.includes(contentOf(volume));
  const count = /n=(\d+)\n/.exec(tar.toString('latin1'))?.[1];
  return isMade ? 'made' : count === undefined ? 'nothing' : `n=${count}`;
}

const SCRIPT =
  'b=/bin/busybox; n=$($b sed s/n=// /data/count 2>/dev/null); [ -n "$n" ] || n=0; while :; do n=$((n+1)); ' +
  'echo n=$n > /data/count.new; $b sync; $b mv /data/count.new /data/count; $b sync; echo $n; done';

async function startWriter(client: CapsuleClient): Promise<void> {
  const { images } = await client.image.list({});
  if (images.length === 0) await pushArchive(client, await readFile('/tmp/image.tar'));
  const { volumes } = await client.volume.list({});
  if (volumes.every(({ name }) => name !== 'load')) {
    await client.volume.create({ name: 'load', sizeMib: 64n });
  }
  const spec = completeSpec({
    name: 'writer',
    image: 'stay:1',
    command: ['/bin/busybox', 'sh', '-c', SCRIPT],
    mounts: [{ volumeName: 'load', mountPath: '/data', readOnly: false, copyUp: false }],
  });
  await client.workload.apply({ workload: specToProto(spec) });
  await client.workload.start({ name: 'writer' });
}

/** The data that it reported was on the disk. */
async function followWriter(client: CapsuleClient): Promise<void> {
  for await (const { data } of client.workload.logs({
    name: 'writer',
    follow: true,
    tailLines: 1,
  })) {
    const last = Buffer.from(data).toString().trim().split('\n').at(-1);
    if (/^\d+$/.test(last ?? '')) report('written', last ?? '');
  }
}

async function work(client: CapsuleClient): Promise<void> {
  const names = ['a', 'b', 'c', 'd'];
  for (;;) {
    const name = names[random.below(names.length)] ?? 'a';
    const { volumes } = await client.volume.list({});
    const isThere = volumes.some((one) => one.name === name);
    if (!isThere) await doing('import', name, () => importVolume(client, name));
    else if (random.below(3) > 0) await doing('delete', name, () => remove(client, name));
    else await doing('snapshot', name, () => snapshot(client, name));
  }
}

async function doing(what: string, name: string, act: () => Promise<unknown>): Promise<void> {
  report('trying', `${what} ${name}`);
  await act();
  report('done', `${what} ${name}`);
}

async function importVolume(client: CapsuleClient, name: string): Promise<void> {
  const tar = packTar([{ path: 'made', data: contentOf(name) }]);
  const importId = randomUUID().replaceAll('-', '');
  await client.volume.beginImport({ name, importId });
  async function* messages() {
    yield { payload: { case: 'start' as const, value: { name, importId, offset: 0n } } };
    yield { payload: { case: 'frame' as const, value: zstdCompressSync(tar) } };
    const sha256Hex = createHash('sha256').update(tar).digest('hex');
    const rest = { totalBytes: BigInt(tar.length), sha256Hex, sizeMib: 32n };
    const value = { format: VolumeArchiveFormat.TAR, ...rest };
    yield { payload: { case: 'end' as const, value } };
  }
  await client.volume.import(messages());
}

const remove = (client: CapsuleClient, name: string) => client.volume.delete({ name, force: true });

const snapshot = (client: CapsuleClient, volume: string) =>
  client.volume.takeSnapshot({ volume, name: `s${random.below(1_000_000)}` });
