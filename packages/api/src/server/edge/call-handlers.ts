import { type ConnectRouter, createConnectRouter, type Interceptor } from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import { compressionBrotli, compressionGzip } from '@connectrpc/connect-node';

/** The handlers of a listener's calls by path: `/capsule.v1.WorkloadService/List`. */
export type CallHandlers = ReadonlyMap<string, UniversalHandler>;

export interface CallParts {
  readonly routes: (router: ConnectRouter) => void;
  readonly interceptors: readonly Interceptor[];
}

/** Handlers that speak gRPC, gRPC-Web and Connect. */
export function callHandlers(
  { routes, interceptors }: CallParts,
  messageBytes: number,
): CallHandlers {
  const router = createConnectRouter({
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
