/**
 * The readable text of HTML. White space is as a browser shows it; paragraphs, headings, lists, tables and quotations are set off
 * by an empty line, other blocks by a line end, cells by a tab. Scripts, styles and soft hyphens are left out.
 */
import { Parser } from 'htmlparser2';
import { CorpusError } from '../corpus/errors.ts';

const setOff = names('p h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table figure hr section article main');
const blocks = names(
  'div li dt dd tr caption figcaption header footer nav aside address form fieldset legend details summary center body title',
);
const cells = names('td th');
const unread = names('script style template noscript svg math iframe object audio video canvas datalist');
/** What takes no text away from its element, but stands for a line. */
const spacesKept = names('pre textarea listing xmp');

/** Deeper than anyone writes, and shallow enough that closing tags without a beginning are found fast. */
const deepest = 4000;
/** Pieces of about this many characters are handed on. */
const pieceCharacters = 1 << 16;

function names(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}

export class MarkupText {
  readonly #parser: Parser;
  #text = '';
  #title = '';
  #inTitle = false;
  #depth = 0;
  /** Elements around that are not read, and that keep their spaces. */
  #unread = 0;
  #kept = 0;
  /** What is to stand before the next character: a space, or so many line ends; none before the first. */
  #space = false;
  #breaks = 0;
  #tab = false;
  #begun = false;

  constructor() {
    this.#parser = new Parser(
      {
        onopentag: (name) => this.#open(name),
        onclosetag: (name) => this.#close(name),
        ontext: (text) => this.#add(text),
      },
      // Pages of books are XHTML, where any element may end at once.
      { recognizeSelfClosing: true, recognizeCDATA: true },
    );
  }

  /** What the page calls itself; null: nothing. */
  get title(): string | null {
    return this.#title.replace(/\s+/g, ' ').trim() || null;
  }

  /** @throws CorpusError for elements nested without end */
  write(markup: string): void {
    this.#parser.write(markup);
  }

  end(): void {
    this.#parser.end();
    if (this.#begun) this.#text += '\n';
  }

  /** The text so far, once it is worth handing on; '' otherwise. @param all also a short one */
  take(all: boolean): string {
    if (!all && this.#text.length < pieceCharacters) return '';
    const piece = this.#text;
    this.#text = '';
    return piece;
  }

  #open(name: string): void {
    if (++this.#depth > deepest) {
      throw new CorpusError(
        `This page nests its elements more than ${deepest.toLocaleString('en-US')} deep, as no page that people read does: it is damaged.`,
      );
    }
    // That of the page: pictures in it may have titles too.
    if (name === 'title' && this.#title === '' && this.#unread === 0) this.#inTitle = true;
    if (unread.has(name)) this.#unread++;
    this.#break(name);
    if (spacesKept.has(name)) this.#kept++;
    if (name === 'br') this.#breaks = Math.min(2, this.#breaks + 1);
    if (cells.has(name)) this.#tab = this.#breaks === 0;
  }

  #close(name: string): void {
    this.#depth--;
    if (name === 'title') this.#inTitle = false;
    if (unread.has(name)) this.#unread--;
    if (spacesKept.has(name)) this.#kept--;
    this.#break(name);
  }

  #break(name: string): void {
    const breaks = setOff.has(name) ? 2 : blocks.has(name) ? 1 : 0;
    this.#breaks = Math.max(this.#breaks, breaks);
  }

  #add(raw: string): void {
    if (this.#inTitle) this.#title += raw;
    if (this.#unread > 0 || this.#inTitle) return;
    const text = raw.replaceAll('\u00ad', '');
    if (this.#kept > 0) this.#addKept(text);
    else this.#addCollapsed(text);
  }

  #addCollapsed(text: string): void {
    // ASCII white space only: a no-break space is a character.
    const collapsed = text.replace(/[ \t\r\n\f]+/g, ' ');
    const from = collapsed.startsWith(' ') ? 1 : 0;
    if (from === 1) this.#space = true;
    const to = collapsed.endsWith(' ') ? collapsed.length - 1 : collapsed.length;
    if (to <= from) return;
    this.#separate();
    this.#text += collapsed.slice(from, to);
    this.#space = to < collapsed.length;
  }

  #addKept(text: string): void {
    // The line end right after <pre> is none of the text.
    const lines = this.#breaks > 0 || !this.#begun ? text.replace(/^\r?\n/, '') : text;
    if (lines.trim() === '' && this.#breaks > 0) return;
    this.#separate();
    this.#text += lines.replace(/\r\n?/g, '\n');
  }

  #separate(): void {
    if (this.#begun) {
      if (this.#breaks > 0) this.#text += '\n'.repeat(this.#breaks);
      else if (this.#tab) this.#text += '\t';
      else if (this.#space) this.#text += ' ';
    }
    this.#begun = true;
    this.#breaks = 0;
    this.#tab = false;
    this.#space = false;
  }
}
