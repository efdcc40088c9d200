import type { RegistrySpec } from '../../../resource/registry/registry.ts';
import type { FieldChange } from '../field-change.ts';

const FIELDS = ['mirrors', 'plainHttp', 'insecure', 'caCertificate'] as const;

/** Every field that differs; for a new one every field that says something. Pure. */
export function describeRegistryChange(
  before: RegistrySpec | undefined,
  after: RegistrySpec,
): readonly FieldChange[] {
  return FIELDS.flatMap((field) => {
    const old = said(before?.[field]);
    const fresh = said(after[field]);
    if (JSON.stringify(old) === JSON.stringify(fresh)) return [];
    return [
      {
        path: `registry.${field}`,
        ...(old === undefined ? {} : { before: old }),
        ...(fresh === undefined ? {} : { after: fresh }),
        recreates: false,
      },
    ];
  });
}

function said(value: RegistrySpec[(typeof FIELDS)[number]] | undefined): unknown {
  return value === false || value === '' || value?.toString() === '' ? undefined : value;
}
