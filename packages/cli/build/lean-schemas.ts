import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  DescEnum,
  DescExtension,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescService,
} from '@bufbuild/protobuf';

const RUNTIME = join(import.meta.dirname, '../src/bundle/lean-schema.ts');

/**
 * The code of a module of generated descriptions with the same descriptions as plain data: see
 * `src/bundle/lean-schema.ts`. Undefined for other modules.
 */
export async function leanModuleOf(path: string): Promise<string | undefined> {
  if (!/\/gen\/.*_pb\.ts$/.test(path)) return undefined;
  return leanModule(await import(pathToFileURL(path).href));
}

/** A module with the same exports. */
function leanModule(exports: Readonly<Record<string, unknown>>): string {
  const file = Object.values(exports).filter(isDescription)[0]?.file.name ?? '';
  const refer = new References(file);
  const lines = Object.entries(exports).map(([name, value]) => {
    const isPlain = typeof value !== 'object' || value === null || !('kind' in value);
    const code = isPlain
      ? JSON.stringify(value)
      : `/* @__PURE__ */ ${describe(value as Desc, refer)}`;
    return `export const ${name} = ${code};`;
  });
  const runtime = `import { leanEnum, leanMessage, leanService } from '${RUNTIME}';`;
  return [runtime, ...refer.imports(), ...lines].join('\n');
}

type Desc = DescMessage | DescEnum | DescService | DescFile | DescExtension;

function isDescription(value: unknown): value is DescMessage | DescEnum | DescService {
  const { kind } = Object(value);
  return kind === 'message' || kind === 'enum' || kind === 'service';
}

function describe(desc: Desc, refer: References): string {
  switch (desc.kind) {
    case 'message': {
      const fields = desc.fields.map((field) => describeField(field, refer));
      return `leanMessage(${text(desc.typeName)}, () => [${fields.join(', ')}])`;
    }
    case 'enum': {
      const numbers = desc.values.map(({ localName, number }) => [localName, number]);
      return `leanEnum(${text(desc.typeName)}, ${desc.open}, ${text(Object.fromEntries(numbers))})`;
    }
    case 'service': {
      const methods = desc.methods.map((method) => describeMethod(method, refer));
      return `leanService(${text(desc.typeName)}, () => [${methods.join(', ')}])`;
    }
    default:
      // Files and options, which no program reads.
      return 'undefined';
  }
}

/** Its plain properties, and those that lead to other descriptions. The rest is the same for all: see the runtime. */
const FIELD_KEYS = [
  'localName',
  'name',
  'number',
  'fieldKind',
  'presence',
  'scalar',
  'listKind',
  'mapKind',
  'mapKey',
  'delimitedEncoding',
  'packed',
] as const;

function describeField(field: DescField, refer: References): string {
  const plain = Object.fromEntries(
    FIELD_KEYS.flatMap((key) => {
      const value = (field as unknown as Readonly<Record<string, unknown>>)[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );
  const parts = [text(plain).slice(1, -1)];
  if (field.message !== undefined) parts.push(`message: () => ${refer.to(field.message)}`);
  if (field.enum !== undefined) parts.push(`enum: () => ${refer.to(field.enum)}`);
  if (field.oneof !== undefined) parts.push(`oneof: ${text(field.oneof.localName)}`);
  return `{${parts.join(', ')}}`;
}

function describeMethod(
  { name, localName, methodKind, input, output }: DescMethod,
  refer: References,
): string {
  const plain = text({ name, localName, methodKind }).slice(1, -1);
  return `{${plain}, input: () => ${refer.to(input)}, output: () => ${refer.to(output)}}`;
}

/** Names in a module for descriptions, some of which stand in others. */
class References {
  readonly #file: string;
  readonly #imports = new Map<string, string>();

  constructor(file: string) {
    this.#file = file;
  }

  to(desc: DescMessage | DescEnum): string {
    const name = `${nestedName(desc)}Schema`;
    if (desc.file.name === this.#file) return name;
    const path = relative(dirname(this.#file), `${desc.file.name}_pb.ts`);
    this.#imports.set(name, path.startsWith('.') ? path : `./${path}`);
    return name;
  }

  imports(): readonly string[] {
    return [...this.#imports].map(([name, path]) => `import { ${name} } from '${path}';`);
  }
}

/** As the generator has it: `Outer_Inner`. */
function nestedName({ parent, name }: DescMessage | DescEnum): string {
  return parent === undefined ? name : `${nestedName(parent)}_${name}`;
}

function text(value: unknown): string {
  return JSON.stringify(value);
}
