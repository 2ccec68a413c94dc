// An order's page follows the order. Without this script it is fetched anew every few seconds, or by hand.
'use strict';

/** Milliseconds between questions when the shop cannot tell by itself. */
const ASK_MS = 4000;

const place = () => document.getElementById('order');

/** Puts what the shop says now in the place of what it said before. */
async function follow() {
  // Not where we are: after a form that was wrong, that is the form's own address.
  const response = await fetch(`/orders/${place().dataset.no}`, { headers: { accept: 'text/html' } });
  if (!response.ok) {
    return;
  }
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  const now = fresh.getElementById('order');
  const had = place().contains(document.activeElement);
  if (now && now.dataset.version !== place().dataset.version) {
    const status = place().querySelector('[role="status"]');
    const said = now.querySelector('[role="status"]');
    place().replaceWith(now);
    // The live region itself stays in the page: only then is its new text read out.
    if (status && said) {
      status.replaceChildren(...said.childNodes);
      said.replaceWith(status);
    }
    if (had) {
      (now.querySelector('[autofocus]') ?? document.getElementById('main')).focus();
    }
    count();
  }
}

let clock;

/** Minutes and seconds that are left to pay, counted from when the page came: no clock must be right. */
function count() {
  clearInterval(clock);
  const line = place().querySelector('[data-left-ms]');
  if (!line) {
    return;
  }
  const end = performance.now() + Number(line.dataset.leftMs);
  const show = () => {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    line.querySelector('[data-clock] b').textContent =
      `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  };
  line.querySelector('[data-words]').hidden = true;
  line.querySelector('[data-clock]').hidden = false;
  show();
  clock = setInterval(show, 1000);
}

if (place()) {
  const { no } = place().dataset;
  const events = new EventSource(`/orders/${no}/live`);
  events.onmessage = event => {
    if (event.data !== place().dataset.version) {
      follow().catch(() => {}); // the next event, or the reader, tries again
    }
  };
  let asking;
  events.onerror = () => {
    // A connection that broke is opened again by the browser; one that was refused (too many pages) is not.
    if (events.readyState === EventSource.CLOSED) {
      asking ??= setInterval(() => follow().catch(() => {}), ASK_MS);
    }
  };
  addEventListener('pagehide', () => {
    events.close();
    clearInterval(asking);
  });
  addEventListener('pageshow', event => event.persisted && location.reload());
  count();
}
