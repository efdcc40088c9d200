import type { CapsuleClient, ReportedNode } from '@capsule/api/wire';
import { levelToProto, placeToProto } from '@capsule/api/wire';
import { type Level, placeKey } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { renderDocument } from '../render/documents.ts';
import { type Format, isData, readFormat } from '../render/format.ts';
import { renderListing } from '../render/listing.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { nodeListing } from './columns.ts';
import { nodeDocument } from './document.ts';
import { filterOf, placeAt } from './place-flags.ts';
import { readNode } from './read-node.ts';
import { watchNodes } from './watch-nodes.ts';

/** Shows everything of a level, or the named things. One of them is shown as its manifest by default. */
export function getNodes(level: Level): Run {
  return async (input, context) => {
    const format = readFormat(input);
    if (input.args.length > 0 && input.text('selector') !== undefined) {
      throw input.refuse(`name a ${level}, or select with -l LABELS, but not both`);
    }
    if (input.isOn('watch')) return watch(level, input, context);
    if (input.args.length === 0) return list(level, input, context);
    const found = await withCapsule(input, context, (client) =>
      Promise.all(input.args.map((name) => getNode(client, placeAt(input, level, name), context))),
    );
    const [only] = found;
    const isWhole = found.length === 1 && only !== undefined;
    const usual = input.text('output') === undefined && format.kind === 'table';
    if (isWhole && (usual || isData(format))) {
      const data = isData(format) ? format : ({ kind: 'yaml' } as const);
      await context.out.write(await renderDocument(data, nodeDocument(only)));
    } else {
      await context.out.write(await render(level, found, { format, context }));
    }
    return undefined;
  };
}

/** Fails with `SCOPE_NOT_FOUND` and `CELL_NOT_FOUND`. */
export async function getNode(
  client: CapsuleClient,
  place: ReturnType<typeof placeAt>,
  { program, signal }: Context,
): Promise<ReportedNode> {
  return readNode(await client.cell.get({ place: placeToProto(place) }, { signal }), program);
}

async function list(level: Level, input: Input, context: Context): Promise<number | undefined> {
  const format = readFormat(input);
  const { program, signal, out } = context;
  const answer = await withCapsule(input, context, (client) => {
    const labelSelector = input.text('selector') ?? '';
    const within = filterOf(input, level);
    return client.cell.list({ level: levelToProto(level), within, labelSelector }, { signal });
  });
  const nodes: ReportedNode[] = [];
  const errors: unknown[] = [];
  // A newer capsule may have some that this program does not understand; the others are shown.
  for (const wire of answer.nodes) {
    try {
      nodes.push(readNode(wire, program));
    } catch (error) {
      errors.push(error);
    }
  }
  await out.write(await render(level, nodes, { format, context }));
  if (answer.nodes.length === 0 && format.kind === 'table' && context.err.isTerminal) {
    await printLines(context.err, `no ${level}s found\n`);
  }
  return printErrors(errors, input, context);
}

async function watch(level: Level, input: Input, context: Context): Promise<undefined> {
  const format = readFormat(input);
  const places = input.args.map((name) => placeAt(input, level, name));
  const [only] = places;
  const within = places.length === 1 && only !== undefined ? only : filterOf(input, level);
  await withCapsule(input, context, (client) =>
    watchNodes(
      {
        client,
        level,
        within,
        labelSelector: input.text('selector') ?? '',
        isShown: (place) =>
          places.length === 0 || places.some((one) => placeKey(one) === placeKey(place)),
        render: (nodes) => render(level, nodes, { format, context }),
      },
      context,
    ),
  );
  return undefined;
}

function render(
  level: Level,
  nodes: readonly ReportedNode[],
  { format, context: { out, now } }: { readonly format: Format; readonly context: Context },
): Promise<string> {
  return renderListing(nodes, nodeListing(level, now()), format, out);
}
