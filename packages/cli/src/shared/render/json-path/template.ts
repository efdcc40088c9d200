/** The parts of an output template, in their order. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly path: Path }
  /** `{range PATH}…{end}`: the parts inside, once for each node of the path. */
  | { readonly kind: 'range'; readonly path: Path; readonly parts: readonly Part[] };

/** `$.status.phase`, `@.name`, `[*].name`. */
export interface Path {
  /** As it is written, for messages. */
  readonly text: string;
  /** Inside of a range or a filter, a path that begins with `$` still means the whole output. */
  readonly isFromRoot: boolean;
  readonly steps: readonly Step[];
}

export type Step =
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  | { readonly kind: 'every' }
  /** The node and all that is below it. */
  | { readonly kind: 'deep' }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number; readonly by: number }
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'filter'; readonly left: Path; readonly compare?: Comparison };

export interface Comparison {
  readonly operator: Operator;
  readonly right: Path | Scalar;
}

export const OPERATORS = ['==', '!=', '<=', '>=', '<', '>'] as const;
export type Operator = (typeof OPERATORS)[number];
export type Scalar = string | number | boolean | null;
