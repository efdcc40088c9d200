import { Code } from '@connectrpc/connect';
import type { FoundImage } from '../../image/image-source.ts';
import { callOptions } from '../client/call-options.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { ignoring } from '../client/rpc-error.ts';
import { runtimeError } from '../errors.ts';
import type { ImageReader } from './image-reader.ts';

interface FindImageParts {
  readonly client: ContainerdClient;
  readonly images: ImageReader;
}

/**
 * Finds an image in containerd's records. Fails with `RUNTIME_IMAGE_MISSING`, and with `IMAGE_INVALID` when
 * it cannot be used on this machine.
 */
export async function findImage(
  { client, images }: FindImageParts,
  { container, image }: { readonly container: string; readonly image: string },
  signal?: AbortSignal,
): Promise<FoundImage> {
  const answer = await ignoring(
    Code.NotFound,
    client.images.get({ name: image }, callOptions(signal)),
  );
  const digest = answer?.image?.target?.digest;
  if (digest === undefined) throw runtimeError.IMAGE_MISSING({ container, image });
  return { digest, content: await images.read(image, digest, signal) };
}
