import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { imageFromProto, imageToProto } from './image.ts';

test('an image comes back from the wire with its time in whole seconds', () => {
  const image = fc.record(
    {
      name: fc.string(),
      digest: fc.string(),
      sizeBytes: fc.maxSafeNat(),
      updatedAt: fc.integer({ min: 0 }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(image, (sent) => {
      const updatedAt = sent.updatedAt - (sent.updatedAt % 1000);
      assert.deepEqual(imageFromProto(imageToProto(sent)), { ...sent, updatedAt });
    }),
  );
});
