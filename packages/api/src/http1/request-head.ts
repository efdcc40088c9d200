import { BrokenConnection } from './broken-connection.ts';

/** The head of a request, up to the empty line. One connection makes one request. */
export function requestHead(
  method: 'GET' | 'POST',
  path: string,
  headers: Readonly<Record<string, string>>,
): string {
  const all = { host: 'capsule', connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => {
    // A value from elsewhere must not begin a header of its own.
    if (/[^\t\x20-\x7e]/.test(value)) throw new BrokenConnection(`the header ${name} is not ASCII`);
    return `${name}: ${value}`;
  });
  return [`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}
