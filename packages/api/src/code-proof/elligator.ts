/** The field of Curve25519, and the parameter A of the curve. */
const P = 2n ** 255n - 19n;
const A = 486_662n;
const BYTES = 32;

/**
 * Maps 32 bytes to a point of Curve25519 (Elligator 2, RFC 9380 6.7.1, with Z = 2), as the bytes of its u coordinate.
 * The point does not show which bytes it was made from. Pure.
 */
export function pointFrom(bytes: Uint8Array): Buffer {
  const u = numberFrom(bytes);
  const first = modulo(-A * power(1n + 2n * u * u, P - 2n));
  // 1 + 2u² has no inverse where it is zero: the RFC takes 1 then.
  const x = first === 0n ? modulo(-A) : first;
  return bytesFrom(isSquare(x * x * x + A * x * x + x) ? x : modulo(-x - A));
}

/** Little-endian, without the highest bit. */
function numberFrom(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes).reverse().toString('hex');
  return BigInt(`0x${hex}`) & ((1n << 255n) - 1n);
}

function bytesFrom(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(2 * BYTES, '0'), 'hex').reverse();
}

function modulo(number: bigint): bigint {
  return ((number % P) + P) % P;
}

function isSquare(number: bigint): boolean {
  return power(modulo(number), (P - 1n) / 2n) <= 1n;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = modulo(base);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
}
