import { create } from '@bufbuild/protobuf';
import type { Problem } from '@capsule/core';
import { type FieldProblem, FieldProblemSchema } from '../../gen/capsule/v1/error_pb.ts';

/** A problem with an input, with its position where the input is a text. */
export interface PlacedProblem extends Problem {
  readonly position?: { readonly line: number; readonly column: number };
}

/** The fact `problems` of an error; ignores anything that is not a list of problems. */
export function problemsToProto(fact: unknown): FieldProblem[] {
  if (!Array.isArray(fact)) return [];
  return fact.filter(isProblem).map((problem) =>
    create(FieldProblemSchema, {
      path: problem.path,
      message: problem.message,
      hint: problem.hint ?? '',
      line: problem.position?.line ?? 0,
      column: problem.position?.column ?? 0,
    }),
  );
}

export function problemsFromProto(problems: readonly FieldProblem[]): PlacedProblem[] {
  return problems.map(({ path, message, hint, line, column }) => ({
    path,
    message,
    ...(hint === '' ? {} : { hint }),
    ...(line === 0 ? {} : { position: { line, column } }),
  }));
}

function isProblem(value: unknown): value is PlacedProblem {
  const { path, message } = (value ?? {}) as Partial<Problem>;
  return typeof path === 'string' && typeof message === 'string';
}
