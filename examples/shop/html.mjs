// HTML in which everything is escaped that was not made here.

class Html {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function shown(value) {
  if (value instanceof Html) {
    return value.text;
  }
  if (Array.isArray(value)) {
    return value.map(shown).join('');
  }
  return value === undefined || value === null || value === false ? ''
    : String(value).replace(/[&<>"']/g, one => ESCAPES[one]);
}

/** html`<b>${anything}</b>`: what is put in is escaped, unless it came from html itself. */
export const html = (parts, ...values) => new Html(String.raw({ raw: parts }, ...values.map(shown)));
