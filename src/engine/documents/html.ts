/** A page of HTML as text. Its encoding is the person's choice, else a byte-order mark's, its own `<meta charset>`, else found out. */
import { TextNormalizer } from '../corpus/decode.ts';
import { byteOrderMark, type Detection } from '../corpus/encoding.ts';
import { gunzip, isGzip } from '../data/gunzip.ts';
import type { OpenedDocument } from './document.ts';
import { MarkupText } from './markup-text.ts';
import { readRange, type ByteSource } from './source.ts';

/** Where the HTML Standard looks for the encoding, and a little more. */
const headBytes = 4096;

export async function openHtml(source: ByteSource, encoding: string | null): Promise<OpenedDocument> {
  const packed = isGzip(await readRange(source, 0, 3));
  const contents = () => (packed ? gunzip(source.chunks()) : source.chunks());
  const head = packed ? await firstBytes(contents()) : await readRange(source, 0, headBytes);
  const declared = encoding === null && byteOrderMark(head) === null ? declaredEncoding(head) : null;
  const title = titleIn(head, encoding ?? declared);
  let normalizer = new TextNormalizer(encoding ?? declared);
  return {
    ...{ kind: 'html', title, parts: 1, leftOut: [], classes: false },
    async *text({ signal, onProgress }) {
      normalizer = new TextNormalizer(encoding ?? declared);
      const markup = new MarkupText();
      let done = 0;
      for await (const chunk of contents()) {
        signal.throwIfAborted();
        onProgress((done += chunk.length), Math.max(done, source.size));
        markup.write(utf8.decode(normalizer.push(chunk, false)));
        yield encoder.encode(markup.take(false));
      }
      markup.write(utf8.decode(normalizer.push(new Uint8Array(0), true)));
      markup.end();
      yield encoder.encode(markup.take(true));
    },
    detection: () => found(normalizer.detection, declared),
    replaced: () => normalizer.replaced,
  };
}

const encoder = new TextEncoder();
/** Of whole characters. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

async function firstBytes(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const chunk of chunks) return chunk.slice(0, headBytes);
  return new Uint8Array(0);
}

/** What the page says of itself; not UTF-16, which it could not say so (HTML Standard, 13.2.3.2). */
function declaredEncoding(head: Uint8Array): string | null {
  const text = new TextDecoder('latin1').decode(head);
  const label =
    /<meta\s[^>]*charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(text)?.[1] ??
    /^\s*<\?xml\s[^>]*encoding\s*=\s*["']([\w:.-]+)/i.exec(text)?.[1];
  if (label === undefined) return null;
  try {
    const { encoding } = new TextDecoder(label);
    return encoding.startsWith('utf-16') ? 'utf-8' : encoding;
  } catch {
    return null;
  }
}

/** A page's choice is not the person's. */
function found(detection: Detection, declared: string | null): Detection {
  if (declared === null || detection.encodingFrom !== 'chosen') return detection;
  const others = ['utf-8', 'windows-1252'].filter((one) => one !== declared);
  return {
    encoding: declared,
    encodingFrom: declared === 'utf-8' ? 'utf-8' : 'detected',
    candidates: [declared, ...others],
  };
}

function titleIn(head: Uint8Array, encoding: string | null): string | null {
  const markup = new MarkupText();
  markup.write(new TextDecoder(encoding ?? 'utf-8').decode(head));
  return markup.title;
}
