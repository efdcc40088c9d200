import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerKey, type NamespaceSeen, placeFromKey, type ScopeRecord } from '@capsule/core';
import { Diagnosis } from './diagnosis.ts';
import { type LeftoverPartsOptions, leftoverParts } from './leftover-parts.ts';

const SHARED = { uid: '1', generation: 1, createdAt: 0, isDeleting: false, labels: {} };
const REALM: ScopeRecord = { ...SHARED, place: { realm: 'main' }, namespace: 'kukeon-main' };
const WEB = { realm: 'main', space: 'default', stack: 'default', cell: 'web' };
const REF = { cell: WEB, container: 'web' };
const ID = containerKey(REF);
const CELL_CGROUP = '/kukeon/main/default/default/web';

function namespace(seen: Partial<NamespaceSeen>): NamespaceSeen {
  const none = { containers: [], snapshots: [], leases: [] };
  return { namespace: 'kukeon-main', realm: 'main', ...none, ...seen };
}

/** A capsule that owns one cell, and everything that its world shows. */
function world(seen: Partial<LeftoverPartsOptions> = {}): LeftoverPartsOptions {
  const cell = { id: WEB, containers: [{ ref: REF, role: 'root' }] };
  return {
    records: () => ({
      scopes: { list: () => [REALM] },
      cells: { list: () => [cell] as unknown as ReturnType<LeftoverCells['list']> },
    }),
    inventory: {
      namespaces: async () => [
        namespace({ containers: [ID], snapshots: [ID] }),
        namespace({ namespace: 'moby', realm: undefined, containers: ['other'], leases: ['x'] }),
      ],
    },
    runtimeId: containerKey,
    network: {
      list: async () => [
        { key: 'main_default_default_web', link: 'veth', address: undefined, complete: true },
      ],
      listSpaces: async () => [],
    },
    namespaces: {
      list: async () => [{ key: 'main_default_default_web', hostname: 'web', complete: true }],
    },
    cgroups: {
      list: async () => [{ realm: 'main' }, WEB],
      listContainers: async () => [`${CELL_CGROUP}/web_root`],
    },
    projection: { list: async () => [{ path: 'main/realm.yaml', state: 'intact' }] },
    microVms: async () => [],
    logFolders: async () => ['main_default_default_web'],
    ...seen,
  };
}

type LeftoverCells = ReturnType<LeftoverPartsOptions['records']>['cells'];

async function strays(options: LeftoverPartsOptions): Promise<Record<string, string>> {
  const diagnosis = new Diagnosis(() => leftoverParts(options));
  const checks = await diagnosis.run([], new AbortController().signal);
  assert.ok(checks.every(({ level, remedy }) => level === 'ok' || remedy !== undefined));
  return Object.fromEntries(
    checks.filter(({ level }) => level !== 'ok').map(({ name, detail }) => [name, detail]),
  );
}

test('a capsule without leftovers has none, and namespaces of other programs are no leftovers', async () => {
  assert.deepEqual(await strays(world()), {});
});

test('each sort of leftover is found and named', async () => {
  const found = await strays(
    world({
      inventory: {
        namespaces: async () => [
          namespace({ containers: [ID, 'lost'], snapshots: [ID, 'layer'], leases: ['held'] }),
          namespace({ namespace: 'kukeon-old', realm: undefined, containers: ['a'] }),
          namespace({ namespace: 'mine', realm: 'gone' }),
        ],
      },
      network: {
        list: async () => [
          { key: 'main_default_default_gone', link: 'veth', address: undefined, complete: true },
        ],
        listSpaces: async () => [
          { key: 'main_gone', bridge: 'kb0123456789', cidr: undefined, isUp: true },
        ],
      },
      namespaces: {
        list: async () => [{ key: 'main_default_default_gone', hostname: 'a', complete: true }],
      },
      cgroups: {
        list: async () => [placeFromKey('main'), placeFromKey('stray')],
        listContainers: async () => [
          `${CELL_CGROUP}/web_root`,
          `${CELL_CGROUP}/gone_gone`,
          '/kukeon/stray/a/b/c/c_root',
        ],
      },
      projection: {
        list: async () => [
          { path: 'main/realm.yaml', state: 'edited' },
          { path: 'notes.txt', state: 'foreign' },
        ],
      },
      microVms: async () => [ID, 'gone'],
      logFolders: async () => ['main_default_default_gone'],
    }),
  );
  const without = 'without an owner: ';
  assert.deepEqual(found, {
    namespaces: `${without}kukeon-old (1 container), mine`,
    containers: `${without}kukeon-main/lost`,
    snapshots: `${without}kukeon-main/layer`,
    leases: `${without}kukeon-main/held`,
    'cell networks': `${without}main_default_default_gone`,
    'pinned namespaces': `${without}main_default_default_gone`,
    bridges: `${without}kb0123456789`,
    cgroups: `${without}${CELL_CGROUP}/gone_gone, /kukeon/stray`,
    files: `${without}main/realm.yaml (edited), notes.txt`,
    microVMs: `${without}gone`,
    logs: `${without}main_default_default_gone`,
  });
});

test('a cell that is deleted while the capsule looks leaves nothing behind', async () => {
  let isDeleted = false;
  const options = world();
  const { scopes, cells } = options.records();
  const found = await strays({
    ...options,
    records: () => ({ scopes, cells: { list: () => (isDeleted ? [] : cells.list()) } }),
    logFolders: async () => {
      isDeleted = true;
      return ['main_default_default_web'];
    },
  });
  assert.equal(found['logs'], undefined);
});
