/** `the volume`, or `the volumes` where there are several. */
export function theNoun(count: number, noun: string): string {
  return count === 1 ? `the ${noun}` : `the ${noun}s`;
}
