import { create, toBinary } from '@bufbuild/protobuf';
import { CapsuleError, ERROR_KINDS, type ErrorKind, isCapsuleError } from '@capsule/core';
import { Code, ConnectError } from '@connectrpc/connect';
import { apiError } from '../../errors.ts';
import {
  ActionSchema,
  type ErrorDetail,
  ErrorDetailSchema,
  type FieldProblem,
  FieldProblemSchema,
  type Action as WireAction,
} from '../../gen/capsule/v1/error_pb.ts';
import { byteLength, clip, takeWithin } from '../clip.ts';
import { actionFromProto, actionToProto } from './action.ts';
import { problemsFromProto, problemsToProto } from './problem.ts';
import { codeFromKind, kindFromStatus, statusName } from './status-code.ts';

/**
 * A status travels in trailers, and some clients (gRPC C-core: Python, Ruby, C++) take no more than
 * 8 KiB of them. An error may quote what a caller sent, of any length.
 */
const MAX_BYTES = {
  status: 512,
  message: 1024,
  why: 256,
  hint: 256,
  fact: 256,
  facts: 1024,
  problems: 1536,
  actions: 512,
} as const;

/**
 * Translates an error for the wire: a status that carries an `ErrorDetail`. An unexpected error becomes
 * `API_INTERNAL`: its text may hold anything, and stays on the server as `cause`. Long parts are cut.
 */
export function connectErrorFrom(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  // A handler that stops because its caller left: no client reads this answer.
  if (error instanceof Error && error.name === 'AbortError') {
    return new ConnectError(error.message, Code.Canceled, undefined, undefined, error);
  }
  const ours = isCapsuleError(error) ? error : apiError.INTERNAL({}, error);
  const details = [{ desc: ErrorDetailSchema, value: errorToDetail(ours) }];
  const status = clip(ours.message, MAX_BYTES.status);
  return new ConnectError(status, codeFromKind(ours.kind), undefined, details, ours);
}

/** Translates an error that is part of a successful answer. Long parts are cut. */
export function errorToDetail(error: CapsuleError): ErrorDetail {
  return create(ErrorDetailSchema, {
    code: error.code,
    kind: error.kind,
    message: clip(error.message, MAX_BYTES.message),
    why: clip(error.why ?? '', MAX_BYTES.why),
    hint: clip(error.hint ?? '', MAX_BYTES.hint),
    link: error.link,
    facts: plainFacts(error),
    problems: firstProblems(error),
    actions: firstActions(error),
  });
}

/** The error of a detail; the kind of a later version is `unknown`. */
export function errorFromDetail(
  detail: ErrorDetail,
  { unknown = 'internal', cause }: { readonly unknown?: ErrorKind; readonly cause?: unknown } = {},
): CapsuleError {
  return new CapsuleError({
    code: detail.code,
    kind: isErrorKind(detail.kind) ? detail.kind : unknown,
    message: detail.message,
    why: detail.why || undefined,
    hint: detail.hint || undefined,
    actions: detail.actions.map(actionFromProto),
    facts: factsFromDetail(detail),
    cause,
  });
}

/** The error of a status. A status without an `ErrorDetail` gets the code `RPC_…`. */
export function capsuleErrorFrom(error: ConnectError): CapsuleError {
  const [detail] = error.findDetails(ErrorDetailSchema);
  const { rawMessage: message, code } = error;
  return statusError({ status: statusName(code), message, detail, cause: error });
}

export interface Status {
  /** `not_found` */
  readonly status: string;
  readonly message: string;
  readonly detail: ErrorDetail | undefined;
  readonly cause?: unknown;
}

/** The same without a class of Connect. */
export function statusError({ status, message, detail, cause }: Status): CapsuleError {
  const kind = kindFromStatus(status);
  if (detail !== undefined) return errorFromDetail(detail, { unknown: kind, cause });
  return new CapsuleError({ code: `RPC_${status.toUpperCase()}`, kind, message, cause });
}

/** Internal failures keep their facts (raw output of tools) for the capsule's own log. */
function plainFacts(error: CapsuleError): Record<string, string> {
  if (error.kind === 'internal') return {};
  const facts = Object.entries(error.facts)
    .filter(([, fact]) => ['string', 'number', 'bigint', 'boolean'].includes(typeof fact))
    .map(([name, fact]) => [name, clip(String(fact), MAX_BYTES.fact)] as const);
  const size = ([name, fact]: readonly [string, string]) => byteLength(name) + byteLength(fact);
  return Object.fromEntries(takeWithin(facts, MAX_BYTES.facts, size));
}

function firstProblems(error: CapsuleError): FieldProblem[] {
  const all = problemsToProto(error.facts['problems']);
  const sent = takeWithin(
    all,
    MAX_BYTES.problems,
    (problem) => toBinary(FieldProblemSchema, problem).length,
  );
  const left = all.length - sent.length;
  return left === 0
    ? sent
    : [...sent, create(FieldProblemSchema, { message: `and ${left} more problems` })];
}

function firstActions({ actions }: CapsuleError): WireAction[] {
  const size = (action: WireAction) => toBinary(ActionSchema, action).length;
  return takeWithin(actions.map(actionToProto), MAX_BYTES.actions, size);
}

function factsFromDetail(detail: ErrorDetail): Record<string, unknown> {
  const problems = problemsFromProto(detail.problems);
  return problems.length === 0 ? { ...detail.facts } : { ...detail.facts, problems };
}

function isErrorKind(kind: string): kind is ErrorKind {
  return Object.hasOwn(ERROR_KINDS, kind);
}
