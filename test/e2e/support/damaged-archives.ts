import { randomBytes, randomUUID } from 'node:crypto';
import {
  type Blob,
  blob,
  dockerArchive,
  ociArchive,
  type TestImage,
  tar,
  testImage,
} from '@capsule/testkit';

export interface DamagedArchive {
  readonly what: string;
  readonly archive: Buffer;
  /** The permanent code of the refusal. */
  readonly code: string;
}

const NAME = 'damaged:1';
const OCI_NAME = [{ 'org.opencontainers.image.ref.name': NAME }];

/**
 * Archives that every capsule must refuse. Their content is new to the capsule, because it does not read
 * existing content again.
 */
export function damagedArchives(): readonly DamagedArchive[] {
  const image = newImage();
  const large = largeImage();
  return [
    // The client does not send it.
    {
      what: 'a text',
      archive: Buffer.from('hello, I am no archive\n'),
      code: 'TRANSFER_NO_IMAGE_ARCHIVE',
    },
    { what: 'nothing at all', archive: Buffer.alloc(0), code: 'TRANSFER_NO_IMAGE_ARCHIVE' },
    {
      what: 'a tar of something else',
      archive: tar([{ path: 'notes.txt', data: Buffer.from('no image') }]),
      code: 'IMAGE_INVALID',
    },
    {
      what: 'an archive cut in the middle of a layer',
      archive: half(dockerArchive(image, [NAME])),
      code: 'IMAGE_INVALID',
    },
    {
      what: 'an OCI archive cut in the middle of a layer',
      archive: half(ociArchive(image, OCI_NAME)),
      code: 'IMAGE_INVALID',
    },
    {
      what: 'a docker archive whose layer is not the one its configuration names',
      archive: dockerArchive(withOtherLayers(image), [NAME]),
      code: 'IMAGE_INVALID',
    },
    {
      what: 'an OCI archive with a layer that does not match its digest',
      archive: ociArchive(withTornLayers(image), OCI_NAME),
      code: 'IMAGE_INVALID',
    },
    {
      what: 'an OCI archive cut in the middle of a large layer',
      archive: half(ociArchive(large, OCI_NAME)),
      code: 'IMAGE_INVALID',
    },
    {
      what: 'an OCI archive with a large layer that does not match its digest',
      archive: ociArchive(withTornLayers(large), OCI_NAME),
      code: 'IMAGE_INVALID',
    },
    {
      what: 'an archive without the layer that it names',
      archive: ociArchive({ ...image, layers: image.layers.slice(1) }, OCI_NAME),
      code: 'IMAGE_INVALID',
    },
    {
      what: 'an archive for another processor only',
      archive: ociArchive(testImage({ layers: [[]], architecture: 's390x' }), OCI_NAME),
      code: 'IMAGE_INVALID',
    },
    {
      what: 'a docker archive without a name',
      archive: dockerArchive(image, null),
      code: 'IMAGE_UNNAMED',
    },
    {
      what: 'an OCI archive with only a tag',
      archive: ociArchive(image, [{ 'org.opencontainers.image.ref.name': 'latest' }]),
      code: 'IMAGE_UNNAMED',
    },
    {
      what: 'an archive under a name that is none',
      archive: dockerArchive(image, ['UPPER/Case:1']),
      code: 'IMAGE_INVALID',
    },
  ];
}

function newImage(): TestImage {
  const file = (name: string) => ({
    path: name,
    data: Buffer.from(`${randomUUID()}\n`.repeat(1000)),
  });
  return testImage({ layers: [[file('bottom')], [file('top')]] });
}

/** Its layer does not come to containerd with the rest of an OCI archive. */
export function largeImage(): TestImage {
  return testImage({ layers: [[{ path: 'large', data: randomBytes(3 * 1024 * 1024) }]] });
}

function half(archive: Buffer): Buffer {
  return archive.subarray(0, Math.floor(archive.length / 2));
}

/** Every file keeps the name that its content has. */
function withOtherLayers(image: TestImage): TestImage {
  return { ...image, layers: image.layers.map(({ data }) => blob(withOtherFile(data))) };
}

/** Every file keeps the name that its content had. */
function withTornLayers(image: TestImage): TestImage {
  const torn = ({ digest, data }: Blob) => ({ digest, data: withOtherFile(data) });
  return { ...image, layers: image.layers.map(torn) };
}

/** Changes one byte of a file in the layer. The layer remains a readable tar of the same length. */
function withOtherFile(layer: Buffer): Buffer {
  const changed = Buffer.from(layer);
  const contentAt = 512;
  changed.writeUInt8(changed.readUInt8(contentAt) ^ 1, contentAt);
  return changed;
}
