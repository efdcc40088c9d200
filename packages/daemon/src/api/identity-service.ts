import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type AdoptionStatusSchema,
  type AuthorizedKeySchema,
  type IdentityService,
  roleFromProto,
  roleToProto,
  Role as WireRole,
} from '@capsule/api/wire';
import type { OperatorKey, Role } from '@capsule/core';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import type { AdoptionWindow } from '../identity/adoption/window.ts';
import { type Caller, hasHostAccess, LOCAL_NAME } from '../identity/caller.ts';
import type { Challenges } from '../identity/challenges.ts';
import { adoptionError, keyError } from '../identity/errors.ts';
import type { KeyCommands } from '../identity/keys.ts';
import { callerKey } from './access/caller-key.ts';
import { clientOf } from './access/peer.ts';

export interface IdentityServiceParts {
  readonly capsuleId: string;
  /** SHA-256 of the capsule's certificate, in lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly keys: KeyCommands;
  readonly adoption: AdoptionWindow;
  readonly challenges: Challenges;
  readonly now: () => number;
}

const WINDOW_MOST_S = 3600;

/** Implements the calls about keys and owners. */
export function identityService(
  parts: IdentityServiceParts,
): Partial<ServiceImpl<typeof IdentityService>> {
  const { capsuleId, fingerprint, keys, adoption, challenges } = parts;
  return {
    challenge: ({ forAdoption }, { values }) => {
      const caller = values.get(callerKey);
      const from = caller.kind === 'local' ? 'unix' : clientOf(caller.from);
      const makeOffer = (nonce: Uint8Array) => adoption.offer(nonce);
      const { nonce, offer } = challenges.open(from, forAdoption ? makeOffer : undefined);
      const codeShare = offer?.half.share ?? Buffer.alloc(0);
      return { nonce: bytes(nonce), capsuleId, codeShare: bytes(codeShare) };
    },
    adopt({ pubkey, claimCode, ...request }, { values }) {
      const isKnown = keys.find(pubkey) !== undefined;
      const adopted = adoption.adopt({ ...request, publicKey: pubkey, code: claimCode });
      const { key, codeProof = Buffer.alloc(0) } = adopted;
      if (!isKnown) values.set(callerKey, ownerAt(values.get(callerKey), key));
      return {
        capsuleId,
        kid: key.kid,
        tlsFingerprintSha256: fingerprint,
        role: roleToProto(key.role),
        codeProof: bytes(codeProof),
      };
    },
    whoAmI: (_request, context) => ({ capsuleId, ...describeCaller(context) }),
    keyAdd(request, { values }) {
      const { pubkey, name, role, hostAccess } = request;
      const rights = { role: readRole(role), hasHostAccess: hostAccess };
      const key = keys.add({ publicKey: pubkey, name, ...rights }, values.get(callerKey));
      return { key: keyToProto(key) };
    },
    keyList: () => ({ keys: keys.list().map(keyToProto) }),
    keyRemove({ kid }) {
      keys.remove(kid);
      return {};
    },
    adoptionOpen({ seconds, oldClients }) {
      if (seconds > WINDOW_MOST_S) throw adoptionError.WINDOW_TOO_LONG({ most: WINDOW_MOST_S });
      adoption.open(seconds * 1000, oldClients);
      return describeAdoption(parts);
    },
    adoptionGet: () => describeAdoption(parts),
  };
}

/** The caller of an adoption, which the audit log names from its success on. */
function ownerAt(before: Caller, { kid, name, role, hasHostAccess }: OperatorKey): Caller {
  if (before.kind !== 'unknown') return before;
  return { kind: 'key', kid, name, role, hasHostAccess, from: before.from };
}

/** Clients without roles enrol keys that may do everything. */
function readRole(wire: WireRole): Role {
  if (wire === WireRole.UNSPECIFIED) return 'admin';
  const role = roleFromProto(wire);
  if (role === undefined) throw keyError.INVALID({ problem: 'its role is unknown' });
  return role;
}

function describeCaller({ values }: HandlerContext) {
  const caller = values.get(callerKey);
  const hostAccess = hasHostAccess(caller);
  if (caller.kind !== 'key')
    return { kid: '', name: LOCAL_NAME, role: roleToProto('admin'), hostAccess };
  return { kid: caller.kid, name: caller.name, role: roleToProto(caller.role), hostAccess };
}

function describeAdoption({
  adoption,
  fingerprint,
  now,
}: IdentityServiceParts): MessageInitShape<typeof AdoptionStatusSchema> {
  const { isOpen, code, closesInMs, isOwned, acceptsOldClients } = adoption.state();
  const closesAt = closesInMs === undefined ? 0 : Math.ceil((now() + closesInMs) / 1000);
  return {
    open: isOpen,
    code,
    expiresUnix: BigInt(closesAt),
    owned: isOwned,
    fingerprint,
    oldClients: acceptsOldClients,
  };
}

function keyToProto(key: OperatorKey): MessageInitShape<typeof AuthorizedKeySchema> {
  return {
    kid: key.kid,
    name: key.name,
    addedByKid: key.addedBy,
    addedAtUnix: secondsOf(key.addedAt),
    role: roleToProto(key.role),
    hostAccess: key.hasHostAccess,
    lastUsedUnix: secondsOf(key.lastUsedAt),
    publicKey: bytes(key.publicKey),
  };
}

function secondsOf(ms: number): bigint {
  return BigInt(Math.trunc(ms / 1000));
}

function bytes(from: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(from);
}
