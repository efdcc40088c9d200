/** What a hostile network and hostile cells can make the responder spend. */
export const LIMITS = {
  /** The largest UDP answer of ours, and what we tell upstreams: no path cuts that into pieces. */
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
  /** Resolvers of the uplink that are asked, as in every C library. */
  upstreams: 3,
  /** Wrong answers to one question over UDP until TCP is preferred: somebody is guessing. */
  wrongAnswers: 20,
  /** The cache of answers. */
  cachedAnswers: 2000,
  cachedBytes: 2 * 1024 * 1024,
  cachedAnswerBytes: 4096,
  /** TCP connections of clients, in all and from each. */
  connections: 64,
  connectionsPerClient: 8,
  /** Questions of one connection under way; then it is not read any more. */
  pipelined: 8,
  /** Queries that wait in the kernel while we are busy; the kernel may allow less. */
  unreadBytes: 1024 * 1024,
  /** UDP answers that the kernel did not take yet; then queries are dropped. */
  unsentDatagrams: 256,
} as const;

/** Durations, all on the monotonic clock. */
export const TIMES = {
  /** For each try, after which the next one begins; more tries there are not. */
  patienceMs: [1000, 1000, 1500, 1500],
  /** After which a question is given up. */
  questionMs: 5000,
  /** The longest that an answer, and an absence, is kept. */
  cachedSeconds: 300,
  cachedAbsenceSeconds: 30,
  /** A TCP client without a question. */
  idleMs: 10_000,
  /** A TCP message from its first byte to its last. */
  messageMs: 5000,
} as const;
