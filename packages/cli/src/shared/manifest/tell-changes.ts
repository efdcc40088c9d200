import type { FieldChange } from '@capsule/api';
import type { WorkloadKind } from '@capsule/core';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { plainText } from '../../program/plain-text.ts';
import { tellErrors } from '../../program/tell-errors.ts';
import { renderDocuments } from '../render/documents.ts';
import type { Format } from '../render/format.ts';
import { KIND_NOUNS } from '../workload/kind.ts';
import type { ApplyResult, RegistryResult, VolumeResult } from './apply-manifests.ts';
import type { Change } from './change.ts';

export interface Changes {
  readonly declared: readonly (RegistryResult | VolumeResult)[];
  readonly applied: readonly ApplyResult[];
  readonly format: Format;
  /** Tells nothing of what would stay as it is. */
  readonly isDiff: boolean;
}

/** Prints what an apply would do. Answers the exit code of failures; undefined without any. */
export async function tellChanges(
  { declared, applied, format, isDiff }: Changes,
  input: Input,
  context: Context,
): Promise<number | undefined> {
  const all = [...declared.map(declaredChange), ...applied];
  const results = all.flatMap((result) => ('change' in result ? [result] : []));
  const shown = isDiff ? results.filter(({ change }) => change !== 'unchanged') : results;
  if (format === 'json' || format === 'yaml') {
    await context.out.write(await renderDocuments(format, shown.map(changeDocument)));
  } else {
    for (const result of shown) await context.out.write(describe(result, format, context));
  }
  const errors = all.flatMap((result) => ('error' in result ? [result.error] : []));
  return tellErrors(errors, input, context);
}

interface Applied {
  readonly spec: { readonly name: string; readonly kind?: WorkloadKind };
  readonly change: Change;
  readonly fields: readonly FieldChange[];
  readonly recreates: boolean;
}

/** Nothing of a registry or a volume needs a new container. */
function declaredChange(result: RegistryResult | VolumeResult) {
  return 'error' in result ? result : { ...result, recreates: false };
}

function changeDocument({ spec, change, recreates, fields }: Applied): object {
  return {
    name: spec.name,
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

function describe({ spec, change, recreates, fields }: Applied, format: Format, context: Context) {
  if (format === 'name') return `${spec.name}\n`;
  const how = recreates ? `with a new ${KIND_NOUNS[spec.kind ?? 'container']}` : 'in place';
  const head = {
    created: `${spec.name} would be created`,
    configured: `${spec.name} would be changed ${how}`,
    unchanged: `${spec.name} would stay as it is`,
  }[change];
  // Of what is new, nothing is taken away: a default that was never in effect is no news.
  const told = change === 'created' ? fields.map((field) => ({ ...field, before: '' })) : fields;
  return [head, ...told.flatMap((field) => fieldLines(field, context))]
    .map((line) => `${line}\n`)
    .join('');
}

function fieldLines({ path, before, after }: FieldChange, { out }: Context): string[] {
  const old = before === '' ? [] : [out.style('red', plainText(`  - ${path}: ${before}`))];
  const fresh = after === '' ? [] : [out.style('green', plainText(`  + ${path}: ${after}`))];
  return [...old, ...fresh];
}
