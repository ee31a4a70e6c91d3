/** KaTeX with its style and fonts, in a chunk of their own. */
import 'katex/dist/katex.min.css';

export { render } from 'katex';
