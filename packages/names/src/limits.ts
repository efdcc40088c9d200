/** Limits on the resources that a hostile network or hostile cells can use up in the responder. */
export const LIMITS = {
  /** The largest UDP answer, and the size announced to upstreams: no path fragments it. */
  udpBytes: 1232,
  /** The largest UDP answer to a client without EDNS. */
  plainUdpBytes: 512,
  /** A query over TCP; real ones have less than 400 bytes. */
  queryBytes: 4096,
  /** Questions to upstreams at the same time; each holds up to five sockets. */
  questions: 200,
  /** Clients that wait for an answer of an upstream, in all and each. */
  waiting: 2000,
  waitingPerClient: 64,
  /** Resolvers of the uplink in use, as many as in every C library. */
  upstreams: 3,
  /** Wrong answers to one question over UDP before a switch to TCP: an attacker may be guessing. */
  wrongAnswers: 20,
  /** The cache of answers. */
  cachedAnswers: 2000,
  cachedBytes: 2 * 1024 * 1024,
  cachedAnswerBytes: 4096,
  /** TCP connections of clients, in all and from each. */
  connections: 64,
  connectionsPerClient: 8,
  /** Questions of one connection under way; beyond it the connection is not read. */
  pipelined: 8,
  /** Bytes of queries that wait in the kernel while the responder is busy; the kernel may allow less. */
  unreadBytes: 1024 * 1024,
  /** UDP answers that the kernel has not sent yet; beyond it queries are dropped. */
  unsentDatagrams: 256,
} as const;

/** Durations, all on the monotonic clock. */
export const TIMES = {
  /** One entry for each attempt: the time until the next attempt. */
  patienceMs: [1000, 1000, 1500, 1500],
  /** Time after which a question fails. */
  questionMs: 5000,
  /** The longest that an answer, or an absence, stays in the cache. */
  cachedSeconds: 300,
  cachedAbsenceSeconds: 30,
  /** How long a TCP client may stay without a question. */
  idleMs: 10_000,
  /** How long a TCP message may take from its first byte to its last. */
  messageMs: 5000,
} as const;
