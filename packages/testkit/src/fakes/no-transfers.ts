import assert from 'node:assert/strict';
import type { UploadStore, VolumeArchives } from '@capsule/core';

/** For tests in which no volume is exported or imported. */
export const noTransfers: { readonly archives: VolumeArchives; readonly uploads: UploadStore } = {
  archives: {
    imageBytes: () => assert.fail('nobody exports'),
    readImage: () => assert.fail('nobody exports'),
    packTree: () => assert.fail('nobody exports'),
    measureTree: () => assert.fail('nobody imports'),
    unpackTree: () => assert.fail('nobody imports'),
  },
  uploads: {
    open: () => assert.fail('nobody imports'),
    append: () => assert.fail('nobody imports'),
    path: () => assert.fail('nobody imports'),
    remove: () => assert.fail('nobody imports'),
    prune: async () => undefined,
  },
};
