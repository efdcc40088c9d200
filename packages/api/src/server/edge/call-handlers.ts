import {
  type ConnectRouter,
  createConnectRouter,
  type HandlerContext,
  type Interceptor,
} from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import { compressionBrotli, compressionGzip } from '@connectrpc/connect-node';
import { Right } from '../../gen/capsule/v1/needs_pb.ts';
import { rightOf } from '../../wire/right/right-of.ts';

/** The handlers of a listener's calls by path: `/capsule.v1.WorkloadService/List`. */
export type CallHandlers = ReadonlyMap<string, UniversalHandler>;

export interface CallParts {
  readonly routes: (router: ConnectRouter) => void;
  readonly interceptors: readonly Interceptor[];
  /**
   * Refuses a call, by an error, before anything of its body is read. With a gate, calls that need no token are small
   * and short.
   */
  readonly gate?: (context: HandlerContext) => void;
}

/** The largest message of a call that needs no token. */
const OPEN_BYTES = 64 * 1024;

/** Whether the calls of a handler need no token. */
export function isOpen({ method }: Pick<UniversalHandler, 'method'>): boolean {
  return rightOf(method) === Right.NONE;
}

/** Handlers that speak gRPC, gRPC-Web and Connect. */
export function callHandlers(parts: CallParts, messageBytes: number): CallHandlers {
  const all = createHandlers(parts, messageBytes);
  if (parts.gate === undefined) return all;
  const open = [...createHandlers(parts, OPEN_BYTES)].filter(([, handler]) => isOpen(handler));
  return new Map([...all, ...open]);
}

function createHandlers(
  { routes, interceptors, gate }: CallParts,
  messageBytes: number,
): CallHandlers {
  const router = createConnectRouter({
    ...(gate && { requestGate: gate }),
    interceptors: [...interceptors],
    acceptCompression: [compressionGzip, compressionBrotli],
    // On a local socket, compression costs both sides more than copying.
    compressMinBytes: Number.MAX_SAFE_INTEGER,
    readMaxBytes: messageBytes,
    // Unknown fields are refused, in JSON as in binary.
    jsonOptions: { ignoreUnknownFields: false },
  });
  routes(router);
  return new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
}

/** The path of a request without its query. */
export function pathOf(url: string | undefined): string {
  return url?.split('?', 1)[0] ?? '';
}
