/** A good document of every kind, by the name under which it is imported. */
import { docxFiles, epubFiles, paragraph, pdf, zip } from '../make.ts';

const text = 'It was the best of times, it was the worst of times. ';

export async function goodDocuments(): Promise<Record<string, Uint8Array>> {
  const page = `<title>Two cities</title><h1>I</h1><p>${text.repeat(3)}<ul><li>a<li>b</ul><pre>x\n y</pre>&amp;&eacute;`;
  const table = `<w:tbl><w:tr><w:tc>${paragraph('a')}</w:tc><w:tc>${paragraph('b')}</w:tc></w:tr></w:tbl>`;
  return {
    'page.html': new TextEncoder().encode(page),
    'book.epub': await zip(epubFiles({ 'one.xhtml': page, 'two.xhtml': page })),
    'letter.docx': await zip(docxFiles(paragraph(text) + table)),
    'paper.pdf': pdf([[text, 'a net-', 'work'], [text]]),
    'texts.zip': await zip({ 'a.txt': text, 'b.html': page, 'c.pdf': pdf([[text]]) }),
  };
}
