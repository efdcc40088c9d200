import { isCapsuleError } from '../../error/capsule-error.ts';
import { type ImageReference, parseImageReference } from './image-reference.ts';

const DIGEST_DIGITS_SHOWN = 12;

/**
 * The short form for people: Docker Hub's host and `library/` are left out, a digest is cut. Not to
 * be parsed again where a digest is present. Text that is no reference comes back unchanged.
 */
export function describeImageReference(text: string): string {
  const reference = readReference(text);
  if (reference === undefined) return text;
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  return `${shortName(reference)}${tag}${shortDigest(reference.digest)}`;
}

function readReference(text: string): ImageReference | undefined {
  try {
    return parseImageReference(text);
  } catch (error) {
    if (isCapsuleError(error)) return undefined;
    throw error;
  }
}

function shortName({ registry, repository }: ImageReference): string {
  if (registry !== 'docker.io') return `${registry}/${repository}`;
  const official = repository.match(/^library\/([^/]+)$/);
  return official?.[1] ?? repository;
}

function shortDigest(digest: string | undefined): string {
  if (digest === undefined) return '';
  return `@${digest.slice(0, digest.indexOf(':') + 1 + DIGEST_DIGITS_SHOWN)}`;
}
