import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { benchError } from '../errors.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';
import type { BareMachine } from './bare-machine.ts';

const [SERIAL, CONTROL] = ['/run/warm-serial', '/run/warm-control'];
const LIMIT_MS = 15_000;
/** An emulated kernel sometimes hangs before its first word. */
const TRIES = 5;
const LOOK_AGAIN_MS = 2;

interface Links {
  readonly serial: Socket;
  readonly control: Socket;
  readonly ended: Promise<unknown>;
}

interface Said {
  readonly event?: string;
  readonly data?: { readonly status?: string };
  readonly error?: { readonly desc: string };
  readonly return?: unknown;
}

/** A bare machine that goes on talking, with its console and its control at sockets. */
export class WarmMachine implements AsyncDisposable {
  /** From the start of its monitor to the first word that comes out of it, in milliseconds. */
  readonly spokeAfterMs: number;
  readonly #control: Socket;
  readonly #said: AsyncIterator<string>;
  readonly #serial: Socket;
  readonly #ended: Promise<unknown>;

  private constructor(links: Links, spokeAfterMs: number) {
    this.#serial = links.serial;
    this.#control = links.control;
    this.#ended = links.ended;
    this.#said = createInterface({ input: links.control })[Symbol.asyncIterator]();
    this.spokeAfterMs = spokeAfterMs;
  }

  /** `more` options of its monitor. Started again when it hangs before its first word. */
  static async start(
    capsule: WatchedCapsule,
    bare: BareMachine,
    more: readonly string[] = [],
  ): Promise<WarmMachine> {
    for (let tried = 0; tried < TRIES; tried += 1) {
      const begunAt = performance.now();
      const links = await open(capsule, bare, more);
      const hasSpoken = await once(links.serial, 'data', { signal: AbortSignal.timeout(LIMIT_MS) })
        .then(() => true)
        .catch(() => false);
      const machine = new WarmMachine(links, performance.now() - begunAt);
      // Its other output has no use, and must not block it.
      links.serial.resume();
      await machine.#ask('qmp_capabilities');
      if (hasSpoken) return machine;
      await machine[Symbol.asyncDispose]();
    }
    throw refused('warm boot', 'init does not speak');
  }

  /** Writes all of it to a file of the capsule, and leaves it standing still. Milliseconds. */
  async save(path: string): Promise<number> {
    const capabilities = [{ capability: 'events', state: true }];
    await this.#ask('migrate-set-capabilities', { capabilities });
    const begunAt = performance.now();
    await this.#ask('migrate', { uri: `file:${path}` });
    for (;;) {
      const { event, data } = await this.#next();
      if (event !== 'MIGRATION') continue;
      if (data?.status === 'completed') return performance.now() - begunAt;
      if (data?.status === 'failed') throw refused('migrate', 'it failed');
    }
  }

  async #ask(execute: string, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    this.#control.write(`${JSON.stringify({ execute, arguments: more })}\n`);
    for (;;) {
      const said = await this.#next();
      if (said.error !== undefined) throw refused(execute, said.error.desc);
      if (said.return !== undefined) return;
    }
  }

  async #next(): Promise<Said> {
    const { done, value } = await this.#said.next();
    if (done === true) throw refused('QMP', 'the monitor has ended');
    return JSON.parse(value) as Said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A process that has exited takes no commands; the code that noticed the exit reports the reason.
    if (this.#control.writable) this.#control.write('{"execute": "quit"}\n');
    await this.#ended;
    this.#serial.destroy();
    this.#control.destroy();
  }
}

async function open(
  capsule: WatchedCapsule,
  bare: BareMachine,
  more: readonly string[],
): Promise<Links> {
  const command = bare.staying([
    // Waits for us, so that no word is missed.
    ...['-serial', `unix:${SERIAL},server=on,wait=on`],
    ...['-qmp', `unix:${CONTROL},server=on,wait=off`],
    ...more,
  ]);
  // A quit command or the timeout ends it: neither is a failure.
  const ended = capsule.lab.exec(['timeout', '60', ...command], {
    allow: [0, 1, 124],
    timeoutMs: 90_000,
  });
  ended.catch(() => undefined);
  const serial = await connected(capsule.pathOf(SERIAL));
  return { serial, control: await connected(capsule.pathOf(CONTROL)), ended };
}

/** When the monitor listens. */
async function connected(path: string): Promise<Socket> {
  const until = performance.now() + LIMIT_MS;
  for (;;) {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch (cause) {
      socket.destroy();
      if (performance.now() > until) throw refused(path, (cause as Error).message);
      await delay(LOOK_AGAIN_MS);
    }
  }
}

function refused(command: string, said: string) {
  return benchError.COMMAND_FAILED({ command, said });
}
