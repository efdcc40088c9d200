import { callOptions } from '../client/call-options.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { Kind } from '../gen/containerd/services/snapshots_pb.ts';

export interface SnapshotName {
  readonly name: string;
  readonly parent: string;
  /** A writable layer, not one of an image. */
  readonly isWritable: boolean;
}

/** Returns the digests of a namespace's blobs. */
export async function listBlobs(
  client: ContainerdClient,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const digests: string[] = [];
  for await (const { info } of client.content.list({}, callOptions(signal))) {
    digests.push(...info.map(({ digest }) => digest));
  }
  return digests;
}

export async function listSnapshots(
  client: ContainerdClient,
  snapshotter: string,
  signal?: AbortSignal,
): Promise<readonly SnapshotName[]> {
  const names: SnapshotName[] = [];
  for await (const { info } of client.snapshots.list({ snapshotter }, callOptions(signal))) {
    names.push(
      ...info.map(({ name, parent, kind }) => ({ name, parent, isWritable: kind === Kind.ACTIVE })),
    );
  }
  return names;
}
