// Counts the pay code down, and keeps a form from being sent twice. The pages work without it.
'use strict';
for (const place of document.querySelectorAll('[data-countdown]')) {
  const end = Date.now() + Number(place.dataset.countdown) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    place.textContent = String(left);
    if (left === 0) { location.reload(); } else { setTimeout(tick, 250); }
  };
  tick();
}
for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', () => {
    const button = form.querySelector('button');
    if (button) { setTimeout(() => { button.disabled = true; }, 0); }
  });
}
// A page that comes back from the browser's memory must be usable again.
addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('form button')) { button.disabled = false; }
});
