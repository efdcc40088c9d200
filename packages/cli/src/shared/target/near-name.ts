import { type CapsuleClient, levelToProto, nodeFromProto, placeOfNode } from '@capsule/api/wire';
import {
  CapsuleError,
  DEFAULT_STACK,
  isCapsuleError,
  LEVELS,
  nameOfPlace,
  nearestWord,
  type Place,
  parentOf,
  placeOf,
} from '@capsule/core';

type Facts = CapsuleError['facts'];

/** The name that was not found, and those of the same sort that exist. */
interface Names {
  readonly missing: string;
  readonly existing: () => Promise<readonly string[]>;
}

type Look = (client: CapsuleClient, facts: Facts, signal: AbortSignal) => Names | undefined;

/** By the code of a failure that is about a name. */
const LOOKS: Readonly<Record<string, Look>> = {
  WORKLOAD_NOT_FOUND: ({ workload }, { name }, signal) => ({
    missing: String(name),
    existing: async () => (await workload.list({}, { signal })).workloads.map((one) => one.name),
  }),
  VOLUME_NOT_FOUND: ({ volume }, { name }, signal) => ({
    missing: String(name),
    existing: async () => (await volume.list({}, { signal })).volumes.map((one) => one.name),
  }),
  CELL_NOT_FOUND: lookInPlace,
  SCOPE_NOT_FOUND: lookInPlace,
};

/** Looks among the things of the same level in the same outer place. */
function lookInPlace({ cell }: CapsuleClient, facts: Facts, signal: AbortSignal) {
  const level = LEVELS.find((one) => one === facts['level']);
  const parts = String(facts['place']).split('/');
  // A short name is that of a cell in the usual stack.
  const place: Place =
    parts.length === 1 && level === 'cell' ? usualCell(parts[0]) : placeOf(parts);
  const within = parentOf(place);
  if (level === undefined) return undefined;
  return {
    missing: nameOfPlace(place),
    existing: async () => {
      const request = { level: levelToProto(level), ...(within && { within }) };
      const { nodes } = await cell.list(request, { signal });
      return nodes.map((wire) => nameOfPlace(placeOfNode(nodeFromProto(wire))));
    },
  };
}

function usualCell(cell = ''): Place {
  return { ...DEFAULT_STACK, cell };
}

/**
 * The same failure, which names what was probably meant, where something of nearly that name exists. The capsule
 * is asked once more; if it does not answer now, the failure stays as it is.
 */
export async function withNearName(
  error: unknown,
  client: CapsuleClient,
  signal: AbortSignal,
): Promise<unknown> {
  if (!isCapsuleError(error)) return error;
  const names = LOOKS[error.code]?.(client, error.facts, signal);
  if (names === undefined) return error;
  const near = nearestWord(names.missing, await names.existing().catch(() => []));
  if (near === undefined) return error;
  const { code, kind, message, why, actions, facts, hint } = error;
  const meant = `did you mean ${near}? ${hint ?? ''}`.trimEnd();
  return new CapsuleError({ code, kind, message, why, actions, facts, hint: meant, cause: error });
}
