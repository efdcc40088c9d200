/** Puts the length in front of a message, as TCP needs it. */
export function frameMessage(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

export interface FrameSplitter {
  /** Returns the messages that are complete now; undefined after one that is too long. */
  push(chunk: Buffer): readonly Buffer[] | undefined;
  /** True between the first byte of a message and its last. */
  readonly isWithin: boolean;
}

/** Splits a stream of bytes into messages. Holds at most one that is not complete. */
export function splitFrames(mostBytes: number): FrameSplitter {
  let held = Buffer.alloc(0);
  return {
    push: (chunk) => {
      held = Buffer.concat([held, chunk]);
      const messages: Buffer[] = [];
      while (held.length >= 2) {
        const length = held.readUInt16BE(0);
        if (length > mostBytes) return undefined;
        if (held.length < 2 + length) break;
        messages.push(Buffer.from(held.subarray(2, 2 + length)));
        held = held.subarray(2 + length);
      }
      held = Buffer.from(held);
      return messages;
    },
    get isWithin() {
      return held.length > 0;
    },
  };
}
