import { isCapsuleError, normaliseImageReference, parseImageReference } from '@capsule/core';
import { imageError } from '../errors.ts';
import type { Descriptor } from './descriptor.ts';

/** Written by containerd and Docker; always a full name. */
const FULL_NAME = 'io.containerd.image.name';
/** Written by other tools; a name, or only a tag. */
const REF_NAME = 'org.opencontainers.image.ref.name';

/** `latest`, `1.27-alpine`, `v2`: a tag rather than the name of an image. */
const ONLY_A_TAG = /^(latest|v?\d[\w.-]*)$/;
/** Tags may have capitals, names may not. */
const TAG = /^\w[\w.-]{0,127}$/;

/**
 * Returns the full reference of an image in an archive; undefined when it has no name, or only a tag.
 * `myapp:dev` and `myapp` are names, as users of `docker load` and `skopeo` expect. Fails with
 * `IMAGE_INVALID` for a name that is no reference. Pure.
 */
export function archiveName({ annotations }: Descriptor): string | undefined {
  const name = annotations[FULL_NAME] || annotations[REF_NAME] || '';
  if (name === '' || isTag(name)) return undefined;
  try {
    return normaliseImageReference(name);
  } catch (error) {
    if (!isCapsuleError(error)) throw error;
    throw imageError.INVALID({ subject: 'the archive', reason: error.message }, error);
  }
}

/** Each takes several calls of containerd and a record; no archive of people has as many. */
const IMAGES_MOST = 1000;

/**
 * Returns the images of an archive by their full references. The last one of a name counts, as with `docker load`.
 * Fails with `IMAGE_INVALID`. Pure.
 */
export function namedImages(manifests: readonly Descriptor[]): ReadonlyMap<string, Descriptor> {
  const named = new Map<string, Descriptor>();
  for (const manifest of manifests) {
    const name = archiveName(manifest);
    if (name !== undefined) named.set(name, manifest);
    if (named.size <= IMAGES_MOST) continue;
    const reason = `it names more than ${IMAGES_MOST} images`;
    throw imageError.INVALID({ subject: 'the archive', reason });
  }
  return named;
}

/**
 * Returns the full reference for the only image of an archive, whose name the client gave. A name without a
 * tag takes the only tag that the archive has. Fails with `REFERENCE_INVALID`. Pure.
 */
export function givenName(name: string, manifests: readonly Descriptor[]): string {
  const { digest } = parseImageReference(name);
  if (digest !== undefined) throw imageError.NAMED_BY_DIGEST({ name });
  const tags = new Set(manifests.map(({ annotations }) => annotations[REF_NAME] ?? ''));
  const [tag = ''] = tags;
  const hasTag = name.indexOf(':', name.lastIndexOf('/') + 1) >= 0;
  const isAdded = !hasTag && tags.size === 1 && isTag(tag);
  return normaliseImageReference(isAdded ? `${name}:${tag}` : name);
}

/** Returns whether a word cannot be the name of an image, or is read as a tag by convention. */
function isTag(word: string): boolean {
  return TAG.test(word) && (ONLY_A_TAG.test(word) || /[A-Z]/.test(word));
}
