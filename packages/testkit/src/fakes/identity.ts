import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { IdentityService, Role } from '@capsule/api/wire';
import { defineErrors } from '@capsule/core';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';

/** As the daemon has them. */
const authError = defineErrors('AUTH', {
  TOKEN_MISSING: { kind: 'denied', message: () => 'the call has no token' },
  TOKEN_EXPIRED: { kind: 'denied', message: () => 'the token has expired' },
  TOKEN_INVALID: {
    kind: 'denied',
    message: (f: { problem: string }) => `the token is not valid: ${f.problem}`,
  },
  KEY_UNKNOWN: { kind: 'denied', message: () => 'the key is not enrolled' },
});
const adoptionError = defineErrors('ADOPTION', {
  WINDOW_CLOSED: { kind: 'precondition', message: () => 'adoption window closed: it has an owner' },
  CODE_WRONG: { kind: 'denied', message: () => 'the code is wrong' },
  PROOF_INVALID: { kind: 'denied', message: () => 'the signature does not fit' },
});

const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

interface Enrolled {
  readonly name: string;
  readonly raw: Uint8Array;
  readonly role: Role;
}

/** The keys of a fake capsule, and what it thinks of tokens. Verifies for real. */
export class FakeIdentity {
  readonly capsuleId = 'abcdefghijklmnopqrstuvwxyz';
  readonly code = 'ABCD-EFGH';
  readonly keys = new Map<string, Enrolled>();
  /** How far the capsule's clock is ahead, in seconds. */
  clockAhead = 0;
  /** Every accepted or refused token, in order. */
  readonly tokens: Record<string, unknown>[] = [];
  readonly #nonces = new Set<string>();
  readonly #fingerprint: string;

  constructor(fingerprint: string) {
    this.#fingerprint = fingerprint;
  }

  /** Fails where the call has no token of an enrolled key. */
  check(header: Headers): Enrolled {
    const token = /^Bearer (.+)$/.exec(header.get('authorization') ?? '')?.[1];
    if (token === undefined) throw authError.TOKEN_MISSING({});
    const [head = '', claims = '', signature = ''] = token.split('.');
    const { sub, aud, iat, exp, nonce } = this.#note(claims);
    const key = this.keys.get(String(sub));
    if (key === undefined) throw authError.KEY_UNKNOWN({});
    if (aud !== this.capsuleId) throw authError.TOKEN_INVALID({ problem: 'audience' });
    if (!isSignedBy(key.raw, `${head}.${claims}`, Buffer.from(signature, 'base64url'))) {
      throw authError.TOKEN_INVALID({ problem: 'signature' });
    }
    if (nonce !== undefined) {
      if (!this.#nonces.delete(String(nonce))) throw authError.TOKEN_INVALID({ problem: 'nonce' });
      return key;
    }
    const now = Date.now() / 1000 + this.clockAhead;
    if (Number(exp) < now - 60 || Number(iat) > now + 60) throw authError.TOKEN_EXPIRED({});
    return key;
  }

  #note(claims: string): Record<string, unknown> {
    const read = JSON.parse(Buffer.from(claims, 'base64url').toString());
    this.tokens.push(read);
    return read;
  }

  enrol(raw: Uint8Array, name: string, role = Role.ADMIN): string {
    const kid = createHash('sha256').update(raw).digest('base64url');
    this.keys.set(kid, { name, raw, role });
    return kid;
  }

  service(): Partial<ServiceImpl<typeof IdentityService>> {
    const { capsuleId } = this;
    return {
      challenge: () => {
        const nonce = randomBytes(32);
        this.#nonces.add(nonce.toString('base64url'));
        return { nonce: new Uint8Array(nonce), capsuleId };
      },
      adopt: ({ pubkey, name, claimCode, nonce, signature }) => {
        if (this.keys.size > 0) throw adoptionError.WINDOW_CLOSED({});
        if (claimCode.toUpperCase().replace('-', '') !== this.code.replace('-', '')) {
          throw adoptionError.CODE_WRONG({});
        }
        const isKnown = this.#nonces.delete(Buffer.from(nonce).toString('base64url'));
        const parts = [nonce, Buffer.from(this.#fingerprint, 'hex'), pubkey, Buffer.from(name)];
        const message = Buffer.concat([Buffer.from('capsule adopt v1\n'), ...parts]);
        if (!isKnown || !isSignedBy(pubkey, message, signature)) {
          throw adoptionError.PROOF_INVALID({});
        }
        const kid = this.enrol(pubkey, name);
        return { capsuleId, kid, tlsFingerprintSha256: this.#fingerprint, role: Role.ADMIN };
      },
      whoAmI: (_, context) => {
        const { name, raw, role } = this.check(context.requestHeader);
        return { capsuleId, kid: kidOf(raw), name, role, hostAccess: role === Role.ADMIN };
      },
      keyAdd: ({ pubkey, name, role }, context) => {
        const addedByKid = kidOf(this.check(context.requestHeader).raw);
        return { key: { kid: this.enrol(pubkey, name, role || Role.ADMIN), name, role, addedByKid } };
      },
      keyList: (_, context) => this.#list(context),
      keyRemove: ({ kid }, context) => {
        this.check(context.requestHeader);
        this.keys.delete(kid);
        return {};
      },
    };
  }

  #list({ requestHeader }: HandlerContext) {
    this.check(requestHeader);
    return {
      keys: [...this.keys].map(([kid, { name, role, raw }]) => ({ kid, name, role, publicKey: raw })),
    };
  }
}

function kidOf(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('base64url');
}

function isSignedBy(raw: Uint8Array, message: string | Buffer, signature: Uint8Array): boolean {
  const key = createPublicKey({
    key: Buffer.concat([SPKI_HEAD, raw]),
    format: 'der',
    type: 'spki',
  });
  return verify(null, Buffer.from(message), key, signature);
}
