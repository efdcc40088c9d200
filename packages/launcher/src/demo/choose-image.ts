import type { CapsuleClient } from '@capsule/api/wire';
import { buildImage, type Progress } from '@capsule/imager';
import { demoRecipe, nginxRecipe } from './web-server.ts';

export interface ImageChoice {
  readonly image: string;
  /** To be pushed before use; absent when a registry or the capsule has it. */
  readonly archive?: string;
}

const REGISTRY = 'https://registry-1.docker.io/v2/';
const REGISTRY_TIMEOUT_MS = 3000;

export interface ChooseRequest {
  readonly client: CapsuleClient;
  readonly cacheDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
}

/**
 * Returns a web server image: our own if the capsule has it already, docker.io's where docker.io
 * answers, else one made from Debian packages.
 */
export async function chooseImage(request: ChooseRequest): Promise<ImageChoice> {
  const [own = ''] = demoRecipe.names;
  const { images } = await request.client.image.list({});
  if (images.some((image) => image.name === own)) return { image: own };
  const [official = ''] = nginxRecipe.names;
  if (await registryAnswers()) return { image: official };
  request.progress('docker.io does not answer: building a web server image from Debian packages');
  const { archive } = await buildImage({ ...request, recipe: demoRecipe });
  return { image: own, archive };
}

/** Any answer will do, also a request for a login. */
function registryAnswers(): Promise<boolean> {
  return fetch(REGISTRY, { signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS) }).then(
    (response) => response.status === 200 || response.status === 401,
    () => false,
  );
}
