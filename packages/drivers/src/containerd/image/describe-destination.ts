import { create } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { pack } from '../client/pack.ts';
import { ImageStoreSchema } from '../gen/containerd/types/transfer/imagestore_pb.ts';
import type { ImageContext } from './context.ts';

/** Describes the destination of a transfer: this record, only this machine's platform, unpacked at once. */
export function describeDestination(
  { architecture, snapshotter }: ImageContext,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Any {
  const platform = { os: 'linux', architecture };
  const store = create(ImageStoreSchema, {
    name,
    labels: { ...labels },
    platforms: [platform],
    unpacks: [{ platform, snapshotter }],
  });
  return pack(ImageStoreSchema, store);
}
