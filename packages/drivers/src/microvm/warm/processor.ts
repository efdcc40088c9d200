/** Fields of /proc/cpuinfo that a snapshot depends on. The rest, such as the frequency, changes by itself. */
const FIELDS = ['vendor_id', 'cpu family', 'model', 'model name', 'stepping', 'microcode', 'flags'];

/** Returns the identity of the first processor in the text of /proc/cpuinfo. Pure. */
export function describeProcessor(cpuinfo: string): string {
  const [first = ''] = cpuinfo.split('\n\n');
  const fields = new Map(
    first.split('\n').map((line) => {
      const [name = '', value = ''] = line.split(':', 2);
      return [name.trim(), value.trim()];
    }),
  );
  return FIELDS.map((name) => fields.get(name) ?? '').join('\n');
}
