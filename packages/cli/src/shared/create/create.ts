import {
  type AppliedManifest,
  type CapsuleClient,
  placeOfNode,
  type ReportedNode,
} from '@capsule/api/wire';
import {
  type Level,
  levelOf,
  type Manifest,
  type Place,
  parentOf,
  shortPlace,
} from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { readTimeout } from '../argument/timeout.ts';
import { applyManifests } from '../manifest/apply-manifests.ts';
import { nodeDocument } from '../node/document.ts';
import { getNode } from '../node/get.ts';
import { placeAt } from '../node/place-flags.ts';
import { waitForNodes } from '../node/wait-for-nodes.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { renderDocument } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { type Created, startsNow } from './created.ts';
import { describeCreated } from './describe-created.ts';
import { documentOf } from './document-of.ts';
import { readDeclared } from './read-declared.ts';

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

/** Creates one thing of a level, and waits until it is ready. One that exists as declared is left as it is. */
export function createNode(level: Level): Run {
  return async (input, context) => {
    const format = readFormat(input);
    const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
    const place = placeAt(input, level, input.args[0] ?? '');
    const manifest = readDeclared(input, documentOf(input, place));
    const isWaiting = input.choice('wait') ?? true;
    const created = await withCapsule(input, context, (client) =>
      create({ client, manifest, place, timeoutMs, isWaiting }, context),
    );
    if (created.error !== undefined) return printErrors([created.error], input, context);
    const { node } = created;
    if (node !== undefined && isData(format)) {
      await context.out.write(await renderDocument(format, nodeDocument(node)));
    } else {
      const isShort = format.kind === 'name';
      const lines = isShort ? `${shortPlace(created.place)}\n` : describeCreated(created, context);
      await printLines(context.out, lines);
    }
    return printErrors(created.failure === undefined ? [] : [created.failure], input, context);
  };
}

interface Creation {
  readonly client: CapsuleClient;
  readonly manifest: Manifest;
  readonly place: Place;
  readonly timeoutMs: number;
  readonly isWaiting: boolean;
}

async function create(creation: Creation, context: Context): Promise<Created> {
  const { client, manifest, place, timeoutMs, isWaiting } = creation;
  const parent = parentOf(place);
  // An apply makes missing parents; for a single thing that is a misspelt place.
  const outer = parent && (await getNode(client, parent, context));
  const { applied } = await applyManifests(
    client,
    { manifests: [manifest], dryRun: false, createOnly: true },
    context,
  );
  const [result] = applied;
  if (result === undefined || 'error' in result) {
    return { place, isNew: false, isSettled: false, error: result?.error };
  }
  const created = createdOf(result, place, outer);
  const { node } = created;
  if (node === undefined || !isWaiting || !startsNow(created)) return created;
  const view = createProgressView(context.err, context.now);
  const wait = { client, nodes: [node], timeoutMs, view };
  const [waited] = await waitForNodes(wait, context).finally(() => view.clear());
  return {
    ...created,
    isSettled: true,
    ...(waited && { node: waited.node, failure: waited.error }),
  };
}

function createdOf(
  result: Exclude<AppliedManifest, { readonly error: unknown }>,
  place: Place,
  outer: ReportedNode | undefined,
): Created {
  const { change, node } = result;
  return {
    place: node === undefined ? place : placeOfNode(node),
    isNew: change === 'created',
    isSettled: false,
    ...(node && { node }),
    ...(outer !== undefined && levelOf(place) === 'container' && { cell: outer }),
  };
}
