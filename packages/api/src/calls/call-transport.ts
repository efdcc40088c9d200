import type { DescMessage, DescMethod, Message, MessageInitShape } from '@bufbuild/protobuf';
import type { CallOptions } from '@connectrpc/connect';

/** A message that a call sends. */
export type Request = MessageInitShape<DescMessage>;

/** Makes the calls of one connection. Both fail with `CapsuleError`, or with the reason of the call's signal. */
export interface CallTransport {
  unary(method: DescMethod, request: Request, options: CallOptions): Promise<Message>;
  /** Begins when the result is read; leaving that loop ends the call. */
  stream(
    method: DescMethod,
    requests: AsyncIterable<Request>,
    options: CallOptions,
  ): AsyncGenerator<Message>;
}
