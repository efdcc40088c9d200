import assert from 'node:assert/strict';
import { type ContainerFiles, containerKey, type LogStore, type ServiceProbe } from '@capsule/core';
import { FakeCellCgroups } from './fake-cell-cgroups.ts';
import { FakeCellNamespaces } from './fake-cell-namespaces.ts';
import { FakeCellNetwork } from './fake-cell-network.ts';
import { FakeContainerRuntime } from './fake-container-runtime.ts';
import { FakeImageStore } from './fake-image-store.ts';
import { FakeNameResponder } from './fake-name-responder.ts';
import { FakePortListeners } from './fake-port-listeners.ts';
import { FakeRealmStore } from './fake-realm-store.ts';
import { FakeVolumeBackend } from './fake-volume-backend.ts';
import { noGuestVolumes } from './no-guest-volumes.ts';
import { noTransfers } from './no-transfers.ts';

const NO_LOGS: LogStore = {
  async *read() {},
  exists: async () => false,
  remove: async () => undefined,
};

/** Nothing is copied but up, into volumes. */
const NO_FILES: ContainerFiles = {
  look: () => assert.fail('no test copies files'),
  pack: () => assert.fail('no test copies files'),
  packTo: () => assert.fail('no test copies files'),
  unpack: () => assert.fail('no test copies files'),
  copyOut: async () => undefined,
};

const ALL_WELL: ServiceProbe = { knock: async () => ({ ok: true, detail: '' }) };

/** All that capsuled needs of the outside; a test puts something of its own in the place of what it asks about. */
export function fakeOutside() {
  const images = new FakeImageStore();
  return {
    images,
    imageStores: { of: () => images },
    runtime: new FakeContainerRuntime(images),
    files: NO_FILES,
    runtimeId: containerKey,
    logs: {
      store: NO_LOGS,
      pathOf: containerKey,
      serialPathOf: (ref: Parameters<typeof containerKey>[0]) => `${containerKey(ref)}.serial`,
    },
    network: {
      network: new FakeCellNetwork(),
      namespaces: new FakeCellNamespaces(),
      names: new FakeNameResponder(),
      listeners: new FakePortListeners(),
      ownAddresses: { has: () => true },
      service: ALL_WELL,
      ranges: { usedRanges: async () => [] },
    },
    volumes: {
      ...noTransfers,
      backend: new FakeVolumeBackend(),
      guestVolumes: noGuestVolumes,
      faultPoint: () => undefined,
    },
    realmStore: new FakeRealmStore(),
    cgroups: new FakeCellCgroups(),
    hostPaths: { exists: () => true },
    scopes: { make: async () => undefined, unmake: async () => undefined },
  };
}
