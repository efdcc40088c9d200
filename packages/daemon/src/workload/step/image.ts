import { type ImageStores, nameOfContainer, type PullProgress } from '@capsule/core';
import { Semaphore } from '@capsule/engine';
import { workloadError } from '../errors.ts';
import type { WorkloadObserver } from '../observe.ts';
import type { ContainerExecutor } from '../steps.ts';

/** More pulls at once would only slow each other down. */
const PULLS_AT_ONCE = 8;

export interface PullImageParts {
  readonly images: ImageStores;
  readonly observer: Pick<WorkloadObserver, 'recordEvent' | 'reportProgress' | 'recordPull'>;
}

export function pullImage({ images, observer }: PullImageParts): ContainerExecutor<'pullImage'> {
  const pulls = new Semaphore(PULLS_AT_ONCE);
  return async ({ container }, { ref, reference }, signal) => {
    observer.recordEvent(container, 'Pulling', `pulling ${reference}`);
    const tell = (progress: PullProgress) => observer.reportProgress(ref, progress);
    const store = images.of(ref.cell.realm);
    const image = await pulls.hold(() => store.pull(reference, tell, signal), signal);
    if (container.spec.imagePullPolicy === 'always') observer.recordPull(container);
    observer.recordEvent(container, 'Pulled', `pulled ${reference} (${image.digest})`);
  };
}

export const missImage: ContainerExecutor<'missImage'> = async (_at, { ref, reference }) => {
  throw workloadError.IMAGE_ABSENT({
    name: nameOfContainer(ref),
    reference,
    realm: ref.cell.realm,
  });
};
