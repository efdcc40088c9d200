import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type ExecOutput,
  type ExecRequest,
  type ExecSession,
  Outbox,
  type TerminalSize,
} from '@capsule/core';
import { describeExecProcess } from '../../oci/exec-process.ts';
import type { OciProcess } from '../../oci/types.ts';
import type { ResolvedUser } from '../../oci/user/resolved-user.ts';
import type {
  ExecClientMessageSchema,
  ExecServerMessage,
} from '../gen/capsule/guest/v1/guest_pb.ts';
import type { GuestCalls } from './guest-client.ts';

type Message = MessageInitShape<typeof ExecClientMessageSchema>;

export interface GuestExecParts {
  readonly calls: GuestCalls;
  /** The process of the payload itself. */
  readonly process: OciProcess;
  readonly request: ExecRequest;
  readonly user: ResolvedUser | undefined;
}

/** One more process of a payload. The end of the call ends the process in the guest too. */
export class GuestExec implements ExecSession {
  readonly output: AsyncIterable<ExecOutput>;
  readonly exit: Promise<number>;
  readonly #outbox = new Outbox<Message>();
  readonly #leave = new AbortController();
  readonly #answers: AsyncIterator<ExecServerMessage>;
  readonly #exit = Promise.withResolvers<number>();

  /** Resolves when the process runs; fails with the agent's error (`NotFound`, `FailedPrecondition`). */
  static async start(parts: GuestExecParts): Promise<GuestExec> {
    const session = new GuestExec(parts);
    try {
      const { done, value } = await session.#answers.next();
      if (done === true || value.payload.case !== 'started') session.#end(value);
      return session;
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor({ calls, process, request, user }: GuestExecParts) {
    const { terminal, hasInput } = request;
    void this.#outbox.push({
      payload: {
        case: 'config',
        value: {
          process: Buffer.from(JSON.stringify(describeExecProcess(process, request, user))),
          tty: terminal !== undefined,
          noStdin: !hasInput,
          ...(terminal && { size: { ...terminal } }),
        },
      },
    });
    const call = calls.exec(this.#outbox, { timeoutMs: 0, signal: this.#leave.signal });
    this.#answers = call[Symbol.asyncIterator]();
    this.exit = this.#exit.promise;
    // A caller may not await the exit after the output has failed, and the rejection would count as
    // unhandled.
    this.exit.catch(() => undefined);
    this.output = { [Symbol.asyncIterator]: () => this.#read() };
  }

  async write(data: Uint8Array): Promise<void> {
    // An empty message would close the input.
    if (data.length > 0) await this.#send({ case: 'stdin', value: bytes(data) });
  }

  async closeInput(): Promise<void> {
    await this.#send({ case: 'stdin', value: new Uint8Array() });
  }

  async resize({ cols, rows }: TerminalSize): Promise<void> {
    await this.#send({ case: 'resize', value: { cols, rows } });
  }

  async signal(number: number): Promise<void> {
    await this.#send({ case: 'signal', value: { signal: number } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#outbox.close();
    this.#leave.abort();
    this.#exit.reject(this.#leave.signal.reason);
  }

  async *#read(): AsyncGenerator<ExecOutput> {
    try {
      for (;;) {
        const { done, value } = await this.#answers.next();
        if (done === true || value.payload.case === 'exit') return this.#end(value);
        const { payload } = value;
        if (payload.case === 'stdout' || payload.case === 'stderr') {
          yield { stream: payload.case, data: payload.value };
        }
      }
    } catch (error) {
      this.#exit.reject(error);
      throw error;
    } finally {
      this.#outbox.close();
    }
  }

  #end(last: ExecServerMessage | undefined): void {
    const { payload } = last ?? {};
    // A guest that ends the call without an exit code gets the code of a lost one.
    this.#exit.resolve(payload?.case === 'exit' ? payload.value.exitCode : 255);
  }

  async #send(payload: NonNullable<Message['payload']>): Promise<void> {
    await this.#outbox.push({ payload });
  }
}

function bytes(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return data as Uint8Array<ArrayBuffer>;
}
