import fc from 'fast-check';

/** Input that no client of ours sends, near enough to what they send to get past the first check. */

const bytes = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((content) => Buffer.from(content));

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
  /** Added to the length that the frame declares. */
  readonly lie: number;
}

function encodeFrame({ type, flags, stream, payload, lie }: Frame): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(Math.max(0, payload.length + lie), 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** HPACK without an index: the headers of a gRPC call. */
function headerBlock(path: string): Buffer {
  const fields = { ':method': 'POST', ':scheme': 'https', ':path': path, ':authority': 'capsule' };
  const all = { ...fields, 'content-type': 'application/grpc+proto' };
  return Buffer.concat(
    Object.entries(all).map(([name, value]) =>
      Buffer.concat([
        Buffer.from([0, name.length]),
        Buffer.from(name),
        Buffer.from([value.length]),
        Buffer.from(value),
      ]),
    ),
  );
}

const anyFrame: fc.Arbitrary<Frame> = fc.record({
  type: fc.nat(12),
  flags: fc.oneof(fc.constantFrom(0, 1, 4, 5, 8, 0x20, 0x25), fc.nat(255)),
  stream: fc.oneof(fc.constantFrom(0, 1, 3, 5), fc.nat(0x7fff_ffff)),
  payload: bytes(120),
  lie: fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -3, max: 70_000 }) },
  ),
});

const callFrame: fc.Arbitrary<Frame> = fc.record({
  type: fc.constant(1),
  flags: fc.constantFrom(4, 5),
  stream: fc.constantFrom(1, 3, 5, 7),
  payload: fc
    .constantFrom('/capsule.v1.IdentityService/Challenge', '/capsule.v1.WorkloadService/Exec', '/')
    .map(headerBlock),
  lie: fc.constant(0),
});

/** The bytes of an HTTP/2 connection. */
export const http2Bytes: fc.Arbitrary<Buffer> = fc
  .array(fc.oneof(anyFrame, callFrame), { minLength: 1, maxLength: 12 })
  .map((frames) => {
    const settings = encodeFrame({
      type: 4,
      flags: 0,
      stream: 0,
      payload: Buffer.alloc(0),
      lie: 0,
    });
    return Buffer.concat([PREFACE, settings, ...frames.map(encodeFrame)]);
  });

const UPGRADE_LINES: readonly string[] = [
  'Host: capsule',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Upgrade: capsule-bulk',
  'Upgrade: h2c',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Protocol: capsule.connect.v1',
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
  `Capsule-Ticket: ${'0'.repeat(64)}`,
  'Content-Type: application/proto',
  'Content-Type: application/connect+proto',
  'Transfer-Encoding: chunked',
  'Content-Length: 5',
  'Expect: 100-continue',
  'Authorization: Bearer a.b.c',
];
const PATHS: readonly string[] = [
  '/capsule.v1.WorkloadService/Exec',
  '/capsule.v1.IdentityService/Challenge',
  '/capsule.v1.IdentityService/Challenge?connect=v1&encoding=proto&message=',
  '/capsule.v1/bulk',
  '/',
  'http://capsule/',
  '*',
];

const headerLine = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...UPGRADE_LINES) },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.string({ maxLength: 20 }), fc.string({ maxLength: 40 }))
      .map((pair) => pair.join(': ')),
  },
);

/** The bytes of an HTTP/1.1 connection: requests, upgrades, and what follows them. */
export const http1Bytes: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'PRI', 'CONNECT', 'OPTIONS'),
    fc.oneof(fc.constantFrom(...PATHS), fc.webPath()),
    fc.array(headerLine, { maxLength: 12 }),
    bytes(300),
  )
  .map(([method, path, lines, rest]) =>
    Buffer.concat([
      Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`),
      rest,
    ]),
  );

/** The body of a gRPC call: messages whose envelopes may lie. */
export const messageBytes: fc.Arbitrary<Buffer> = fc
  .array(
    fc.tuple(
      fc.nat(3),
      fc.oneof(fc.constant(0), fc.integer({ min: -2, max: 100_000 })),
      bytes(200),
    ),
    { maxLength: 4 },
  )
  .map((messages) =>
    Buffer.concat(
      messages.flatMap(([flags, lie, content]) => {
        const head = Buffer.alloc(5);
        head[0] = flags;
        head.writeUInt32BE(Math.max(0, content.length + lie), 1);
        return [head, content];
      }),
    ),
  );

/** A change of a text: some characters are cut out, and others put in. */
export function changed(text: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(text.length), fc.nat(8), fc.string({ maxLength: 6 }))
    .map(([at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut));
}

/** The bytes of a connection before TLS: a handshake record with a changed content, or anything. */
export const handshakeBytes: fc.Arbitrary<Buffer> = fc.oneof(
  bytes(300),
  fc.tuple(fc.nat(0xffff), bytes(300)).map(([length, content]) => {
    const head = Buffer.from([0x16, 3, 1, length >> 8, length & 0xff]);
    const hello = Buffer.from([1, 0, content.length >> 8, content.length & 0xff, 3, 3]);
    return Buffer.concat([head, hello, content]);
  }),
);
