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
    this.#observer = new ResizeObserver(() => this.#redraw());
    this.#observer.observe(canvas.parentElement!);
    // Labels drawn before the font was there are drawn again.
    void document.fonts.load(`11px ${this.#font}`).then(() => {
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
    const { clientWidth: width, clientHeight: height } = this.#canvas.parentElement ?? this.#canvas;
    if (!this.#picture || width < 2 || height < 2) return;
    this.#fit(width, height);
    const drawing = lineScene(this.#picture, this.#surface(width, height));
    paint(this.#context, drawing.scene, this.#font);
    this.#onDrawn(drawing);
  }

  #fit(width: number, height: number): void {
    const ratio = window.devicePixelRatio || 1;
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== across || this.#canvas.height !== down) {
      this.#canvas.width = across;
      this.#canvas.height = down;
    }
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
