import type { ContextValues } from '@connectrpc/connect';
import type { UniversalServerRequest } from '@connectrpc/connect/protocol';
import {
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from '@connectrpc/connect-node';
import { type CallHandlers, isOpen, pathOf } from './call-handlers.ts';

type Parameter = Parameters<typeof universalRequestFromNodeRequest>;
/** A request or response of `node:http` or `node:http2`. */
export type NodeRequest = Parameter[0];
export type NodeResponse = Parameters<typeof universalResponseToNodeResponse>[1];

/** Answers one request of either version of HTTP. Never fails: a client that leaves ends its own call. */
export async function answerRequest(
  handlers: CallHandlers,
  { request, response, values, openCallMs }: Exchange,
): Promise<void> {
  const handler = handlers.get(pathOf(request.url));
  if (handler === undefined) return refuse(response, 404);
  const call = readRequest({ request, response, values });
  if (call === undefined) return refuse(response, 400);
  const late = isOpen(handler) ? setTimeout(() => response.destroy(), openCallMs) : undefined;
  try {
    await universalResponseToNodeResponse(await handler(call), response);
  } catch {
    // The handler turns its own failures into answers, so the client is gone, and its signal has ended the call.
    response.destroy();
  } finally {
    clearTimeout(late);
  }
}

export interface Exchange {
  readonly request: NodeRequest;
  readonly response: NodeResponse;
  /** Facts about the connection, for interceptors. */
  readonly values: ContextValues;
  /** The time for a call that needs no token. */
  readonly openCallMs: number;
}

/** Undefined where the headers are no request: `Host: [`. */
function readRequest({
  request,
  response,
  values,
}: Omit<Exchange, 'openCallMs'>): UniversalServerRequest | undefined {
  try {
    return universalRequestFromNodeRequest(request, response, undefined, values);
  } catch {
    return undefined;
  }
}

function refuse(response: NodeResponse, status: number): void {
  response.writeHead(status);
  response.end();
}
