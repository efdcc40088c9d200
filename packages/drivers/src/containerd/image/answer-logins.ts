import { create, fromBinary } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { RegistryLogin } from '@capsule/core';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { pack } from '../client/pack.ts';
import {
  AuthRequestSchema,
  AuthResponseSchema,
  AuthType,
} from '../gen/containerd/types/transfer/registry_pb.ts';
import { openStream } from './stream.ts';

/** Returns the login that a pull sends to a host; undefined where there is none. */
export type FindLogin = (host: string) => RegistryLogin | undefined;

/**
 * Opens a stream over which containerd asks for logins while it pulls, so no secret is written to a file.
 * Returns its id. Ends with `signal`.
 */
export async function answerLogins(
  client: ContainerdClient,
  find: FindLogin,
  signal: AbortSignal,
): Promise<string> {
  const answers = new Answers(signal);
  const { id, received } = await openStream(client, answers.sent(), signal);
  void answerAll(received, answers, find);
  return id;
}

/** Ends with the stream; the call that pulls reports the result. */
async function answerAll(
  received: AsyncIterator<Any>,
  answers: Answers,
  find: FindLogin,
): Promise<void> {
  try {
    for (let next = await received.next(); !next.done; next = await received.next()) {
      const { host } = fromBinary(AuthRequestSchema, next.value.value);
      answers.send(describeLogin(find(host)));
    }
  } catch {
    // capsuled or containerd closed the stream; the result of the transfer reports both.
  }
}

function describeLogin(login: RegistryLogin | undefined): Any {
  const answer =
    login === undefined
      ? { authType: AuthType.NONE }
      : { authType: AuthType.CREDENTIALS, ...login };
  return pack(AuthResponseSchema, create(AuthResponseSchema, answer));
}

/** The answers that are to be sent; open until `signal` aborts. */
class Answers {
  readonly #signal: AbortSignal;
  readonly #waiting: Any[] = [];
  #wake = Promise.withResolvers<void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake.resolve());
  }

  send(answer: Any): void {
    this.#waiting.push(answer);
    this.#wake.resolve();
  }

  async *sent(): AsyncGenerator<Any> {
    while (!this.#signal.aborted) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      await this.#wake.promise;
      this.#wake = Promise.withResolvers<void>();
    }
  }
}
