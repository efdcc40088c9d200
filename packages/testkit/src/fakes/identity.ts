import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { type CodeHalf, codeProofs, makeCodeHalf } from '@capsule/api/remote';
import { type AdoptRequest, type IdentityService, Role } from '@capsule/api/wire';
import { CapsuleError } from '@capsule/core';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';

/** A refusal of the daemon, by its code. */
function refusal(code: string, message: string): CapsuleError {
  return new CapsuleError({ code, kind: 'denied', message });
}

const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

interface Enrolled {
  readonly name: string;
  readonly raw: Uint8Array;
  readonly role: Role;
}

/** The keys of a fake capsule, and what it thinks of tokens. Verifies for real. */
export class FakeIdentity {
  capsuleId = 'abcdefghijklmnopqrstuvwxyz';
  code = 'ABCD-EFGH';
  /** A machine that only wants to be trusted accepts every code. */
  isCodeChecked = true;
  readonly keys = new Map<string, Enrolled>();
  /** How far the capsule's clock is ahead, in seconds. */
  clockAhead = 0;
  /** Every accepted or refused token, in order. */
  readonly tokens: Record<string, unknown>[] = [];
  readonly #nonces = new Set<string>();
  readonly #halves = new Map<string, CodeHalf>();
  /** Every code that a client has sent in the clear. */
  readonly codes: string[] = [];
  readonly #fingerprint: string;

  constructor(fingerprint: string) {
    this.#fingerprint = fingerprint;
  }

  /** Fails where the call has no token of an enrolled key. */
  check(header: Headers): Enrolled {
    const token = /^Bearer (.+)$/.exec(header.get('authorization') ?? '')?.[1];
    if (token === undefined) throw refusal('AUTH_TOKEN_MISSING', 'the call has no token');
    const [head = '', claims = '', signature = ''] = token.split('.');
    const { sub, aud, iat, exp, nonce } = this.#note(claims);
    const key = this.keys.get(String(sub));
    if (key === undefined) throw refusal('AUTH_KEY_UNKNOWN', 'the key is not enrolled');
    if (aud !== this.capsuleId) throw refusal('AUTH_TOKEN_INVALID', 'wrong audience');
    if (!isSignedBy(key.raw, `${head}.${claims}`, Buffer.from(signature, 'base64url'))) {
      throw refusal('AUTH_TOKEN_INVALID', 'wrong signature');
    }
    if (nonce !== undefined) {
      if (!this.#nonces.delete(String(nonce))) throw refusal('AUTH_TOKEN_INVALID', 'wrong nonce');
      return key;
    }
    const now = Date.now() / 1000 + this.clockAhead;
    if (Number(exp) < now - 60 || Number(iat) > now + 60)
      throw refusal('AUTH_TOKEN_EXPIRED', 'the token has expired');
    return key;
  }

  /** The key behind a call that `check` has let pass. */
  #caller({ requestHeader }: HandlerContext): Enrolled {
    const [, claims = ''] = (requestHeader.get('authorization') ?? '').split('.');
    const { sub } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const key = this.keys.get(String(sub));
    if (key === undefined) throw refusal('AUTH_KEY_UNKNOWN', 'the key is not enrolled');
    return key;
  }

  #note(claims: string): Record<string, unknown> {
    const read = JSON.parse(Buffer.from(claims, 'base64url').toString());
    this.tokens.push(read);
    return read;
  }

  enrol(raw: Uint8Array, name: string, role: Role = Role.ADMIN): string {
    const kid = createHash('sha256').update(raw).digest('base64url');
    this.keys.set(kid, { name, raw, role });
    return kid;
  }

  service(): Partial<ServiceImpl<typeof IdentityService>> {
    return {
      challenge: ({ forAdoption }) => {
        const nonce = randomBytes(32);
        this.#nonces.add(nonce.toString('base64url'));
        const { capsuleId } = this;
        if (!forAdoption) return { nonce: new Uint8Array(nonce), capsuleId };
        this.#requireUnowned();
        const certificateDigest = Buffer.from(this.#fingerprint, 'hex');
        const half = makeCodeHalf({ code: this.code, nonce, certificateDigest });
        this.#halves.set(nonce.toString('base64url'), half);
        return { nonce: new Uint8Array(nonce), capsuleId, codeShare: new Uint8Array(half.share) };
      },
      adopt: (request) => {
        const { pubkey, name, nonce, signature } = request;
        this.#requireUnowned();
        const codeProof = this.#checkCode(request);
        const isKnown = this.#nonces.delete(Buffer.from(nonce).toString('base64url'));
        const parts = [nonce, Buffer.from(this.#fingerprint, 'hex'), pubkey, Buffer.from(name)];
        const message = Buffer.concat([Buffer.from('capsule adopt v1\n'), ...parts]);
        if (!isKnown || !isSignedBy(pubkey, message, signature)) {
          throw refusal('ADOPTION_PROOF_INVALID', 'the signature does not match');
        }
        const kid = this.enrol(pubkey, name);
        return {
          capsuleId: this.capsuleId,
          kid,
          tlsFingerprintSha256: this.#fingerprint,
          role: Role.ADMIN,
          codeProof,
        };
      },
      whoAmI: (_, context) => {
        const { name, raw, role } = this.#caller(context);
        const { capsuleId } = this;
        return { capsuleId, kid: kidOf(raw), name, role, hostAccess: role === Role.ADMIN };
      },
      keyAdd: ({ pubkey, name, role }, context) => {
        const addedByKid = kidOf(this.#caller(context).raw);
        return {
          key: { kid: this.enrol(pubkey, name, role || Role.ADMIN), name, role, addedByKid },
        };
      },
      keyList: () => this.#list(),
      keyRemove: ({ kid }) => {
        this.keys.delete(kid);
        return {};
      },
    };
  }

  #requireUnowned(): void {
    if (this.keys.size === 0) return;
    throw refusal('ADOPTION_CLOSED', 'adoption window closed: it has an owner');
  }

  /** Returns the answer to a proof. */
  #checkCode(request: AdoptRequest): Uint8Array<ArrayBuffer> {
    const { claimCode, nonce, codeShare, codeProof, pubkey, name } = request;
    if (claimCode !== '') this.codes.push(claimCode);
    const half = this.#halves.get(Buffer.from(nonce).toString('base64url'));
    const digest = Buffer.from(this.#fingerprint, 'hex');
    const head = Buffer.from('capsule adopt v1\n');
    const statement = Buffer.concat([head, nonce, digest, pubkey, Buffer.from(name)]);
    const shares = { nonce, client: codeShare, capsule: half?.share ?? Buffer.alloc(0) };
    const proofs = half && codeProofs(half, shares, statement);
    const isProven = proofs?.client.equals(codeProof);
    const isTyped = claimCode.toUpperCase().replace('-', '') === this.code.replace('-', '');
    if (this.isCodeChecked && isProven !== true && !isTyped)
      throw refusal('ADOPTION_CODE_WRONG', 'the code is wrong');
    return new Uint8Array(proofs?.capsule ?? []);
  }

  #list() {
    return {
      keys: [...this.keys].map(([kid, { name, role, raw }]) => ({
        kid,
        name,
        role,
        publicKey: raw,
      })),
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
