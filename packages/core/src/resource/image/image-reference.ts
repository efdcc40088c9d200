import { referenceError } from './errors.ts';

/** An image reference taken apart, in Docker's normal form. */
export interface ImageReference {
  /** Registry host, with port where one was written: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** `library/nginx` */
  readonly repository: string;
  /** `latest` where neither tag nor digest was written; undefined with a digest and no tag. */
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}

const REGISTRY =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::\d{1,5})?$/i;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const REPOSITORY_MAX_LENGTH = 255;
const REFERENCE_MAX_LENGTH = 1024;

/**
 * Reads a reference by Docker's rules: `nginx` is `docker.io/library/nginx:latest`; a first part
 * with a dot, a colon, a capital, or `localhost` is a registry. Throws `REFERENCE_INVALID`.
 */
export function parseImageReference(text: string): ImageReference {
  if (text === '') throw refuse(text, 'it is empty');
  if (text.length > REFERENCE_MAX_LENGTH) {
    throw refuse(`${text.slice(0, 60)}…`, `it is longer than ${REFERENCE_MAX_LENGTH} characters`);
  }
  if (/^[0-9a-f]{64}$/.test(text)) {
    throw refuse(text, 'it looks like an image id; use the name of the image instead');
  }
  const { rest: named, digest } = splitDigest(text);
  const { rest: name, tag } = splitTag(text, named);
  const { registry, repository } = splitRegistry(name);
  checkName(text, registry, repository);
  return {
    registry,
    repository,
    tag: tag ?? (digest === undefined ? 'latest' : undefined),
    digest,
  };
}

function splitDigest(text: string): { rest: string; digest: string | undefined } {
  const at = text.indexOf('@');
  if (at < 0) return { rest: text, digest: undefined };
  const digest = text.slice(at + 1);
  const [algorithm = '', hex = '', ...more] = digest.split(':');
  const length = Object.hasOwn(DIGEST_LENGTHS, algorithm) ? DIGEST_LENGTHS[algorithm] : undefined;
  if (length === undefined || more.length > 0) {
    throw refuse(text, `its digest must be one of sha256:…, sha384:…, sha512:…`);
  }
  if (hex.length !== length || !/^[0-9a-f]+$/.test(hex)) {
    throw refuse(text, `its ${algorithm} digest must be ${length} lower-case hexadecimal digits`);
  }
  return { rest: text.slice(0, at), digest };
}

/** A colon after the last slash starts a tag; before it, a port. */
function splitTag(text: string, named: string): { rest: string; tag: string | undefined } {
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  if (colon < 0) return { rest: named, tag: undefined };
  const tag = named.slice(colon + 1);
  if (!TAG.test(tag)) {
    throw refuse(
      text,
      'a tag has 1 to 128 letters, digits, `_`, `.` or `-`, and does not start with `.` or `-`',
    );
  }
  return { rest: named.slice(0, colon), tag };
}

function splitRegistry(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isRegistry = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const registry = !isRegistry || first === 'index.docker.io' ? 'docker.io' : first;
  const repository = isRegistry ? name.slice(slash + 1) : name;
  const isOfficial = registry === 'docker.io' && !repository.includes('/');
  return { registry, repository: isOfficial ? `library/${repository}` : repository };
}

function checkName(text: string, registry: string, repository: string): void {
  if (!REGISTRY.test(registry)) throw refuse(text, `${registry} is not the host of a registry`);
  if (repository.length > REPOSITORY_MAX_LENGTH) {
    throw refuse(text, `its name is longer than ${REPOSITORY_MAX_LENGTH} characters`);
  }
  const bad = repository.split('/').find((part) => !COMPONENT.test(part));
  if (bad === undefined) return;
  if (bad === '') throw refuse(text, 'a part of its name is empty');
  if (bad !== bad.toLowerCase())
    throw refuse(text, `${bad} has capitals, but names must be lower case`);
  throw refuse(
    text,
    `${bad} must consist of letters and digits, with single \`.\`, \`_\`, \`__\` or \`-\` between them`,
  );
}

function refuse(reference: string, reason: string) {
  return referenceError.INVALID({ reference, reason });
}
