import type { MessageInitShape } from '@bufbuild/protobuf';
import type { PlaceSchema } from '@capsule/api/wire';

/** The container that a request is about: of a flat workload by its name, of any cell by its place. */
export type ContainerTarget =
  | { readonly name: string; readonly place?: never }
  | { readonly place: MessageInitShape<typeof PlaceSchema>; readonly name?: never };
