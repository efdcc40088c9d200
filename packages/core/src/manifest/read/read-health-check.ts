import {
  HEALTH_DEFAULTS,
  type HealthCheck,
  type HealthProbe,
} from '../../resource/cell/health-check.ts';
import type { DocumentReader, Place } from './document-reader.ts';
import { readChoice } from './read-choice.ts';
import { readNumber, readText, readWords } from './read-words.ts';

const PROBES = ['exec', 'http', 'tcp'] as const;
const FIELDS = [
  ...PROBES,
  'intervalSeconds',
  'timeoutSeconds',
  'retries',
  'startPeriodSeconds',
  'onFailure',
] as const;
const ACTIONS = {
  restart: 'restart',
  none: 'none',
  HEALTH_FAILURE_ACTION_RESTART: 'restart',
  HEALTH_FAILURE_ACTION_NONE: 'none',
} as const;
const SCHEMES = { http: 'http', https: 'https' } as const;

/** `healthCheck: {http: {port: 80, path: /}, intervalSeconds: 10}` */
export function readHealthCheck(
  reader: DocumentReader,
  place: Place | undefined,
): HealthCheck | undefined {
  const fields = place && reader.map(place, { fields: FIELDS });
  if (place === undefined || fields === undefined) return undefined;
  const written = PROBES.filter((kind) => fields.has(kind));
  if (written.length !== 1) {
    const said = written.length === 0 ? 'has no probe' : `has the probes ${written.join(' and ')}`;
    reader.refuse(place.path, said, 'set exactly one of exec, http and tcp');
  }
  const [kind] = written;
  if (kind === undefined) return undefined;
  const number = (name: 'intervalSeconds' | 'timeoutSeconds' | 'retries' | 'startPeriodSeconds') =>
    readNumber(reader, fields.get(name), HEALTH_DEFAULTS[name]);
  return {
    probe: readProbe(reader, kind, fields.get(kind)),
    intervalSeconds: number('intervalSeconds'),
    timeoutSeconds: number('timeoutSeconds'),
    retries: number('retries'),
    startPeriodSeconds: number('startPeriodSeconds'),
    onFailure: readChoice(reader, fields.get('onFailure'), {
      words: ACTIONS,
      what: 'an action',
      absent: HEALTH_DEFAULTS.onFailure,
    }),
  };
}

function readProbe(
  reader: DocumentReader,
  kind: (typeof PROBES)[number],
  place: Place | undefined,
): HealthProbe {
  if (kind === 'exec') {
    const fields = place && reader.map(place, { fields: ['command'] });
    return { kind, command: readWords(reader, required(reader, place, fields, 'command')) };
  }
  const known = kind === 'http' ? ['port', 'path', 'scheme'] : ['port'];
  const fields = place && reader.map(place, { fields: known });
  const port = readNumber(reader, required(reader, place, fields, 'port'), Number.NaN);
  if (kind === 'tcp') return { kind, port };
  const scheme = { words: SCHEMES, what: 'a scheme', absent: 'http' } as const;
  const path = fields?.get('path');
  return {
    kind,
    port,
    path: path === undefined ? '/' : readText(reader, path),
    scheme: readChoice(reader, fields?.get('scheme'), scheme),
  };
}

function required(
  reader: DocumentReader,
  place: Place | undefined,
  fields: ReadonlyMap<string, Place> | undefined,
  name: string,
): Place | undefined {
  const found = fields?.get(name);
  if (place !== undefined && fields !== undefined && found === undefined) {
    reader.refuse(`${place.path}.${name}`, 'is missing');
  }
  return found;
}
