/**
 * Word documents (ECMA-376, WordprocessingML): the paragraphs of the body in order, each on a line of its own, cells of tables apart by
 * tabs. Not read: headers, footers, notes, comments, and what tracked changes have deleted.
 */
import { CorpusError } from '../corpus/errors.ts';
import type { Archive } from './archive.ts';
import { encodedByFormat, type OpenedDocument } from './document.ts';
import { parseXml } from './xml.ts';

const bodyName = 'word/document.xml';
/** Pieces of about this many characters are handed on. */
const pieceCharacters = 1 << 16;

export function isDocx(archive: Archive): boolean {
  return archive.find(bodyName) !== null;
}

export function openDocx(archive: Archive): OpenedDocument {
  const entry = archive.find(bodyName)!;
  return {
    ...{ ...encodedByFormat, kind: 'docx', title: null, parts: 1 },
    async *text({ signal, onProgress }) {
      const encoder = new TextEncoder();
      const body = new BodyText();
      let characters = 0;
      for await (const piece of parseXml(entry, body.handler, signal, () => body.take())) {
        characters += piece.length;
        onProgress(Math.min(characters, entry.size), Math.max(entry.size, 1));
        yield encoder.encode(piece);
      }
      const rest = body.rest();
      if (!body.sawBody) {
        throw new CorpusError(
          `This Word document is damaged: ${bodyName} holds no document. Open it in Word and save it anew.`,
        );
      }
      yield encoder.encode(rest);
    },
  };
}

class BodyText {
  sawBody = false;
  #text = '';
  /** Elements around whose text is the document's (w:t), and that are not read. */
  #inText = 0;
  #fallback = 0;
  #cells = 0;
  #inTable = 0;

  readonly handler = {
    onopentag: (name: string) => this.#open(name),
    onclosetag: (name: string) => this.#close(name),
    ontext: (text: string) => {
      if (this.#inText > 0 && this.#fallback === 0) this.#text += text.replaceAll('\u00ad', '');
    },
  };

  take(): string {
    return this.#text.length < pieceCharacters ? '' : this.rest();
  }

  rest(): string {
    const piece = this.#text;
    this.#text = '';
    return piece;
  }

  #open(name: string): void {
    switch (name) {
      case 'w:body':
        this.sawBody = true;
        return;
      case 'w:t':
        this.#inText++;
        return;
      case 'w:tbl':
        this.#inTable++;
        return;
      case 'w:tr':
        this.#cells = 0;
        return;
      case 'w:tc':
        if (this.#cells++ > 0) this.#text += '\t';
        return;
      // What it stands for was said in another way just before (ECMA-376 part 3).
      case 'mc:Fallback':
        this.#fallback++;
        return;
    }
  }

  #close(name: string): void {
    switch (name) {
      case 'w:t':
        this.#inText--;
        return;
      case 'w:tbl':
        this.#inTable--;
        return;
      case 'mc:Fallback':
        this.#fallback--;
        return;
      case 'w:tab':
        this.#mark('\t');
        return;
      case 'w:br':
      case 'w:cr':
        this.#mark('\n');
        return;
      case 'w:noBreakHyphen':
        this.#mark('\u2011');
        return;
      case 'w:tr':
        this.#mark('\n');
        return;
      case 'w:p':
        // A cell's paragraphs share its line.
        this.#mark(this.#inTable > 0 ? ' ' : '\n');
        return;
      case 'w:tc':
        this.#text = this.#text.replace(/ $/, '');
        return;
    }
  }

  #mark(mark: string): void {
    if (this.#fallback === 0) this.#text += mark;
  }
}
