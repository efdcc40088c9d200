/** Reasons by the codes of Node's net, dns and tls, and of OpenSSL. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'its name cannot be looked up',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  ENETUNREACH: 'there is no network route to it',
  EHOSTUNREACH: 'there is no network route to it',
  ETIMEDOUT: 'it does not answer',
  TimeoutError: 'it does not answer',
  EPROTO: 'it speaks HTTP, not HTTPS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it speaks HTTP, not HTTPS',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted',
};

/** Returns the reason why a registry cannot be reached; the error's own text for an unknown one. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : error.name;
  return REASONS[code] ?? REASONS[error.name] ?? error.message;
}
