/** The parts of a FileDescriptorProto that the API page shows, as buf writes it in JSON. */
export interface FileDescriptor {
  readonly name: string;
  readonly package: string;
  readonly messageType?: readonly MessageDescriptor[];
  readonly enumType?: readonly EnumDescriptor[];
  readonly service?: readonly ServiceDescriptor[];
  readonly sourceCodeInfo?: { readonly location: readonly Location[] };
}

export interface MessageDescriptor {
  readonly name: string;
  readonly field?: readonly FieldDescriptor[];
  readonly nestedType?: readonly MessageDescriptor[];
  readonly options?: { readonly mapEntry?: boolean };
}

export interface FieldDescriptor {
  readonly name: string;
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly typeName?: string;
}

export interface EnumDescriptor {
  readonly name: string;
  readonly value: readonly { readonly name: string; readonly number?: number }[];
}

export interface ServiceDescriptor {
  readonly name: string;
  readonly method: readonly {
    readonly name: string;
    readonly inputType: string;
    readonly outputType: string;
    readonly clientStreaming?: boolean;
    readonly serverStreaming?: boolean;
    readonly options?: { readonly '[capsule.v1.needs]'?: string };
  }[];
}

interface Location {
  readonly path?: readonly number[];
  readonly leadingComments?: string;
}

/** Looks up what stands above an element, by its path in the descriptor; one line, or empty. */
export function commentsOf(file: FileDescriptor): (...path: number[]) => string {
  const comments = new Map(
    (file.sourceCodeInfo?.location ?? []).map(({ path = [], leadingComments = '' }) => [
      path.join(),
      leadingComments.trim().replaceAll(/\s*\n\s*/g, ' '),
    ]),
  );
  return (...path) => comments.get(path.join()) ?? '';
}
