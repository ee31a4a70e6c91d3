/** What is used of svgcanvas, which has no types: a canvas whose context writes SVG. */
declare module 'svgcanvas' {
  export class Element {
    constructor(size: { width: number; height: number });
    getContext(type: '2d'): CanvasRenderingContext2D & { getSerializedSvg(): string };
  }
}
