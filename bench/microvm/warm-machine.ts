import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { benchError } from '../errors.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';
import type { BareMachine } from './bare-machine.ts';

const [SERIAL, CONTROL] = ['/run/warm-serial', '/run/warm-control'];
const LIMIT_MS = 15_000;
/** An emulated kernel sometimes hangs before init runs. */
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

/** A bare machine whose init prints repeatedly, with its console and its control interface on sockets. */
export class WarmMachine implements AsyncDisposable {
  /** The time from the start of the monitor to its first output, in milliseconds. */
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

  /**
   * `more`: additional options of the monitor. Starts the machine again if it hangs before the first output.
   */
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
      // Discards the remaining output, which must not block the machine.
      links.serial.resume();
      await machine.#ask('qmp_capabilities');
      if (hasSpoken) return machine;
      await machine[Symbol.asyncDispose]();
    }
    throw refused('warm boot', 'init does not speak');
  }

  /** Saves the machine to a file of the capsule, and leaves it paused. Returns the time in milliseconds. */
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
    // An exited process accepts no commands; other code reports why it exited.
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
    // The monitor waits for our connection, so that no output is lost.
    ...['-serial', `unix:${SERIAL},server=on,wait=on`],
    ...['-qmp', `unix:${CONTROL},server=on,wait=off`],
    ...more,
  ]);
  // A quit command or the timeout ends the monitor; neither is a failure.
  const ended = capsule.lab.exec(['timeout', '60', ...command], {
    allow: [0, 1, 124],
    timeoutMs: 90_000,
  });
  ended.catch(() => undefined);
  const serial = await connected(capsule.pathOf(SERIAL));
  return { serial, control: await connected(capsule.pathOf(CONTROL)), ended };
}

/** Connects when the monitor listens. */
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
