import { bundleError } from './errors.ts';
import { parseVersion } from './version.ts';

/** The members of a bundle, in the order in which they stand: whatever judges the others comes first. */
export const BUNDLE_MEMBERS = ['manifest.json', 'manifest.sig', 'uki.efi', 'root.img'] as const;

/** The largest manifest that is read, in bytes. */
export const BUNDLE_MANIFEST_LIMIT = 64 * 1024;

/** The text that a signature covers before the bytes of the manifest, so that it is valid for nothing else. */
export const BUNDLE_SIGNATURE_CONTEXT = 'capsule bundle v1\n';

export interface BundlePart {
  readonly bytes: number;
  /** Lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** The description of an update: the two parts that are written, and the machines that can run them. */
export interface BundleManifest {
  readonly format: 1;
  readonly version: string;
  /** The oldest version that can migrate its state to this one. */
  readonly minimumVersion: string;
  /** As `uname -m` prints it. */
  readonly architecture: string;
  /** The profile of the image: `vm`. */
  readonly board: string;
  /** The unified kernel image. */
  readonly uki: BundlePart;
  /** The root filesystem with its tree of hashes. */
  readonly root: BundlePart;
  /** The root hash of dm-verity, which the kernel image has on its command line. */
  readonly rootHash: string;
}

const HASH = /^[0-9a-f]{64}$/;
const WORD = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/**
 * Reads the manifest of a bundle strictly: no field is missing, none is unknown.
 *
 * @throws BUNDLE_MALFORMED with every fault. Pure.
 */
export function parseBundleManifest(text: string): BundleManifest {
  const found = asRecord(parseJson(text));
  if (found === undefined) throw bundleError.MALFORMED({ reason: 'manifest.json is no object' });
  const faults = [...unknownFields(found, Object.keys(FIELDS)), ...faultsOf(found)];
  if (faults.length > 0) throw bundleError.MALFORMED({ reason: faults.join('; ') });
  return found as unknown as BundleManifest;
}

type Found = Readonly<Record<string, unknown>>;

const FIELDS: Readonly<Record<keyof BundleManifest, (value: unknown) => string | undefined>> = {
  format: (value) => (value === 1 ? undefined : 'must be 1'),
  version: isVersion,
  minimumVersion: isVersion,
  architecture: (value) => matches(value, WORD, 'a name such as x86_64'),
  board: (value) => matches(value, WORD, 'a name such as vm'),
  uki: isPart,
  root: isPart,
  rootHash: (value) => matches(value, HASH, '64 hexadecimal digits'),
};

function faultsOf(found: Found): readonly string[] {
  return Object.entries(FIELDS).flatMap(([field, judge]) => {
    const fault = judge(found[field]);
    return fault === undefined ? [] : [`${field} ${fault}`];
  });
}

function isVersion(value: unknown): string | undefined {
  const known = typeof value === 'string' && parseVersion(value) !== undefined;
  return known ? undefined : 'must be a version such as 1.2.3';
}

function isPart(value: unknown): string | undefined {
  const part = asRecord(value);
  if (part === undefined) return 'must have bytes and sha256';
  const faults = [
    ...unknownFields(part, ['bytes', 'sha256']),
    ...(Number.isSafeInteger(part['bytes']) && Number(part['bytes']) > 0
      ? []
      : ['bytes must be a positive integer']),
    ...(matches(part['sha256'], HASH, '') === undefined
      ? []
      : ['sha256 must be 64 hexadecimal digits']),
  ];
  return faults.length === 0 ? undefined : `has faults: ${faults.join(', ')}`;
}

function matches(value: unknown, pattern: RegExp, form: string): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? undefined : `must be ${form}`;
}

function unknownFields(found: Found, known: readonly string[]): readonly string[] {
  const others = Object.keys(found).filter((field) => !known.includes(field));
  return others.map((field) => `${field} is unknown`);
}

function asRecord(value: unknown): Found | undefined {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Found) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw bundleError.MALFORMED({ reason: 'manifest.json is not JSON' }, cause);
  }
}
