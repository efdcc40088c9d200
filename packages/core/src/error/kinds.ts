/**
 * The closed set of error kinds. A kind decides the gRPC status (`rpc`, a name of the gRPC code),
 * the exit code of the command line (`exit`) and whether trying again can help (`retry`).
 */
export const ERROR_KINDS = {
  invalid: { rpc: 'invalid_argument', exit: 2, retry: false },
  notFound: { rpc: 'not_found', exit: 3, retry: false },
  exists: { rpc: 'already_exists', exit: 4, retry: false },
  conflict: { rpc: 'aborted', exit: 4, retry: true },
  precondition: { rpc: 'failed_precondition', exit: 4, retry: true },
  unauthenticated: { rpc: 'unauthenticated', exit: 1, retry: false },
  denied: { rpc: 'permission_denied', exit: 1, retry: false },
  exhausted: { rpc: 'resource_exhausted', exit: 1, retry: true },
  unavailable: { rpc: 'unavailable', exit: 1, retry: true },
  timeout: { rpc: 'deadline_exceeded', exit: 5, retry: true },
  unsupported: { rpc: 'unimplemented', exit: 1, retry: false },
  dataLoss: { rpc: 'data_loss', exit: 1, retry: false },
  internal: { rpc: 'internal', exit: 1, retry: true },
} as const;

export type ErrorKind = keyof typeof ERROR_KINDS;
