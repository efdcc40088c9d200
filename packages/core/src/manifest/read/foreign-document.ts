import { isMap, isScalar, type Node, type YAMLMap } from 'yaml';

/** A document that another program reads, and what to do with it. */
export interface Foreign {
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

/** The `apiVersion:` of realms, spaces, stacks, cells and their containers. */
export const CELL_API = 'v1beta1';
const FLAT = 'name, kind: Container, container: {image, command, env, ports, mounts}';

/** Recognises what people bring from elsewhere by its outermost keys. Pure. */
export function recogniseForeign(map: YAMLMap): Foreign | undefined {
  const api = textOf(map.get('apiVersion', true));
  if (api === CELL_API) return undefined;
  if (map.has('apiVersion')) return recogniseApi(textOf(map.get('kind', true)));
  if (map.has('kind') || !isMap(map.get('services', true))) return undefined;
  return {
    path: 'services',
    message: 'this is a Compose file, which a capsule cannot read',
    hint: `write one document for each service: ${FLAT}`,
  };
}

function recogniseApi(kind: string): Foreign {
  return {
    path: 'apiVersion',
    message: `this is a Kubernetes ${kind === '' ? 'manifest' : kind}, which a capsule cannot read`,
    hint: `write one document for each container: ${FLAT}`,
  };
}

function textOf(node: unknown): string {
  const { value } = isScalar(node as Node) ? (node as { value: unknown }) : { value: '' };
  return typeof value === 'string' ? value : '';
}

/** Comments and empty lines, then an instruction that every Dockerfile begins with. */
const DOCKERFILE =
  /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:FROM|ARG)[ \t]+[^\s:]\S*(?:[ \t]+AS[ \t]+\S+)?[ \t]*(?:\r?\n|$)/i;

/** A Dockerfile is no YAML by accident only, so its text is looked at. Pure. */
export function recogniseDockerfile(text: string): Omit<Foreign, 'path'> | undefined {
  if (!DOCKERFILE.test(text)) return undefined;
  return {
    message: 'this is a Dockerfile, not a manifest',
    hint: 'build an image from it with podman or docker, push the image to the capsule, and name the image in a manifest',
  };
}
