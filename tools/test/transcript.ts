/** Prints text; in pieces as they come. */
export type Print = (text: string) => void;

/** The output of one of several programs that run at a time. */
export interface Section {
  readonly print: Print;
  /** After the last piece. */
  end(): void;
}

interface Waiting {
  text: string;
  isEnded: boolean;
}

/**
 * Keeps the output of programs that run side by side apart. The section that was opened first is printed as it
 * comes; the others are kept, and each is printed from its beginning when those before it have ended.
 */
export class Transcript {
  readonly #print: Print;
  readonly #sections: Waiting[] = [];

  constructor(print: Print) {
    this.#print = print;
  }

  open(): Section {
    const section: Waiting = { text: '', isEnded: false };
    this.#sections.push(section);
    return {
      print: (text) => {
        section.text += text;
        this.#flush();
      },
      end: () => {
        section.isEnded = true;
        this.#flush();
      },
    };
  }

  #flush(): void {
    for (;;) {
      const [first] = this.#sections;
      if (first === undefined) return;
      if (first.text !== '') this.#print(first.text);
      first.text = '';
      if (!first.isEnded) return;
      this.#sections.shift();
    }
  }
}
