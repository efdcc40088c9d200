import type { DescMethod, DescService, Message } from '@bufbuild/protobuf';
import type { CallOptions, Client } from '@connectrpc/connect';
import type { CallTransport, Request } from './call-transport.ts';

/** The calls of a service over a transport, with the names and types that clients of Connect have. */
export function callsOf<S extends DescService>(service: S, transport: CallTransport): Client<S> {
  const calls = service.methods.map((method) => [method.localName, callOf(method, transport)]);
  return Object.fromEntries(calls) as Client<S>;
}

function callOf(method: DescMethod, transport: CallTransport) {
  switch (method.methodKind) {
    case 'unary':
      return (request: Request, options: CallOptions = {}) =>
        transport.unary(method, request, options);
    case 'server_streaming':
      return (request: Request, options: CallOptions = {}) =>
        transport.stream(method, only(request), options);
    case 'client_streaming':
      return (requests: AsyncIterable<Request>, options: CallOptions = {}) =>
        first(transport.stream(method, requests, options));
    case 'bidi_streaming':
      return (requests: AsyncIterable<Request>, options: CallOptions = {}) =>
        transport.stream(method, requests, options);
  }
}

async function* only(request: Request): AsyncGenerator<Request> {
  yield request;
}

/** The answer to a stream of requests, which the transport has made sure of. */
async function first(answers: AsyncIterable<Message>): Promise<Message | undefined> {
  let answer: Message | undefined;
  for await (const one of answers) answer ??= one;
  return answer;
}
