import { asRecord, asString } from '../../oci/image-config.ts';

/** Names a blob. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
  /** `linux/amd64`; empty when the descriptor has none. */
  readonly platform: string;
}

/** Parses a descriptor; undefined for a value that names no blob. */
export function readDescriptor(value: unknown): Descriptor | undefined {
  const record = asRecord(value);
  const digest = asString(record['digest']);
  if (!/^sha(256|384|512):[0-9a-f]+$/.test(digest)) return undefined;
  const platform = asRecord(record['platform']);
  const os = asString(platform['os']);
  return {
    mediaType: asString(record['mediaType']),
    digest,
    size: readSize(record['size']),
    annotations: readAnnotations(record['annotations']),
    platform: os === '' ? '' : `${os}/${asString(platform['architecture'])}`,
  };
}

export function readDescriptors(value: unknown): readonly Descriptor[] {
  if (!Array.isArray(value)) return [];
  return value.map(readDescriptor).filter((descriptor) => descriptor !== undefined);
}

/** Returns zero for a size that no blob can have. */
function readSize(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

function readAnnotations(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(asRecord(value)).map(([key, text]) => [key, asString(text)]);
  return Object.fromEntries(entries);
}
