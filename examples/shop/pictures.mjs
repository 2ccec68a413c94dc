// Pictures, drawn here: no file of anybody else is loaded. Colours come from shop.css by class.
import qrcode from 'qrcode-generator';
import { html } from './html.mjs';

const DRAWINGS = {
  coffee: html`<path class="p-soft" d="M60 62c-8-9 6-14 0-24M80 62c-8-9 6-14 0-24M100 62c-8-9 6-14 0-24"/>
    <path class="p-body" d="M40 70h80v28a32 32 0 0 1-32 32H72a32 32 0 0 1-32-32z"/>
    <path class="p-line" d="M120 78h8a13 13 0 0 1 0 26h-9"/><path class="p-top" d="M40 70h80v10H40z"/>
    <path class="p-line" d="M34 138h92"/>`,
  tea: html`<path class="p-line" d="M64 46a16 13 0 0 1 32 0"/><path class="p-top" d="M58 56h44l4 12H54z"/>
    <circle class="p-spot" cx="80" cy="50" r="5"/>
    <path class="p-body" d="M48 68h64c10 12 10 40-8 58H56c-18-18-18-46-8-58z"/>
    <path class="p-line" d="M117 86c12-2 12-16 22-18M43 82c-20-2-22 30 4 32"/>
    <g class="p-flower"><circle cx="74" cy="96" r="5"/><circle cx="86" cy="96" r="5"/><circle cx="74" cy="106" r="5"/>
    <circle cx="86" cy="106" r="5"/></g><circle class="p-spot" cx="80" cy="101" r="3.4"/>
    <path class="p-line" d="M42 138h76"/>`,
  cookies: html`<circle class="p-pale" cx="64" cy="92" r="36"/><circle class="p-top" cx="104" cy="80" r="30"/>
    <g class="p-spot"><circle cx="50" cy="84" r="4"/><circle cx="66" cy="106" r="4.5"/><circle cx="60" cy="72" r="3.4"/>
    <circle cx="44" cy="102" r="3"/><circle cx="98" cy="68" r="3.6"/><circle cx="114" cy="84" r="4"/>
    <circle cx="104" cy="98" r="3.2"/></g><path class="p-line" d="M34 138h92"/>`,
};

/** The picture of a good. It says nothing that the text beside it does not. */
export const picture = (id, size = 160) => html`<svg class="picture" viewBox="14 20 132 132" width="${size}"
  height="${size}" aria-hidden="true">${DRAWINGS[id]}</svg>`;

export const mark = html`<svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
  <path class="mark-roof" d="M3 13 6 5h20l3 8a4 4 0 0 1-6.5 3 4 4 0 0 1-6.5 0 4 4 0 0 1-6.5 0A4 4 0 0 1 3 13z"/>
  <path class="mark-wall" d="M6 19h20v9H6z"/><path class="mark-door" d="M18 21h5v7h-5z"/></svg>`;

export const tick = html`<svg class="tick" viewBox="0 0 48 48" width="56" height="56" aria-hidden="true">
  <circle cx="24" cy="24" r="22"/><path d="m14 25 7 7 14-15"/></svg>`;

export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8"
fill="#1d6b50"/><path d="M5 14l3-8h16l3 8a3.6 3.6 0 0 1-5.5 2.6 3.6 3.6 0 0 1-5.5 0 3.6 3.6 0 0 1-5.5 0
A3.6 3.6 0 0 1 5 14z" fill="#ffd9a0"/><path d="M8 19h16v8H8z" fill="#fff"/></svg>`;

/** A QR code with its quiet zone, black on white in every colour scheme: scanners need it so. */
export function qrPicture(text, label) {
  const code = qrcode(0, 'M'); // the smallest that holds it; a seventh of it may be unreadable
  code.addData(text, 'Byte');
  code.make();
  const count = code.getModuleCount();
  let path = '';
  for (let row = 0; row < count; row += 1) {
    for (let from = 0; from < count; from += 1) {
      let to = from;
      while (to < count && code.isDark(row, to)) {
        to += 1;
      }
      if (to > from) {
        path += `M${from} ${row}h${to - from}v1h${from - to}z`;
        from = to;
      }
    }
  }
  return html`<svg class="qr" viewBox="-4 -4 ${count + 8} ${count + 8}" role="img" aria-label="${label}"
    shape-rendering="crispEdges"><rect x="-4" y="-4" width="${count + 8}" height="${count + 8}" fill="#fff"/>
    <path d="${path}" fill="#000"/></svg>`;
}
