import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generatorOf, makeHalf, sharedKey } from './cpace.ts';

/** Of draft-irtf-cfrg-cpace-21, appendix B.1. */
const bytes = (hex: string) => Buffer.from(hex, 'hex');
const INPUT = {
  secret: 'Password',
  channel: Buffer.from('\x0bA_initiator\x0bB_responder'),
  session: bytes('7e4b4791d6a8ef019b936c79fb7f2c57'),
};
const A = makeHalf(
  INPUT,
  bytes('21b4f4bd9e64ed355c3eb676a28ebedaf6d8f17bdc365995b319097153044080'),
);
const B = makeHalf(
  INPUT,
  bytes('848b0779ff415f0af4ea14df9dd1d3c29ac41d836c7808896c4eba19c51ac40a'),
);
const EXCHANGE = {
  session: INPUT.session,
  initiator: { share: A.share, data: 'ADa' },
  responder: { share: B.share, data: 'ADb' },
};

test('an exchange is that of the draft', () => {
  assert.equal(
    generatorOf(INPUT).toString('hex'),
    'd04bf6d41f6a289632a2e929fa29bebd51092512a7829fdde7d314b62f05a73f',
  );
  assert.equal(
    A.share.toString('hex'),
    '1d13c89278cdadd826f6d8d7f887701430f8380ddc17611cdd6dc989ce0c9f32',
  );
  assert.equal(
    B.share.toString('hex'),
    '248cccf6d5cdc3646f0ad593f9e6cef4e69d4945f8372e623512ecea32185623',
  );
  const key = sharedKey(A, B.share, EXCHANGE);
  assert.deepEqual(sharedKey(B, A.share, EXCHANGE), key);
  assert.equal(
    key?.toString('hex'),
    `6e19b875f7a561d6b3ca3dbb9ef42ac55de3e717881018204b8922b4d5e53bb2${'aa82c300bea7b65d2b671da71922ddf6472301b79bc270adfa8bf413285f2263'}`,
  );
});

test('a share of small order, or of another length, makes no key', () => {
  const shares = [
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    `ec${'ff'.repeat(30)}7f`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    `ed${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
    'ab'.repeat(31),
    '',
  ];
  for (const share of shares) assert.equal(sharedKey(A, bytes(share), EXCHANGE), undefined, share);
});

test('another secret, channel or session makes another key', () => {
  const other = { secret: 'password', channel: Buffer.from('x'), session: Buffer.from('y') };
  for (const part of ['secret', 'channel', 'session'] as const) {
    const half = makeHalf({ ...INPUT, [part]: other[part] });
    const exchange = { ...EXCHANGE, responder: { share: half.share } };
    const [one, two] = [sharedKey(A, half.share, exchange), sharedKey(half, A.share, exchange)];
    assert.ok(one !== undefined && two !== undefined);
    assert.ok(!one.equals(two), part);
  }
});
