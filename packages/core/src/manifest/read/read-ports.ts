import type { PortMapping, Protocol } from '../../resource/cell/container.ts';
import { hostAddressOf } from '../../resource/cell/host-port.ts';
import type { DocumentReader, Place } from './document-reader.ts';
import { readText } from './read-words.ts';

/** Keeps the place of an item in the list; the reader has noted what is wrong with it. */
const UNREADABLE: PortMapping = {
  containerPort: Number.NaN,
  hostPort: Number.NaN,
  protocol: 'tcp',
};
const FIELDS = ['containerPort', 'hostPort', 'protocol', 'hostAddress'] as const;

/** `ports`: a list of `{containerPort, hostPort, protocol}`; tcp where no protocol is written. */
export function readPorts(reader: DocumentReader, place: Place): readonly PortMapping[] {
  return (reader.list(place) ?? []).flatMap((item): PortMapping[] => {
    if (reader.asMap(item) === undefined) {
      reader.refuse(item.path, 'a port must be a map', `write it as ${rightForm(reader, item)}`);
      return [{ ...UNREADABLE }];
    }
    const fields = reader.map(item, { fields: FIELDS });
    if (fields === undefined) return [{ ...UNREADABLE }];
    const containerPort = readPort(reader, item, fields.get('containerPort'), 'containerPort');
    const hostPort = readPort(reader, item, fields.get('hostPort'), 'hostPort');
    const protocol = readProtocol(reader, fields.get('protocol'));
    const address = hostAddressOf(readText(reader, fields.get('hostAddress')));
    return [{ containerPort, hostPort, protocol, ...address }];
  });
}

/** Returns the long form of a Compose short form: `8080:80`, `127.0.0.1:8080:80/udp`, `80`. */
function rightForm(reader: DocumentReader, item: Place): string {
  const text = reader.isText(item) ? (reader.string(item) ?? '') : '';
  const [, host = '8080', container = '80', protocol] =
    /^(?:[^:]*:)?(\d{1,5}):(\d{1,5})(?:\/(tcp|udp))?$/.exec(text) ?? [];
  const rest = protocol === 'udp' ? ', protocol: udp' : '';
  return `{hostPort: ${host}, containerPort: ${container}${rest}}`;
}

function readPort(
  reader: DocumentReader,
  item: Place,
  place: Place | undefined,
  field: string,
): number {
  if (place === undefined) reader.refuse(`${item.path}.${field}`, 'is missing');
  return (place && reader.integer(place)) ?? Number.NaN;
}

function readProtocol(reader: DocumentReader, place: Place | undefined): Protocol {
  const protocol = place && reader.string(place);
  if (place === undefined || protocol === undefined) return 'tcp';
  if (protocol === 'tcp' || protocol === 'udp') return protocol;
  reader.refuse(place.path, `${JSON.stringify(protocol)} is not a protocol`, 'use tcp or udp');
  return 'tcp';
}
