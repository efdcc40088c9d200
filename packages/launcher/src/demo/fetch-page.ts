import { setTimeout as delay } from 'node:timers/promises';
import { demoError } from './errors.ts';

const PAUSE_MS = 50;

/** Requests the page until it is served, for `timeoutMs`. Fails with `DEMO_NO_PAGE`. */
export async function fetchPage(url: string, timeoutMs: number): Promise<string> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
      if (response.ok) return await response.text();
      throw demoError.NO_PAGE({ url, said: `HTTP status ${response.status}` });
    } catch (cause) {
      const said = (cause as { cause?: { code?: string } }).cause?.code ?? String(cause);
      if (performance.now() > endsAt) throw demoError.NO_PAGE({ url, said }, cause);
    }
    await delay(PAUSE_MS);
  }
}
