/** Formulas by KaTeX, as HTML with MathML beside it for screen readers. Loaded when the first formula is shown. */
import type { Attachment } from 'svelte/attachments';

/** Fills an element with a formula. KaTeX builds elements one by one, so that no inline style needs an exception in the CSP. */
export function typeset(tex: string, display = false): Attachment<HTMLElement> {
  return (element) => {
    let shown = true;
    void import('./katex.ts').then(({ render }) => {
      if (shown) render(tex, element, { displayMode: display, throwOnError: true, output: 'htmlAndMathml' });
    });
    return () => {
      shown = false;
    };
  };
}
