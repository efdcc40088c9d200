import { action, defineErrors, type Role, remedy } from '@capsule/core';

const ADOPT_HINT = remedy`adopt the capsule with the code on its console: ${action('adopt', { address: 'ADDRESS' })}`;

export const identityError = defineErrors('IDENTITY', {
  UNUSABLE: {
    kind: 'dataLoss',
    message: (f: { path: string; reason: string }) =>
      `the capsule’s certificate ${f.path} cannot be used: ${f.reason}`,
    why: 'a new certificate would look like an attack to every client that pinned this one',
    hint: 'restore the file from a backup, or move it away and let every client adopt the new certificate; the unix socket works meanwhile',
  },
  REPLACED: {
    kind: 'precondition',
    message: (f: { foundId: string; capsuleId: string; kept: string }) =>
      `the capsule ${f.capsuleId} replaced the certificate of capsule ${f.foundId}`,
    why: 'store and certificate come from two capsules; clients that pinned the old certificate refuse this capsule',
    hint: ({ kept }: { kept: string }) =>
      `restore the store of the same capsule and move ${kept} back to tls.pem, or let every client adopt the new certificate`,
  },
});

/** Refusals of callers whose identity is not proven, or is not enough. Facts never hold tokens. */
export const authError = defineErrors('AUTH', {
  TOKEN_MISSING: {
    kind: 'unauthenticated',
    message: () => 'the call has no token',
    why: 'on the network, every call needs a token that an enrolled key signed',
    hint: ADOPT_HINT,
  },
  TOKEN_MALFORMED: {
    kind: 'unauthenticated',
    message: (f: { problem: string }) => `the token is malformed: ${f.problem}`,
    hint: 'use a current client, and make a new token for each call',
  },
  TOKEN_EXPIRED: {
    kind: 'unauthenticated',
    message: (f: { capsuleTime: string }) =>
      `the token has expired; the capsule’s clock shows ${f.capsuleTime}`,
    why: 'the clocks differ, the token was made too long ago, or before the machine lost its power',
    hint: 'correct the wrong clock, or sign a nonce from Challenge instead of a time',
  },
  TOKEN_EARLY: {
    kind: 'unauthenticated',
    message: (f: { capsuleTime: string }) =>
      `the token is not valid yet; the capsule’s clock shows ${f.capsuleTime}`,
    why: 'the clocks differ',
    hint: 'correct the wrong clock, or sign a nonce from Challenge instead of a time',
  },
  TOKEN_TOO_LONG: {
    kind: 'unauthenticated',
    message: (f: { seconds: number; most: number }) =>
      `the token is valid for ${f.seconds} seconds; the most is ${f.most}`,
    hint: 'make a new token for each call, with a life of 60 seconds',
  },
  TOKEN_REPLAYED: {
    kind: 'unauthenticated',
    message: () => 'the token was used before',
    why: 'each token is good for one call',
    hint: 'make a new token for each call',
  },
  TOKEN_FOREIGN: {
    kind: 'unauthenticated',
    message: () => 'the token is for another capsule',
    why: 'its audience is not the identity of this capsule, or the client sees another certificate',
    hint: 'check the address of the context: another capsule answers there now',
  },
  KEY_UNKNOWN: {
    kind: 'unauthenticated',
    message: (f: { kid: string }) => `the key ${f.kid} is not enrolled`,
    why: 'it was never enrolled, or an operator removed it',
    hint: 'let an operator of the capsule enrol it, or adopt the capsule with the code on its console',
  },
  SIGNATURE_INVALID: {
    kind: 'unauthenticated',
    message: () => 'the signature of the token is not valid',
    hint: 'sign with the key that the token names',
  },
  NONCE_UNKNOWN: {
    kind: 'unauthenticated',
    message: () => 'the nonce is unknown, was used before, or is too old',
    why: 'a nonce of Challenge is good for one call within 60 seconds',
    hint: 'call Challenge again',
  },
  NONCES_TAKEN: {
    kind: 'exhausted',
    message: () => 'too many nonces of Challenge are unused',
    hint: 'try again in a minute',
  },
  TOO_MANY_FAILURES: {
    kind: 'exhausted',
    message: (f: { seconds: number }) =>
      `too many refused calls from this address; try again in ${f.seconds} seconds`,
    hint: 'wait, then use a token that an enrolled key signed',
  },
  ROLE_MISSING: {
    kind: 'denied',
    message: (f: { rpc: string; needed: Role; role: Role }) =>
      `${f.rpc} needs the role ${f.needed}; this key is ${f.role}`,
    hint: 'let an admin of the capsule enrol the key with that role',
  },
  HOST_ACCESS_MISSING: {
    kind: 'denied',
    message: (f: { workload: string; fields: readonly string[] }) =>
      `workload "${f.workload}" reaches the host (${f.fields.join(', ')})`,
    why: 'privileged workloads and access to the host need a right of their own, which this key does not have',
    hint: 'let an admin of the capsule enrol the key with host access, or remove these fields from the manifest',
  },
  LOCAL_ONLY: {
    kind: 'denied',
    message: (f: { rpc: string }) => `${f.rpc} is only possible on the capsule itself`,
    hint: 'run the command as root on the capsule',
  },
  REFUSED: {
    kind: 'denied',
    message: (f: { rpc: string }) => `no caller may use ${f.rpc}`,
    why: 'the API declares no right for this RPC',
  },
});

export const adoptionError = defineErrors('ADOPTION', {
  // Existing clients match the words "adoption window closed".
  CLOSED: {
    kind: 'precondition',
    message: () => 'adoption window closed: the capsule has an owner',
    hint: remedy`let an admin of the capsule enrol the key, or open the window as root on the capsule: ${action('adoption.open', { for: '10m' })}`,
  },
  CODE_MISSING: {
    kind: 'precondition',
    message: () => 'adoption window closed for clients that send no code',
    why: 'the code proves that the client’s operator sees the capsule’s console',
    hint: remedy`adopt with a current client, or let this one in as root on the capsule: ${action('adoption.open', { for: '10m' })}`,
  },
  CODE_WRONG: {
    kind: 'denied',
    message: (f: { triesLeft: number }) =>
      `the code is wrong; ${f.triesLeft} more tries with this code`,
    hint: 'type the code that the capsule’s console shows now',
  },
  PAUSED: {
    kind: 'exhausted',
    message: (f: { seconds: number }) =>
      `too many wrong codes; a new one follows in ${f.seconds} seconds`,
    hint: 'wait, then type the new code on the capsule’s console',
  },
  WINDOW_TOO_LONG: {
    kind: 'invalid',
    message: (f: { most: number }) =>
      `the adoption window can be open for at most ${f.most} seconds`,
    hint: 'open it for a shorter time',
  },
  PROOF_INVALID: {
    kind: 'denied',
    message: (f: { problem: string }) => `the adoption is not proven: ${f.problem}`,
    why: 'the client signs a nonce, the capsule’s certificate and its own key and name',
    hint: 'adopt again; if it fails again, something between client and capsule changes what they send',
  },
});

export const keyError = defineErrors('KEY', {
  INVALID: {
    kind: 'invalid',
    message: (f: { problem: string }) => `the key is not valid: ${f.problem}`,
    hint: 'use an Ed25519 public key, and a name of at most 64 characters',
  },
  EXISTS: {
    kind: 'exists',
    message: (f: { kid: string; name: string }) => `the key ${f.kid} is enrolled as ${f.name}`,
    hint: 'remove it first to change its name or role',
  },
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: { kid: string }) => `no key ${f.kid} is enrolled`,
    hint: remedy`name the key by its id; ${action('key.list')} shows the ids`,
  },
  LAST_ADMIN: {
    kind: 'precondition',
    message: (f: { name: string }) => `${f.name} is the last admin key`,
    why: 'without an admin key, no client could enrol another one from the network',
    hint: 'enrol another admin key first',
  },
  TOO_MANY: {
    kind: 'exhausted',
    message: (f: { most: number }) => `the capsule has ${f.most} keys, the most it keeps`,
    hint: 'remove a key that is not used',
  },
  HOST_ACCESS_NOT_HELD: {
    kind: 'denied',
    message: () => 'only a key with host access can give host access',
    hint: 'enrol the key without host access, or as root on the capsule',
  },
});
