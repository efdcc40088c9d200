import assert from 'node:assert/strict';
import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ContainerRef, refOfWorkload } from '@capsule/core';
import { plainContainer } from '@capsule/testkit/plain-container';
import type { MadeVm } from './made-vm.ts';
import { isCurrent, type StoredVm, vmFromStored, vmToStored } from './stored-vm.ts';
import { VmRecords } from './vm-records.ts';

const SPEC = plainContainer({ ref: refOfWorkload('web'), image: 'docker.io/library/nginx:latest' });
const VM: MadeVm = { id: 'x', spec: SPEC, imageDigest: 'sha256:1', stopSignal: '' };

const { ref: REF, ...REST } = SPEC;
/** Records as capsuleds have written them, by their knowledge of references. */
const STORED: Readonly<Record<string, StoredVm>> = {
  none: { ...VM, spec: { ...REST, ...REF } },
  'nothing else': VM,
  both: vmToStored(VM),
};

for (const [known, stored] of Object.entries(STORED)) {
  test(`a record of a capsuled that knew references: ${known}, is read`, () => {
    assert.deepEqual(vmFromStored(JSON.parse(JSON.stringify(stored))), VM);
    assert.equal(isCurrent(stored), known === 'both');
  });
}

test('a capsuled without references finds the container of a present record', () => {
  const { cell, container } = vmToStored(VM).spec as unknown as ContainerRef;
  assert.deepEqual({ cell, container }, REF);
});

test('a record of an earlier capsuled is renewed, and otherwise unchanged', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-vms-'));
  const records = new VmRecords({ state: folder.path, run: join(folder.path, 'run') });
  const { folder: place, made } = records.paths(VM.id);
  await mkdir(place);
  await writeFile(made, JSON.stringify(VM));
  for (let time = 0; time < 2; time += 1) await records.renew(VM.id);
  assert.deepEqual(JSON.parse(await readFile(made, 'utf8')), vmToStored(VM));
  assert.deepEqual(await records.made(VM.id), VM);
});
