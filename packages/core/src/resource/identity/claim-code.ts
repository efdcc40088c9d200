/** Digits and capital letters that people do not confuse: no 0, 1, I, L, O or U. */
export const CLAIM_CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 8;

/** The code as the console shows it, `ABCD-EFGH`, from random numbers below the length of the alphabet. Pure. */
export function claimCodeFrom(numbers: readonly number[]): string {
  const text = numbers.map((number) => CLAIM_CODE_ALPHABET[number]).join('');
  return `${text.slice(0, LENGTH / 2)}-${text.slice(LENGTH / 2)}`;
}

/** A code as a person typed it, in the form of the console: case, dash and blanks do not matter. Pure. */
export function readClaimCode(typed: string): string {
  const text = typed.toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
  return `${text.slice(0, LENGTH / 2)}-${text.slice(LENGTH / 2)}`;
}

const CODE = new RegExp(`^[${CLAIM_CODE_ALPHABET}]{4}-[${CLAIM_CODE_ALPHABET}]{4}$`);

/** Whether what a person typed can be a code. Pure. */
export function isClaimCode(typed: string): boolean {
  return CODE.test(readClaimCode(typed));
}

export const CLAIM_CODE_LENGTH = LENGTH;
