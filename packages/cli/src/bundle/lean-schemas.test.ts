import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { create, type DescField, type DescMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as wire from '@capsule/api/wire';
import { build } from 'esbuild';
import fc from 'fast-check';
import { leanModuleOf } from '../../build/lean-schemas.ts';

const folder = await mkdtemp(join(tmpdir(), 'lean-schemas-'));
after(() => rm(folder, { recursive: true }));
const outfile = join(folder, 'wire.mjs');
await build({
  entryPoints: [join(import.meta.dirname, '../../../api/src/wire.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  plugins: [
    {
      name: 'lean',
      setup({ onLoad }) {
        onLoad({ filter: /_pb\.ts$/ }, async ({ path }) => {
          const contents = await leanModuleOf(path);
          return contents === undefined ? undefined : { contents, loader: 'js' };
        });
      },
    },
  ],
});
const lean = (await import(pathToFileURL(outfile).href)) as Readonly<Record<string, unknown>>;

const SCHEMAS = Object.entries(wire).flatMap(([name, value]) =>
  Object(value).kind === 'message' ? [[name, value as unknown as DescMessage] as const] : [],
);

test('every message is written and read as its full description has it', () => {
  assert.ok(SCHEMAS.length > 100);
  for (const [name, schema] of SCHEMAS) {
    const other = lean[name] as DescMessage;
    assert.equal(other?.typeName, schema.typeName);
    fc.assert(
      fc.property(anyInit(schema, 3), (init) => {
        const bytes = toBinary(schema, create(schema, init));
        assert.deepEqual(toBinary(other, create(other, init)), bytes);
        assert.deepEqual(fromBinary(other, bytes), fromBinary(schema, bytes));
      }),
      { numRuns: 10 },
    );
  }
});

test('every service has the same calls', () => {
  for (const [name, value] of Object.entries(wire)) {
    if (Object(value).kind !== 'service') continue;
    const calls = (one: unknown) =>
      (one as typeof wire.WorkloadService).methods.map((method) => [
        method.name,
        method.localName,
        method.methodKind,
        method.input.typeName,
        method.output.typeName,
        method.parent.typeName,
      ]);
    assert.deepEqual(calls(lean[name]), calls(value));
  }
});

/** Anything that `create` takes, with other messages inside up to a depth. */
function anyInit(schema: DescMessage, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const members = schema.members.map((member) => {
    if (member.kind === 'field') return [member.localName, anyField(member, depth)] as const;
    const cases = member.fields.map((field) =>
      anyField(field, depth).map((value) => ({ case: field.localName, value })),
    );
    return [member.localName, fc.oneof(...cases)] as const;
  });
  const kept = members.filter(([, arbitrary]) => arbitrary !== undefined);
  return fc.record(Object.fromEntries(kept), { requiredKeys: [], noNullPrototype: true });
}

function anyField(field: DescField, depth: number): fc.Arbitrary<unknown> {
  switch (field.fieldKind) {
    case 'scalar':
      return anyScalar(field.scalar);
    case 'enum':
      return fc.constantFrom(...field.enum.values.map(({ number }) => number));
    case 'message':
      return depth === 0 ? fc.constant({}) : anyInit(field.message, depth - 1);
    case 'list': {
      const item =
        field.listKind === 'scalar'
          ? anyScalar(field.scalar)
          : field.listKind === 'enum'
            ? fc.constantFrom(...field.enum.values.map(({ number }) => number))
            : depth === 0
              ? fc.constant({})
              : anyInit(field.message, depth - 1);
      return fc.array(item, { maxLength: 2 });
    }
    case 'map': {
      const item = field.mapKind === 'scalar' ? anyScalar(field.scalar) : fc.constant({});
      return fc.dictionary(fc.string(), item, { maxKeys: 2, noNullPrototype: true });
    }
  }
}

/** The numbers of scalar types, by what may be given for them. */
function anyScalar(type: number): fc.Arbitrary<unknown> {
  if (type === 9) return fc.string({ unit: 'grapheme', maxLength: 8 });
  if (type === 12) return fc.uint8Array({ maxLength: 8 });
  if (type === 8) return fc.boolean();
  if (type === 1) return fc.double();
  if (type === 2) return fc.float();
  if ([3, 4, 6, 16, 18].includes(type)) return fc.bigInt({ min: 0n, max: 2n ** 60n });
  return fc.nat(2 ** 30);
}
