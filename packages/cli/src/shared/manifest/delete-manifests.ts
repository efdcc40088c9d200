import type { CapsuleClient } from '@capsule/api/wire';
import {
  DEFAULT_STACK,
  isCapsuleError,
  levelOf,
  type Manifest,
  type Place,
  parentOf,
} from '@capsule/core';
import { inApplyOrder, KINDS } from '@capsule/core/manifest';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { readTimeout } from '../argument/timeout.ts';
import { askWhether, deleteAll } from '../node/delete.ts';
import { getNode } from '../node/get.ts';
import { renderDocuments } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { declaredName, declaredPlace } from './declared-name.ts';
import { readManifests } from './read-manifests.ts';

const DEFAULT_TIMEOUT_MS = 120_000;

interface Result {
  readonly name: string;
  readonly existed: boolean;
  readonly error?: unknown;
}

/** Deletes everything that files declare, in the reverse order of an apply. Something missing is no error. */
export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
  const manifests = inApplyOrder(await readManifests(input, context), KINDS).toReversed();
  const results = await withCapsule(input, context, async (client) => {
    await ask(client, manifests, { input, context });
    const results: Result[] = [];
    for (const one of await inDeleteOrder(client, manifests, context)) {
      results.push(await deleteOne({ client, ...one, timeoutMs, input }, context));
    }
    return results;
  });
  context.signal.throwIfAborted();
  const done = results.filter(({ error }) => error === undefined);
  if (isData(format)) {
    await context.out.write(
      await renderDocuments(
        format,
        done.map(({ name, existed }) => ({ name, existed })),
      ),
    );
  } else {
    const line = ({ name, existed }: Result) =>
      format.kind === 'name' ? `${name}\n` : `${name} ${existed ? 'deleted' : 'does not exist'}\n`;
    await printLines(context.out, done.map(line).join(''));
  }
  return printErrors(
    results.flatMap(({ error }) => error ?? []),
    input,
    context,
  );
};

async function ask(
  client: CapsuleClient,
  manifests: readonly Manifest[],
  { input, context }: { readonly input: Input; readonly context: Context },
): Promise<void> {
  const places = manifests.flatMap((manifest) => placeIn(manifest) ?? []);
  const others = manifests.filter((manifest) => placeIn(manifest) === undefined).map(declaredName);
  const how = { cascade: true, force: input.isOn('force') };
  await askWhether({ client, places, how, verb: 'Delete', others }, input, context);
}

/** A flat workload is the cell of its name. */
function placeIn(manifest: Manifest): Place | undefined {
  if (manifest.kind === 'workload') return { ...DEFAULT_STACK, cell: manifest.spec.name };
  return declaredPlace(manifest);
}

interface Placed {
  readonly manifest: Manifest;
  /** Undefined for volumes and registries. */
  readonly place: Place | undefined;
}

/** Containers that are no root come first: a root goes with its cell, which is deleted when it is alone. */
async function inDeleteOrder(
  client: CapsuleClient,
  manifests: readonly Manifest[],
  context: Context,
): Promise<readonly Placed[]> {
  const placed = await Promise.all(
    manifests.map(async (manifest) => {
      const place = placeIn(manifest);
      return { manifest, place: place && (await ownPlace(client, place, context)) };
    }),
  );
  const isSibling = ({ place }: Placed) => place !== undefined && levelOf(place) === 'container';
  return [...placed.filter(isSibling), ...placed.filter((one) => !isSibling(one))];
}

interface Deletion extends Placed {
  readonly client: CapsuleClient;
  readonly timeoutMs: number;
  readonly input: Input;
}

async function deleteOne(deletion: Deletion, context: Context): Promise<Result> {
  const { client, manifest, place, timeoutMs, input } = deletion;
  const name = declaredName(manifest);
  if (place === undefined) return deleteOther(deletion, context);
  // A cell is declared with its containers, so they go with it.
  const isWhole = manifest.kind === 'cell' || manifest.kind === 'workload';
  const how = { cascade: isWhole || input.isOn('cascade'), force: input.isOn('force') };
  const [result] = await deleteAll({ client, places: [place], how, timeoutMs }, context);
  context.signal.throwIfAborted();
  return { name, existed: result?.existed ?? false, error: result?.error };
}

/** The root goes with its cell. */
async function ownPlace(client: CapsuleClient, place: Place, context: Context): Promise<Place> {
  if (levelOf(place) !== 'container') return place;
  try {
    const node = await getNode(client, place, context);
    const isRoot = node.level === 'container' && node.container.isRoot;
    return (isRoot && parentOf(place)) || place;
  } catch (error) {
    if (isCapsuleError(error) && error.kind === 'notFound') return place;
    throw error;
  }
}

/** Volumes and registries. */
async function deleteOther(
  { client, manifest, timeoutMs }: Deletion,
  { signal }: Context,
): Promise<Result> {
  const { name } = manifest.spec;
  const options = { signal, timeoutMs };
  try {
    const { existed } =
      manifest.kind === 'volume'
        ? await client.volume.delete({ name }, options)
        : await client.registry.delete({ name }, options);
    return { name, existed };
  } catch (error) {
    signal.throwIfAborted();
    return { name, existed: false, error };
  }
}
