import { isCapsuleError, normaliseImageReference } from '@capsule/core';
import { imageError } from '../errors.ts';
import type { Descriptor } from './descriptor.ts';

/** Written by containerd and Docker: always a full name. */
const FULL_NAME = 'io.containerd.image.name';
/** Written by everybody else: a name, or only a tag. */
const REF_NAME = 'org.opencontainers.image.ref.name';

/** `latest`, `1.27-alpine`, `v2`: somebody's tag, and no name that anybody gives an image. */
const ONLY_A_TAG = /^(latest|v?\d[\w.-]*)$/;

/**
 * The full reference of an image out of an archive, or undefined when it has none. `myapp:dev` and
 * `myapp` are names, as `docker load` and `skopeo` users expect. Fails with `IMAGE_INVALID` for a
 * name that is no reference.
 */
export function archiveName({ annotations }: Descriptor): string | undefined {
  const name = annotations[FULL_NAME] || annotations[REF_NAME] || '';
  if (name === '' || ONLY_A_TAG.test(name)) return undefined;
  try {
    return normaliseImageReference(name);
  } catch (error) {
    if (!isCapsuleError(error)) throw error;
    throw imageError.INVALID({ subject: 'the archive', reason: error.message }, error);
  }
}
