import type { Duplex } from 'node:stream';
import { create, type DescMethod, type Message, toBinary } from '@bufbuild/protobuf';
import { isCapsuleError } from '@capsule/core';
import type { CallOptions } from '@connectrpc/connect';
import { apiError } from '../errors.ts';
import { Line } from '../http1/line.ts';
import { decode, readMessages, refusal, reportTrailers } from './answers.ts';
import { type Call, faultOf } from './call.ts';
import type { CallTransport, Request } from './call-transport.ts';
import { exchange, readAll } from './exchange.ts';
import { askOnce, talk } from './streams.ts';

const UNARY = 'application/proto';

export interface Http1CallsParts {
  /** The address for error messages: `unix:/path`. */
  readonly target: string;
  /** Opens a connection. Each call has one of its own. */
  readonly dial: () => Duplex;
  /** Milliseconds for calls without their own limit. Default: none, because streams follow. */
  readonly defaultTimeoutMs?: number | undefined;
  /** Headers of every call, made afresh for each. */
  readonly headers?: (() => Readonly<Record<string, string>>) | undefined;
}

/**
 * Calls by Connect over HTTP/1.1: a request and an answer for unary calls and for streams of answers, and a WebSocket
 * for streams of requests. Loads `node:net` and no other protocol: see docs/concepts/performance.md.
 */
export class Http1Calls implements CallTransport {
  readonly #parts: Http1CallsParts;
  readonly #lines = new Set<Line>();
  /** An earlier call was answered. */
  #wasReached = false;

  constructor(parts: Http1CallsParts) {
    this.#parts = parts;
  }

  async unary(method: DescMethod, request: Request, options: CallOptions): Promise<Message> {
    const call = this.#begin(method, options);
    using line = this.#open(call);
    try {
      const body = toBinary(method.input, create(method.input, request));
      const { head, bytes } = await exchange(line, call, { type: UNARY, body });
      this.#wasReached = true;
      const answer = await readAll(bytes);
      if (head.status !== 200) throw refusal(head, answer, call);
      reportTrailers(head, options);
      return decode(method, answer);
    } catch (error) {
      throw this.#faultOf(error, line, call);
    } finally {
      this.#lines.delete(line);
    }
  }

  async *stream(
    method: DescMethod,
    requests: AsyncIterable<Request>,
    options: CallOptions,
  ): AsyncGenerator<Message> {
    const call = this.#begin(method, options);
    using line = this.#open(call);
    try {
      const isOneRequest = method.methodKind === 'server_streaming';
      const body = isOneRequest ? await askOnce(line, call, requests) : talk(line, call, requests);
      for await (const message of readMessages(body, call)) {
        this.#wasReached = true;
        yield message;
      }
    } catch (error) {
      throw this.#faultOf(error, line, call);
    } finally {
      this.#lines.delete(line);
    }
  }

  /** Each call dials: a capsule that answered before and refuses now is away, and not absent. */
  #faultOf(error: unknown, line: Line, call: Call): unknown {
    const fault = faultOf(error, line, call);
    const isAway = isCapsuleError(fault) && fault.code === apiError.UNREACHABLE.code;
    if (!isAway || !this.#wasReached) return fault;
    const { target } = this.#parts;
    return apiError.CONNECTION_LOST({ target, reason: 'the capsule does not listen now' }, fault);
  }

  /** Ends every open call. */
  close(): void {
    for (const line of this.#lines) line[Symbol.dispose]();
  }

  #begin(method: DescMethod, options: CallOptions): Call {
    const { target, headers, defaultTimeoutMs } = this.#parts;
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs ?? 0;
    const place = { target, call: `${method.parent.name}.${method.name}` };
    const own = timeoutMs > 0 ? { 'connect-timeout-ms': String(timeoutMs) } : {};
    const asked =
      options.headers === undefined ? {} : Object.fromEntries(new Headers(options.headers));
    return { method, options, timeoutMs, place, headers: { ...headers?.(), ...asked, ...own } };
  }

  #open({ options: { signal }, timeoutMs }: Call): Line {
    const line = new Line(this.#parts.dial(), { signal, timeoutMs });
    this.#lines.add(line);
    return line;
  }
}
