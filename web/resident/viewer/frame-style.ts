/** The style of the viewer's frame, as a sheet that its script makes: the frame's policy allows no style of a document. */

const CSS = `
html { overflow: clip; color-scheme: only light; background: transparent; }
body { margin: 0; display: flex; flex-direction: column; gap: 16px; overflow: clip; }
.page {
  position: relative; flex: none; box-sizing: border-box; background: #fff; border: 1px solid #0002; overflow: clip;
  --scale-round-x: 1px; --scale-round-y: 1px;
}
canvas { display: block; width: 100%; max-height: 100%; object-fit: contain; object-position: 0 0; }
.text {
  position: absolute; inset: 0; overflow: clip; line-height: 1; letter-spacing: normal; word-spacing: normal;
  text-align: initial; text-size-adjust: none; forced-color-adjust: none; transform-origin: 0 0; --min-font-size: 1;
  --text-scale-factor: calc(var(--total-scale-factor) * var(--min-font-size));
  --min-font-size-inv: calc(1 / var(--min-font-size));
}
.text :is(span, br) { color: transparent; position: absolute; white-space: pre; cursor: text; transform-origin: 0% 0%; }
.text > :not(.markedContent), .text .markedContent span:not(.markedContent) {
  --font-height: 0; font-size: calc(var(--text-scale-factor) * var(--font-height)); --scale-x: 1; --rotate: 0deg;
  transform: rotate(var(--rotate)) scaleX(var(--scale-x)) scale(var(--min-font-size-inv));
}
.text .markedContent { display: contents; }
.text ::selection { background: color-mix(in srgb, AccentColor, transparent 65%); color: transparent; }
.link {
  position: absolute; padding: 0; border: 0; border-radius: 2px; background: color-mix(in srgb, LinkText, transparent 92%);
  border-bottom: 2px solid color-mix(in srgb, LinkText, transparent 40%); cursor: pointer;
}
.link:focus-visible { outline: 3px solid LinkText; outline-offset: 1px; }
::highlight(found) { background-color: #ffe27a88; }
::highlight(found-at) { background-color: #ff9b2fcc; }
`;

/** Puts the style into use. */
export function wear(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  document.adoptedStyleSheets = [sheet];
}
