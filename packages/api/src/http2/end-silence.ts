import type { ClientHttp2Session } from 'node:http2';

export interface Silence {
  readonly pingEveryMs: number;
  /** From the last byte of the other side. */
  readonly mostMs: number;
}

/** On a slow link, a ping waits behind the bytes in the kernel's buffer for half a minute. */
const PATIENT: Silence = { pingEveryMs: 15_000, mostMs: 60_000 };

/**
 * Ends a connection on which the other side is silent, as after the sleep of a laptop. The kernel's keep-alive works on
 * an idle connection only: with bytes to send, it retries for a quarter of an hour.
 */
export function endSilence(session: ClientHttp2Session, silence: Silence = PATIENT): void {
  let heard = -1;
  let since = performance.now();
  const timer = setInterval(() => {
    const { bytesRead = heard } = session.socket;
    if (bytesRead !== heard) {
      heard = bytesRead;
      since = performance.now();
    }
    if (performance.now() - since > silence.mostMs)
      session.destroy(new DOMException('it does not answer', 'TimeoutError'));
    else session.ping(() => undefined);
  }, silence.pingEveryMs);
  timer.unref();
  session.once('close', () => clearInterval(timer));
}
