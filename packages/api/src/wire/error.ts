import { create } from '@bufbuild/protobuf';
import { CapsuleError, ERROR_KINDS, type ErrorKind, isCapsuleError } from '@capsule/core';
import { Code, ConnectError } from '@connectrpc/connect';
import { apiError } from '../errors.ts';
import { type ErrorDetail, ErrorDetailSchema } from '../gen/capsule/v1/error_pb.ts';
import { problemsFromProto, problemsToProto } from './problem.ts';
import { codeFromKind, kindFromCode } from './status-code.ts';

/**
 * What a service throws, as it goes over the wire: a status that carries an `ErrorDetail`. An error
 * that is not ours becomes `API_INTERNAL`: its text may hold anything and stays inside, as `cause`.
 */
export function connectErrorFrom(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  // A handler that stops because its caller went away: nobody reads this answer.
  if (error instanceof Error && error.name === 'AbortError') {
    return new ConnectError(error.message, Code.Canceled, undefined, undefined, error);
  }
  const ours = isCapsuleError(error) ? error : apiError.INTERNAL({}, error);
  const detail = create(ErrorDetailSchema, {
    code: ours.code,
    kind: ours.kind,
    message: ours.message,
    why: ours.why ?? '',
    hint: ours.hint ?? '',
    link: ours.link,
    facts: scalarFacts(ours),
    problems: problemsToProto(ours.facts['problems']),
  });
  const details = [{ desc: ErrorDetailSchema, value: detail }];
  return new ConnectError(ours.message, codeFromKind(ours.kind), undefined, details, ours);
}

/** The error that a status stands for. A status without an `ErrorDetail` gets the code `RPC_…`. */
export function capsuleErrorFrom(error: ConnectError): CapsuleError {
  const [detail] = error.findDetails(ErrorDetailSchema);
  if (detail === undefined) {
    return new CapsuleError({
      code: `RPC_${snakeCase(Code[error.code])}`,
      kind: kindFromCode(error.code),
      message: error.rawMessage,
      cause: error,
    });
  }
  return new CapsuleError({
    code: detail.code,
    kind: isErrorKind(detail.kind) ? detail.kind : kindFromCode(error.code),
    message: detail.message,
    why: detail.why || undefined,
    hint: detail.hint || undefined,
    facts: factsFromDetail(detail),
    cause: error,
  });
}

/** Internal failures keep their facts (raw output of tools) for the capsule's own log. */
function scalarFacts(error: CapsuleError): Record<string, string> {
  if (error.kind === 'internal') return {};
  return Object.fromEntries(
    Object.entries(error.facts)
      .filter(([, fact]) => ['string', 'number', 'bigint', 'boolean'].includes(typeof fact))
      .map(([name, fact]) => [name, String(fact)]),
  );
}

function factsFromDetail(detail: ErrorDetail): Record<string, unknown> {
  const problems = problemsFromProto(detail.problems);
  return problems.length === 0 ? { ...detail.facts } : { ...detail.facts, problems };
}

function isErrorKind(kind: string): kind is ErrorKind {
  return Object.hasOwn(ERROR_KINDS, kind);
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
