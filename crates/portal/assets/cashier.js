// The cashier as it goes: counts down the time that is left, asks how the order stands and goes on once it is over, and
// leads back to the shop. The pages work without it.
'use strict';
(() => {
  const ASK_MS = 2_000;
  // Nobody looks, nothing happens for ten minutes, or nobody answers: then it asks more seldom.
  const SELDOM_MS = 15_000;
  const LONG_MS = 600_000;
  const LIMIT_MS = 10_000;
  const DAY_S = 86_400;

  const left = document.querySelector('[data-left]');
  let until = left ? Date.now() + Number(left.dataset.left) * 1000 : 0;
  const clock = seconds => {
    const two = number => String(number).padStart(2, '0');
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    return `${hours > 0 ? `${hours}:` : ''}${two(minutes)}:${two(seconds % 60)}`;
  };
  const moment = left?.textContent;
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    // What is far away is better told as a moment.
    left.textContent = seconds < DAY_S ? left.dataset.words.replace('{}', clock(seconds)) : moment;
    left.title = moment;
  };
  if (left) {
    tick();
    setInterval(tick, 500);
  }

  const live = document.querySelector('[data-state]');
  const since = Date.now();
  let [timer, lost, isOver, isAsking] = [0, 0, false, false];
  const say = words => {
    if (live.textContent !== words) { live.textContent = words; }
  };
  const later = () => {
    clearTimeout(timer);
    if (isOver) { return; }
    const isSeldom = document.hidden || lost > 3 || Date.now() - since > LONG_MS;
    timer = setTimeout(ask, isSeldom ? SELDOM_MS : ASK_MS);
  };
  const go = address => {
    isOver = true;
    location.replace(address);
  };
  const hear = told => {
    lost = 0;
    if (left) { until = Date.now() + told.seconds_left * 1000; }
    if (told.over) {
      go(told.state === 'paid' ? live.dataset.result : live.dataset.here);
    } else {
      say(live.dataset[told.state] ?? '');
    }
  };
  async function ask() {
    if (isAsking || isOver) { return; }
    isAsking = true;
    try {
      const answer = await fetch(live.dataset.state, { cache: 'no-store', signal: AbortSignal.timeout(LIMIT_MS) });
      if (answer.status === 404) {
        go(live.dataset.here);
      } else if (answer.ok) {
        const told = await answer.json();
        if (!isOver) { hear(told); }
      } else {
        throw new Error(answer.statusText);
      }
    } catch {
      // That nobody answers says nothing of the payment.
      lost += 1;
      if (lost > 1 && !isOver) { say(live.dataset.lost); }
    }
    isAsking = false;
    later();
  }
  if (live) {
    later();
    document.addEventListener('visibilitychange', () => { if (!document.hidden) { ask(); } });
    addEventListener('online', ask);
    // A form that is on its way brings its own page.
    document.addEventListener('submit', event => {
      if (!event.defaultPrevented) {
        isOver = true;
        clearTimeout(timer);
      }
    });
    addEventListener('pageshow', event => {
      if (event.persisted) {
        isOver = false;
        ask();
      }
    });
  }

  const back = document.querySelector('[data-back]');
  const counting = document.querySelector('[data-counting]');
  if (back && counting && /^https?:$/.test(back.protocol)) {
    const [said, button] = [counting.querySelector('[role="timer"]'), counting.querySelector('button')];
    const words = { stay: button.textContent, goOn: button.dataset.goOn };
    let seconds = Number(back.dataset.back);
    // Whoever came back from the shop is not sent there again.
    let isCounting = performance.getEntriesByType('navigation')[0]?.type !== 'back_forward';
    const show = () => {
      said.textContent = counting.dataset.counting.replace('{}', String(seconds));
      said.hidden = !isCounting;
      button.textContent = isCounting ? words.stay : words.goOn;
    };
    button.addEventListener('click', () => {
      isCounting = !isCounting;
      show();
    });
    addEventListener('pageshow', event => {
      if (event.persisted) {
        isCounting = false;
        show();
      }
    });
    setInterval(() => {
      if (!isCounting) { return; }
      seconds -= 1;
      if (seconds > 0) {
        show();
      } else {
        isCounting = false;
        location.assign(back.href);
      }
    }, 1000);
    counting.hidden = false;
    show();
  }
})();
