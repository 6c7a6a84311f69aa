// Keeps what changes on a page of the console current: every few seconds the
// page is asked for again, and each part marked data-refresh is replaced by its
// new form where that differs. The words of data-say are read out once when they
// change, so that a screen reader hears of each phase and not of each figure.
// While nothing is marked data-busy, the page is asked for seldom.

const BUSY = 2000;
const IDLE = 15000;
const said = document.getElementById('said');

const words = () => [...document.querySelectorAll('[data-say]')].map((e) => e.dataset.say).join(' ');
let last = words();

// replace takes over a part, but for one that holds the focus; folds stay as the
// agent left them.
function replace(part, fresh) {
  if (part.innerHTML === fresh.innerHTML) return;
  if (part.contains(document.activeElement) && document.activeElement !== part) return;
  const folds = new Map([...part.querySelectorAll('details[id]')].map((d) => [d.id, d.open]));
  part.replaceChildren(...fresh.childNodes);
  for (const d of part.querySelectorAll('details[id]')) d.open = folds.get(d.id) ?? d.open;
}

// refresh says whether to go on: a session that ended has nothing to show.
async function refresh() {
  const answer = await fetch(location.pathname, { credentials: 'same-origin', redirect: 'manual', headers: { Accept: 'text/html' } });
  if (answer.type === 'opaqueredirect') return false;
  if (!answer.ok) return true;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of document.querySelectorAll('[data-refresh]')) {
    const fresh = page.getElementById(part.id);
    if (fresh) replace(part, fresh);
  }
  const now = words();
  if (now !== last) said.textContent = now;
  last = now;
  return true;
}

async function tick() {
  let on = true;
  if (!document.hidden) on = await refresh().catch(() => true);
  if (on) setTimeout(tick, document.querySelector('[data-busy]') ? BUSY : IDLE);
}

setTimeout(tick, document.querySelector('[data-busy]') ? BUSY : IDLE);
