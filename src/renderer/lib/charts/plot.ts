/**
 * A line chart's scene on a canvas. It draws what it is told; the crosshair, marks and selection are drawn over it by the
 * component, so that moving the pointer redraws no curve.
 */
import { lineScene, type Drawing, type Picture } from './line-scene.ts';
import type { Palette } from './palette.ts';
import type { Surface } from './plane.ts';
import { paint } from './scene.ts';

export class Plot {
  #canvas: HTMLCanvasElement;
  #context: CanvasRenderingContext2D;
  #palette: Palette;
  #picture: Picture | null = null;
  #observer: ResizeObserver;
  #onDrawn: (drawing: Drawing) => void;
  #widths = new Map<string, number>();
  #font: string;

  /** `onDrawn` is called after every drawing. */
  constructor(canvas: HTMLCanvasElement, palette: Palette, onDrawn: (drawing: Drawing) => void) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d')!;
    this.#palette = palette;
    this.#onDrawn = onDrawn;
    this.#font = getComputedStyle(canvas).fontFamily;
    // It also tells of the size that there is already.
    this.#observer = new ResizeObserver(() => this.#isFitting() || this.#redraw());
    this.#observer.observe(canvas.parentElement!);
    const font = `11px ${this.#font}`;
    if (document.fonts.check(font)) return;
    // Labels drawn before the font was there are drawn again.
    void document.fonts.load(font).then(() => {
      this.#widths.clear();
      this.#redraw();
    });
  }

  /** Draws; called again whenever anything has changed, also the theme. */
  draw(picture: Picture): void {
    this.#picture = picture;
    this.#redraw();
  }

  destroy(): void {
    this.#picture = null;
    this.#observer.disconnect();
  }

  #redraw(): void {
    const { width, height } = this.#size();
    if (!this.#picture || width < 2 || height < 2) return;
    this.#fit(width, height);
    const drawing = lineScene(this.#picture, this.#surface(width, height));
    paint(this.#context, drawing.scene, this.#font);
    this.#onDrawn(drawing);
  }

  /** Of its place, in CSS pixels. */
  #size(): { width: number; height: number } {
    const { clientWidth: width, clientHeight: height } = this.#canvas.parentElement ?? this.#canvas;
    return { width, height };
  }

  #isFitting(): boolean {
    const { width, height } = this.#size();
    return this.#canvas.width === pixels(width) && this.#canvas.height === pixels(height);
  }

  #fit(width: number, height: number): void {
    if (!this.#isFitting()) {
      this.#canvas.width = pixels(width);
      this.#canvas.height = pixels(height);
    }
    const ratio = window.devicePixelRatio || 1;
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  #surface(width: number, height: number): Surface {
    this.#context.font = `400 11px ${this.#font}`;
    const textWidth = (text: string) => {
      let known = this.#widths.get(text);
      if (known === undefined) this.#widths.set(text, (known = this.#context.measureText(text).width));
      return known;
    };
    return { width, height, palette: this.#palette, textWidth };
  }
}

/** Of the screen, for pixels of CSS. */
function pixels(css: number): number {
  return Math.round(css * (window.devicePixelRatio || 1));
}
