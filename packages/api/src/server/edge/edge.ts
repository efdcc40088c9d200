import type { Socket } from 'node:net';
import { type ContextValues, createContextValues } from '@connectrpc/connect';
import { answerRequest, type NodeRequest, type NodeResponse } from './answer-request.ts';
import { type CallHandlers, type CallParts, callHandlers } from './call-handlers.ts';
import { firstBytes } from './first-bytes.ts';
import { createHttp1, createHttp2, type HttpServer } from './http-servers.ts';
import { EDGE_LIMITS, type EdgeLimits } from './limits.ts';
import type { Upgrade } from './upgrade.ts';
import { upgradeToCalls } from './upgrade-to-calls.ts';

export interface EdgeParts extends CallParts {
  readonly limits?: Partial<EdgeLimits>;
  /** Protocols of `Upgrade` beside `websocket`, by name in lower case. */
  readonly upgrades?: Readonly<Record<string, Upgrade>>;
  /** Returns facts about the connection of a request, for interceptors; `request.socket` leads to the accepted one. */
  readonly describe?: (request: NodeRequest) => ContextValues;
}

/**
 * Serves the API on accepted connections, whatever carries their bytes: a unix socket, or TLS. Their first bytes
 * distinguish HTTP/2 (gRPC, gRPC-Web, Connect) from HTTP/1.1 (gRPC-Web, Connect, and WebSockets for calls that go both
 * ways). Disposal ends all connections.
 */
export class Edge implements AsyncDisposable {
  readonly #handlers: CallHandlers;
  readonly #limits: EdgeLimits;
  readonly #servers: Readonly<Record<'http1' | 'http2', HttpServer>>;
  readonly #sockets = new Set<Socket>();

  constructor({ limits, upgrades, describe = createContextValues, ...calls }: EdgeParts) {
    this.#limits = { ...EDGE_LIMITS, ...limits };
    this.#handlers = callHandlers(calls, this.#limits.messageBytes);
    const answer = (request: NodeRequest, response: NodeResponse) => {
      const values = describe(request);
      const { openCallMs } = this.#limits;
      void answerRequest(this.#handlers, { request, response, values, openCallMs });
    };
    const websocket = upgradeToCalls(this.#handlers, describe);
    this.#servers = {
      http1: createHttp1(answer, { ...upgrades, websocket }, this.#limits),
      http2: createHttp2(answer, this.#limits),
    };
  }

  /** Serves a connection to its end. It should be half open (`allowHalfOpen`), which bulk transfers need. */
  accept(socket: Socket): void {
    if (this.#sockets.size >= this.#limits.connections) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // A connection that fails is closed, and nothing else depends on it.
    socket.on('error', () => undefined);
    void this.#serve(socket);
  }

  async #serve(socket: Socket): Promise<void> {
    const late = setTimeout(() => socket.destroy(), this.#limits.headersMs);
    const protocol = await firstBytes(socket);
    clearTimeout(late);
    if (protocol === undefined) socket.destroy();
    else this.#servers[protocol].emit('connection', socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = [...this.#sockets].map((socket) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.once('close', () => resolve());
      socket.destroy();
      return promise;
    });
    await Promise.all(closed);
  }
}
