import type { AppliedManifest, FieldChange } from '@capsule/api/wire';
import { plainText } from '@capsule/core';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { renderDocuments } from '../render/documents.ts';
import { type Format, isData } from '../render/format.ts';
import { KIND_NOUNS } from '../workload/kind.ts';
import { declaredName } from './declared-name.ts';

/** Prints what an apply would do; a diff leaves out what would stay as it is. Answers the exit code of failures. */
export async function printChanges(
  applied: readonly AppliedManifest[],
  { format, isDiff }: { readonly format: Format; readonly isDiff: boolean },
  input: Input,
  context: Context,
): Promise<number | undefined> {
  const results = applied.flatMap((result) => ('change' in result ? [result] : []));
  const shown = isDiff ? results.filter(({ change }) => change !== 'unchanged') : results;
  if (isData(format)) {
    await context.out.write(await renderDocuments(format, shown.map(changeDocument)));
  } else {
    for (const result of shown) {
      await printLines(context.out, describe(result, format, context));
    }
  }
  const errors = applied.flatMap((result) => ('error' in result ? [result.error] : []));
  return printErrors(errors, input, context);
}

type Changed = Exclude<AppliedManifest, { readonly error: unknown }>;

function changeDocument(changed: Changed): object {
  const { change, recreates, fields } = changed;
  return {
    name: declaredName(changed),
    change,
    recreates,
    fields: fields.map(({ path, before, after, recreates: takes }) => ({
      path,
      ...(before === '' ? {} : { before: JSON.parse(before) as unknown }),
      ...(after === '' ? {} : { after: JSON.parse(after) as unknown }),
      recreates: takes,
    })),
  };
}

function describe(changed: Changed, format: Format, context: Context): string {
  const { change, fields } = changed;
  const name = declaredName(changed);
  if (format.kind === 'name') return `${name}\n`;
  const head = {
    created: `${name} would be created`,
    configured: `${name} would be changed ${describeHow(changed)}`,
    unchanged: `${name} would not change`,
  }[change];
  // Of what is new, nothing is taken away: a default that was never in effect is no news.
  const shown = change === 'created' ? fields.map((field) => ({ ...field, before: '' })) : fields;
  return [head, ...shown.flatMap((field) => fieldLines(field, context))]
    .map((line) => `${line}\n`)
    .join('');
}

/** Nothing but a workload, or a container of a cell, is made again for a change. */
function describeHow({ kind, spec, recreates }: Changed): string {
  if (!recreates) return 'in place';
  if (kind === 'workload') return `with a new ${KIND_NOUNS[spec.kind]}`;
  return kind === 'cell' || kind === 'container' ? 'with new containers' : 'in place';
}

function fieldLines({ path, before, after }: FieldChange, { out }: Context): string[] {
  const old = before === '' ? [] : [out.style('red', plainText(`  - ${path}: ${before}`))];
  const fresh = after === '' ? [] : [out.style('green', plainText(`  + ${path}: ${after}`))];
  return [...old, ...fresh];
}
