import type { PortMapping } from '../../../resource/cell/container.ts';
import { hostAddressOf } from '../../../resource/cell/host-port.ts';
import type { DocumentReader, Place } from '../../read/document-reader.ts';

const PORT = /^(?:(\d{1,3}(?:\.\d{1,3}){3}):)?(\d{1,5}):(\d{1,5})(?:\/(tcp|udp))?$/;

/** `ports: ["8080:80", "8080:80/udp", "127.0.0.1:8080:80"]` */
export function readPortTexts(
  reader: DocumentReader,
  place: Place | undefined,
): readonly PortMapping[] {
  const items = (place && reader.list(place)) ?? [];
  return items.flatMap((item) => {
    const text = reader.string(item);
    if (text === undefined) return [];
    const port = parsePort(text);
    if (port !== undefined) return [port];
    const hint = 'write "8080:80", "8080:80/udp" or "127.0.0.1:8080:80"';
    reader.refuse(item.path, `${JSON.stringify(text.slice(0, 80))} is not a published port`, hint);
    return [];
  });
}

/** Undefined for a text of another form. The rules of ports decide over its numbers. Pure. */
function parsePort(text: string): PortMapping | undefined {
  const [, hostAddress = '', host, container, protocol = 'tcp'] = PORT.exec(text) ?? [];
  if (host === undefined || container === undefined) return undefined;
  return {
    hostPort: Number(host),
    containerPort: Number(container),
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    ...hostAddressOf(hostAddress),
  };
}

/** The text that `parsePort` reads. Pure. */
export function formatPort({
  hostAddress,
  hostPort,
  containerPort,
  protocol,
}: PortMapping): string {
  const address = hostAddress === undefined ? '' : `${hostAddress}:`;
  return `${address}${hostPort}:${containerPort}${protocol === 'udp' ? '/udp' : ''}`;
}
