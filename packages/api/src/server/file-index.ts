import type { DescFile, DescMessage, DescService } from '@bufbuild/protobuf';
import { nestedTypes } from '@bufbuild/protobuf/reflect';

/** Finds schema files by their name and by the symbols they define. */
export interface FileIndex {
  byName(name: string): DescFile | undefined;
  /** By the full name of a message, enum, extension, service, method or field. */
  bySymbol(symbol: string): DescFile | undefined;
}

/** Indexes the files that define `services`, and all their imports. */
export function indexFiles(services: readonly DescService[]): FileIndex {
  const files = new Map<string, DescFile>();
  for (const { file } of services) addWithImports(file, files);
  const symbols = new Map<string, DescFile>();
  for (const file of files.values()) {
    for (const symbol of symbolsOf(file)) symbols.set(symbol, file);
  }
  return {
    byName: (name) => files.get(name),
    bySymbol: (symbol) => symbols.get(symbol),
  };
}

/** The file and its imports, imports first. */
export function withImports(file: DescFile): DescFile[] {
  const files = new Map<string, DescFile>();
  addWithImports(file, files);
  return [...files.values()];
}

function addWithImports(file: DescFile, files: Map<string, DescFile>): void {
  if (files.has(file.proto.name)) return;
  for (const dependency of file.dependencies) addWithImports(dependency, files);
  files.set(file.proto.name, file);
}

function* symbolsOf(file: DescFile): Generator<string> {
  for (const type of nestedTypes(file)) {
    yield type.typeName;
    if (type.kind === 'message') yield* membersOf(type);
    if (type.kind === 'service') yield* type.methods.map(({ name }) => `${type.typeName}.${name}`);
  }
}

function membersOf(message: DescMessage): string[] {
  return message.fields.map(({ name }) => `${message.typeName}.${name}`);
}
