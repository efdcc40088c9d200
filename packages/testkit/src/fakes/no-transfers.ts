import assert from 'node:assert/strict';
import type { UploadStore, VolumeArchives } from '@capsule/core';

/** For tests in which no volume is exported or imported. */
export const noTransfers: { readonly archives: VolumeArchives; readonly uploads: UploadStore } = {
  archives: {
    imageBytes: () => assert.fail('no test exports'),
    readImage: () => assert.fail('no test exports'),
    packTree: () => assert.fail('no test exports'),
    measureTree: () => assert.fail('no test imports'),
    unpackTree: () => assert.fail('no test imports'),
  },
  uploads: {
    open: () => assert.fail('no test imports'),
    append: () => assert.fail('no test imports'),
    path: () => assert.fail('no test imports'),
    remove: () => assert.fail('no test imports'),
    prune: async () => undefined,
  },
};
