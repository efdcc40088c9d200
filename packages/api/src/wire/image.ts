import { create } from '@bufbuild/protobuf';
import type { Image } from '@capsule/core';
import { ImageSchema, type Image as WireImage } from '../gen/capsule/v1/image_pb.ts';

/** The wire has whole seconds. `usedBy` is undefined where the users are not known. */
export function imageToProto(image: Image, usedBy?: readonly string[]): WireImage {
  return create(ImageSchema, {
    name: image.name,
    digest: image.digest,
    sizeBytes: BigInt(image.sizeBytes),
    createdUnix: BigInt(Math.floor(image.updatedAt / 1000)),
    usedBy: [...(usedBy ?? [])],
    usedByUnknown: usedBy === undefined,
  });
}

export function imageFromProto(image: WireImage): Image {
  return {
    name: image.name,
    digest: image.digest,
    sizeBytes: Number(image.sizeBytes),
    updatedAt: Number(image.createdUnix) * 1000,
  };
}
