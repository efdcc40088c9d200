/**
 * The program whose words stand in the text of a remedy: clients that know no actions, and older versions
 * of the program, print the text as it is, and people type it. Another program puts its own words in their place.
 */
export const FIRST_PROGRAM = {
  name: 'capsulectl',
  /** The flags that have a short form. */
  shortFlags: new Map([
    ['file', '-f'],
    ['output', '-o'],
    ['tail', '-n'],
    ['user', '-u'],
  ]),
} as const;
