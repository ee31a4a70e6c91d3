/** Formulas whose terms carry `data-term`. */
import type { Attachment } from 'svelte/attachments';

/**
 * Fills an element with a formula; `ready` is called once it stands there. Of what KaTeX calls untrusted only \htmlData is let through:
 * the formulas are this program's own.
 */
export function typesetTerms(tex: string, ready: () => void): Attachment<HTMLElement> {
  return (element) => {
    let shown = true;
    void import('../../../lib/network-drawing/katex.ts').then(({ render }) => {
      if (!shown) return;
      render(tex, element, {
        displayMode: true,
        throwOnError: true,
        output: 'htmlAndMathml',
        trust: ({ command }) => command === '\\htmlData',
        strict: (code: string) => (code === 'htmlExtension' ? 'ignore' : 'error'),
      });
      ready();
    });
    return () => {
      shown = false;
    };
  };
}
