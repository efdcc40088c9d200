/** Numbers of the DNS registry that the responder handles; all others pass through unchanged. */
export const TYPE = {
  A: 1,
  NS: 2,
  SOA: 6,
  PTR: 12,
  AAAA: 28,
  OPT: 41,
  DS: 43,
  DNSKEY: 48,
  /** 128 to 255 are meta types: TKEY, TSIG, transfers, ANY. */
  firstMeta: 128,
  ANY: 255,
} as const;

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  /** Needs EDNS: its upper bits travel in the OPT record. */
  BADVERS: 16,
} as const;

export const CLASS_IN = 1;

export const FLAG = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  authenticData: 0x0020,
  checkingDisabled: 0x0010,
} as const;

/** The DO bit among the flags of EDNS. */
export const DNSSEC_OK = 0x8000;
