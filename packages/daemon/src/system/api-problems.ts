import { API_SUBJECT, type CapsuleError, isCapsuleError } from '@capsule/core';
import type { NetworkPort } from '../api/network-port.ts';
import { identityError } from '../identity/errors.ts';
import type { Stored } from './stored.ts';

/** Names events; any other problem keeps the API from the network. */
const REASONS: Readonly<Record<string, string>> = {
  [identityError.UNUSABLE.code]: 'CertificateUnusable',
  [identityError.REPLACED.code]: 'CertificateReplaced',
};

/** Problems of the API on the network: operators may have no other way to see them than on the capsule itself. */
export class ApiProblems {
  readonly #stored: Stored | CapsuleError;
  #port: NetworkPort | undefined;

  /** Records those of the certificate as events. */
  constructor(stored: Stored | CapsuleError) {
    this.#stored = stored;
    for (const problem of this.#ofCertificate()) this.record(problem);
  }

  follow(port: NetworkPort): void {
    this.#port = port;
  }

  list(): readonly CapsuleError[] {
    const port = this.#port?.problem();
    return [...this.#ofCertificate(), ...(port === undefined ? [] : [port])];
  }

  /** As an event, where there is a store. */
  record({ code, message }: CapsuleError): void {
    if (isCapsuleError(this.#stored)) return;
    const { base, resources } = this.#stored;
    const reason = REASONS[code] ?? 'NotOnNetwork';
    const of = { subject: API_SUBJECT, uid: '' };
    resources.records.recorder.append(of, { severity: 'warning', reason, message });
    base.feed.notify(API_SUBJECT);
  }

  #ofCertificate(): readonly CapsuleError[] {
    if (isCapsuleError(this.#stored)) return [];
    const { identity } = this.#stored;
    if (isCapsuleError(identity)) return [identity];
    return identity.replaced === undefined ? [] : [identity.replaced];
  }
}
