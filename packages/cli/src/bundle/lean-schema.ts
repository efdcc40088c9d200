/**
 * Descriptions of messages in the bundle, made from those of `@bufbuild/protobuf` at build time. The generated code holds
 * descriptors in binary, which it reads and links at each start: half of the processor time of a short command. These
 * are plain data, and each message is linked when it is first used. They have what `create`, `fromBinary` and `toBinary` use.
 */
export interface LeanField {
  readonly localName: string;
  readonly name: string;
  readonly number: number;
  readonly fieldKind: string;
  readonly presence: number;
  readonly message?: () => object;
  readonly enum?: () => object;
  /** The local name of its group. */
  readonly oneof?: string;
  /** `scalar`, `listKind`, `mapKey`, …: as the description has them. */
  readonly [more: string]: unknown;
}

/** `google.protobuf.Edition.EDITION_PROTO3` */
const PROTO3 = { kind: 'file', edition: 999 };

export function leanMessage(typeName: string, readFields: () => readonly LeanField[]): object {
  let linked: ReturnType<typeof link> | undefined;
  const get = () => {
    linked ??= link(message, readFields());
    return linked;
  };
  const message = {
    kind: 'message',
    typeName,
    name: typeName.slice(typeName.lastIndexOf('.') + 1),
    file: PROTO3,
    get fields() {
      return get().fields;
    },
    get field() {
      return get().field;
    },
    get oneofs() {
      return get().oneofs;
    },
    get members() {
      return get().members;
    },
    toString: () => `message ${typeName}`,
  };
  return message;
}

interface Oneof {
  readonly kind: 'oneof';
  readonly name: string;
  readonly localName: string;
  readonly parent: object;
  readonly fields: object[];
}

function link(parent: object, described: readonly LeanField[]) {
  const fields: object[] = [];
  const field: Record<string, object> = {};
  const oneofs: Oneof[] = [];
  const members: object[] = [];
  for (const one of described) {
    let oneof = oneofs.find(({ localName }) => localName === one.oneof);
    if (oneof === undefined && one.oneof !== undefined) {
      const { oneof: localName } = one;
      oneof = { kind: 'oneof', name: localName, localName, parent, fields: [] };
      oneofs.push(oneof);
      members.push(oneof);
    }
    const full = linkField(parent, one, oneof);
    fields.push(full);
    field[one.localName] = full;
    (oneof?.fields ?? members).push(full);
  }
  return { fields, field, oneofs, members };
}

function linkField(parent: object, described: LeanField, oneof: Oneof | undefined): object {
  const { message, enum: values, ...plain } = described;
  return {
    kind: 'field',
    utf8Validation: true,
    longAsString: false,
    ...plain,
    parent,
    oneof,
    message: message?.(),
    enum: values?.(),
    getDefaultValue: () => undefined,
    toString: () => `field ${described.name}`,
  };
}

/** The values by local name: `RUNNING`. */
export function leanEnum(
  typeName: string,
  isOpen: boolean,
  numbers: Readonly<Record<string, number>>,
): object {
  const values = Object.entries(numbers).map(([localName, number]) => ({
    kind: 'enum_value',
    localName,
    name: localName,
    number,
  }));
  const value = Object.fromEntries(values.map((one) => [one.number, one]));
  return { kind: 'enum', typeName, open: isOpen, file: PROTO3, values, value };
}

export interface LeanMethod {
  readonly name: string;
  readonly localName: string;
  readonly methodKind: string;
  readonly input: () => object;
  readonly output: () => object;
}

export function leanService(typeName: string, readMethods: () => readonly LeanMethod[]): object {
  let linked: readonly object[] | undefined;
  const service = {
    kind: 'service',
    typeName,
    name: typeName.slice(typeName.lastIndexOf('.') + 1),
    file: PROTO3,
    get methods() {
      linked ??= readMethods().map((method) => linkMethod(service, method));
      return linked;
    },
    get method() {
      return Object.fromEntries(readMethods().map((one, at) => [one.localName, this.methods[at]]));
    },
  };
  return service;
}

/** Its messages are linked when the call is made. */
function linkMethod(parent: object, { input, output, ...plain }: LeanMethod): object {
  return {
    kind: 'rpc',
    ...plain,
    parent,
    idempotency: 0,
    get input() {
      return input();
    },
    get output() {
      return output();
    },
  };
}
