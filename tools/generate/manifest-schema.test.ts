import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { manifestFromWorkload } from '@capsule/core';
import { MANIFEST_SCHEMA, parseManifests } from '@capsule/core/manifest';
import { anySpec } from '@capsule/testkit/any-spec';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';

const root = join(import.meta.dirname, '../..');
const accepts = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(MANIFEST_SCHEMA);

/** Returns the problems that an editor would underline. */
function complaints(yaml: string): string[] {
  return parseAllDocuments(yaml).flatMap((document) =>
    accepts(document.toJS())
      ? []
      : (accepts.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`),
  );
}

test('every example, and every manifest of the reference, is accepted', async () => {
  const folder = join(root, 'examples');
  for (const file of await readdir(folder)) {
    assert.deepEqual(complaints(await readFile(join(folder, file), 'utf8')), [], file);
  }
  const page = await readFile(join(root, 'docs/reference/manifest.md'), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block);
  assert.ok(blocks.length > 1);
  for (const block of blocks) assert.deepEqual(complaints(block), [], block);
});

test('every manifest that the capsule prints is accepted', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const shown = JSON.stringify({ ...manifestFromWorkload(spec), status: {}, generation: 1 });
      assert.deepEqual(complaints(shown), []);
    }),
  );
});

const CONTAINER = 'name: web\nkind: Container\ncontainer:\n  image: nginx\n';

test('the forms that people write are accepted, by the capsule too', () => {
  for (const line of [
    'env: {A: b}',
    'user: 1000',
    'resources: {cpu: 0.5, memory: 256MiB}',
    'resources: {cpu: 500m, memory: 1048576000}',
    'tmpfs: [/tmp, {mountPath: /run, size: 16MiB, mode: "0755"}]',
    'extraHosts: {printer: 192.0.2.9}',
    'ulimits: [{name: core, hard: unlimited}]',
    'restartPolicy: RESTART_POLICY_NEVER',
    'labels: {tier: 1}',
    'healthCheck: {exec: {command: ["true"]}, retries: 1}',
  ]) {
    assert.deepEqual(complaints(`${CONTAINER}  ${line}\n`), [], line);
    parseManifests(`${CONTAINER}  ${line}\n`, line);
  }
});

test('a microVM is held to its own block', () => {
  const vm = (block: string) => `name: vm\nkind: MicroVM\nmicroVm: ${block}\n`;
  for (const block of [
    '{image: a, vcpus: 2, rootfsSize: 20GiB, backend: qemu, networkMode: bridge}',
    '{kernelPath: /k, rootfsPath: /r, resources: {cpu: 1}}',
  ]) {
    assert.deepEqual(complaints(vm(block)), [], block);
    parseManifests(vm(block), block);
  }
  for (const text of [
    vm('{vcpus: 2}'),
    vm('{image: a, networkMode: host}'),
    vm('{image: a, hostPid: true}'),
    vm('{image: a, resources: {memory: 1G}}'),
    vm('{image: a, vcpus: 33}'),
    'name: vm\nkind: MicroVM\ncontainer: {image: a}\n',
    'name: web\nkind: Container\nmicroVm: {image: a}\n',
  ]) {
    assert.notDeepEqual(complaints(text), [], text);
    assert.throws(() => parseManifests(text, 'f'), { code: 'MANIFEST_INVALID' });
  }
});

test('a field that the capsule would refuse is underlined', () => {
  for (const [line, where] of [
    ['comand: [sh]', '/container must NOT have additional properties'],
    ['command: sh', '/container/command must be array'],
    ['restartPolicy: sometimes', '/container/restartPolicy must be equal'],
    ['ports: [{containerPort: 80}]', '/container/ports/0 must have required'],
    ['ports: [{containerPort: 80, hostPort: 70000}]', '/container/ports/0/hostPort must be <='],
    ['healthCheck: {http: {port: 80}, tcp: {port: 80}}', '/container/healthCheck must match'],
    ['resources: {memory: 5MB}', '/container/resources/memory must match pattern'],
    ['privileged: "yes"', '/container/privileged must be boolean'],
  ] as const) {
    const found = complaints(`${CONTAINER}  ${line}\n`);
    assert.ok(
      found.some((complaint) => complaint.startsWith(where)),
      `${line}: ${found}`,
    );
    assert.throws(() => parseManifests(`${CONTAINER}  ${line}\n`, line), {
      code: 'MANIFEST_INVALID',
    });
  }
});
