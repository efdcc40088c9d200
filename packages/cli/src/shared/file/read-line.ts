const MOST_BYTES = 16 * 1024;
const LINE_FEED = 0x0a;

/** The first line of an input, without its end. */
export async function readLine(stdin: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MOST_BYTES || chunk.includes(LINE_FEED)) break;
  }
  return Buffer.concat(chunks).toString('utf8').split(/\r?\n/, 1)[0] ?? '';
}
