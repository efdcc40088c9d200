/** Returns the number of a field in a kernel file that has a name and a number on each line. */
export function fieldOf(text: string | undefined, name: string): number | undefined {
  const line = text?.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1).trim());
}
