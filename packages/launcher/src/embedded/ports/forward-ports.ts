import type { PortProblem } from '../claim/claim.ts';
import { type PublishedPort, portKey } from './published-port.ts';
import { listenTcp } from './tcp-proxy.ts';
import { listenUdp } from './udp-proxy.ts';

const LOOPBACK = '127.0.0.1';

export interface ForwardRequest {
  /** The capsule's address, where the ports are. */
  readonly address: string;
  /** Each value is the whole set that is published from then on. */
  readonly published: AsyncIterable<readonly PublishedPort[]>;
  /**
   * Called after each change and each retry: the ports that are not open on 127.0.0.1, and why. A call that fails
   * is repeated at the next retry.
   */
  readonly report: (problems: readonly PortProblem[]) => Promise<void>;
  /** One line for the launcher's log. */
  readonly say: (line: string) => void;
  /** Between two tries of a port that another program has. Default: 5 s. */
  readonly retryMs?: number;
}

const RETRY_MS = 5_000;

/**
 * Makes the published ports of a capsule reachable on the host's 127.0.0.1, following the sets as
 * they come; ends, with every listener closed, when the sequence ends or fails. A port that
 * another program has is reported, and retried from time to time. A change or a report that fails
 * ends nothing: it is printed once, and retried likewise.
 */
export async function forwardPorts(request: ForwardRequest): Promise<void> {
  await using listeners = new Listeners(request.address);
  let wanted: readonly PublishedPort[] = [];
  let working: Promise<void> = Promise.resolve();
  let failure: string | undefined;
  const report = async () => {
    try {
      await request.report(await listeners.follow(wanted));
      failure = undefined;
    } catch (error) {
      const text = String(error);
      if (text !== failure) request.say(`published ports: ${text}; the launcher retries`);
      failure = text;
    }
  };
  /** One after the other: a retry and a change must not listen at one port twice. */
  const settle = (isRetry: boolean) => {
    working = working.then(async () => {
      const isDue = !isRetry || failure !== undefined || !listeners.has(wanted);
      if (isDue) await report();
    });
    return working;
  };
  const timer = setInterval(() => void settle(true), request.retryMs ?? RETRY_MS).unref();
  try {
    for await (const ports of request.published) {
      wanted = ports.filter((port) => isAt(port, request.address));
      await settle(false);
    }
  } finally {
    clearInterval(timer);
    await working;
  }
}

/** A port that the capsule publishes on another of its addresses is not for the host. */
function isAt(port: PublishedPort, address: string): boolean {
  return port.address === undefined || port.address === address;
}

/** The listeners on the host's loopback. */
class Listeners implements AsyncDisposable {
  readonly #address: string;
  readonly #open = new Map<string, AsyncDisposable>();

  /** `address` is the capsule's. */
  constructor(address: string) {
    this.#address = address;
  }

  has(ports: readonly PublishedPort[]): boolean {
    return ports.every((port) => this.#open.has(portKey(port)));
  }

  /** Listens at these ports and at no other; returns those that could not be opened. */
  async follow(wanted: readonly PublishedPort[]): Promise<readonly PortProblem[]> {
    const keys = new Set(wanted.map(portKey));
    for (const [key, listener] of this.#open) {
      if (keys.has(key)) continue;
      this.#open.delete(key);
      await listener[Symbol.asyncDispose]();
    }
    const problems: PortProblem[] = [];
    for (const port of wanted) {
      if (this.#open.has(portKey(port))) continue;
      try {
        this.#open.set(portKey(port), await listen(port, this.#address));
      } catch (cause) {
        problems.push({ ...port, why: reason(cause) });
      }
    }
    return problems;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map((listener) => listener[Symbol.asyncDispose]()));
  }
}

function listen({ protocol, port }: PublishedPort, address: string): Promise<AsyncDisposable> {
  const [from, to] = [
    { host: LOOPBACK, port },
    { host: address, port },
  ];
  return protocol === 'tcp' ? listenTcp(from, to) : listenUdp(from, to);
}

function reason(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' ? 'taken by another program of this machine' : message;
}
