import { blob, descriptor, json, MANIFEST_TYPE, type TestImage, testImage } from '@capsule/testkit';

const EMPTY = { ...testImage({ layers: [] }), layers: [] };

/** The image with one more layer on top, which is an uncompressed tar. */
export function imageWithLayer(layer: Buffer, base: TestImage = EMPTY): TestImage {
  const layers = [...base.layers, blob(layer)];
  const before = JSON.parse(base.config.data.toString());
  const rootfs = { type: 'layers', diff_ids: layers.map(({ digest }) => digest) };
  const config = json({ ...before, rootfs });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((each) => descriptor('application/vnd.oci.image.layer.v1.tar', each)),
  });
  return { manifest, config, layers };
}
