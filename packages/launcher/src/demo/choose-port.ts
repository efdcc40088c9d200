import { once } from 'node:events';
import { createServer } from 'node:net';
import { demoError } from './errors.ts';

/** Returns the first port of 127.0.0.1 in the range that no program listens on. Fails with `DEMO_NO_PORT`. */
export async function choosePort(from: number, to: number): Promise<number> {
  for (let port = from; port <= to; port++) if (await isFree(port)) return port;
  throw demoError.NO_PORT({ from, to });
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host: '127.0.0.1', port, exclusive: true });
    await once(server, 'listening');
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    return false;
  } finally {
    server.close();
  }
}
