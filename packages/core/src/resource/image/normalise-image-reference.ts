import { type ImageReference, parseImageReference } from './image-reference.ts';

/**
 * The full reference that containerd and registries know: `nginx` becomes
 * `docker.io/library/nginx:latest`. Idempotent. Throws `REFERENCE_INVALID`.
 */
export function normaliseImageReference(text: string): string {
  return formatImageReference(parseImageReference(text));
}

/** The full text of a reference; the inverse of `parseImageReference`. */
export function formatImageReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}
