// Guichet's bubble: <script src="https://HOST/widget.js" data-town="SLUG" async></script>
// puts a button on the page that opens the questions in a panel. Everything
// stands in a shadow tree; nothing is stored and nothing global is left behind.
(() => {
  'use strict';
  const script = document.currentScript ?? document.querySelector('script[src*="/widget.js"][data-town]');
  if (!script) return;
  const origin = new URL(script.src).origin;
  const town = script.dataset.town ?? '';
  const language = script.dataset.lang ?? '';
  const query = new URLSearchParams({ town });
  if (language) query.set('lang', language);

  const css = `
    :host { all: initial; font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; font-size: 16px; line-height: 1.4; }
    button { font: inherit; cursor: pointer; border: 0; }
    button:focus-visible { outline: 3px solid #fff; outline-offset: -6px; box-shadow: 0 0 0 3px #1c2126; }
    [hidden] { display: none !important; }
    .bubble { position: fixed; z-index: 2147483000; right: max(1rem, env(safe-area-inset-right)); bottom: max(1rem, env(safe-area-inset-bottom));
      display: flex; align-items: center; gap: .6rem; min-height: 56px; padding: 0 1.4rem 0 1.1rem; border-radius: 28px;
      color: var(--on); background: var(--town); font-weight: 600; box-shadow: 0 4px 18px rgb(0 0 0 / .25); border: 1px solid transparent; }
    svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
    dialog { position: fixed; z-index: 2147483001; inset: auto max(1rem, env(safe-area-inset-right)) max(1rem, env(safe-area-inset-bottom)) auto; margin: 0; padding: 0; border: 1px solid rgb(0 0 0 / .2);
      width: min(26rem, calc(100vw - 2rem)); height: min(42rem, calc(100dvh - 2rem)); max-width: none; max-height: none; border-radius: 14px; overflow: hidden; background: #f6f5f2; box-shadow: 0 12px 48px rgb(0 0 0 / .3); }
    dialog[open] { display: flex; flex-direction: column; }
    dialog::backdrop { background: rgb(0 0 0 / .4); }
    .bar { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: 0 .25rem 0 1.1rem; min-height: 52px; color: var(--on); background: var(--town); }
    .bar p { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
    .bar button { flex: none; display: grid; place-items: center; width: 44px; height: 44px; color: inherit; background: none; border-radius: 8px; }
    iframe { flex: 1; width: 100%; border: 0; }
    @media (max-width: 480px), (max-height: 420px) { dialog { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; } }
    @media (prefers-color-scheme: dark) { dialog { background: #14181c; } }
    @media print { .bubble, dialog { display: none !important; } }`;

  const element = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  const icon = (path) => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    const p = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    p.setAttribute('d', path);
    svg.append(p);
    return svg;
  };

  function put(words) {
    const host = element('div', { 'data-guichet': '' });
    const root = host.attachShadow({ mode: 'open' });
    const label = element('span');
    label.textContent = words.open;
    const bubble = element('button', { type: 'button', class: 'bubble', 'aria-haspopup': 'dialog', 'aria-expanded': 'false' },
      icon('M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM8 9h8M8 12.5h5'), label);
    const title = element('p');
    title.textContent = words.name;
    const close = element('button', { type: 'button', 'aria-label': words.close, title: words.close }, icon('M6 6l12 12M18 6L6 18'));
    const panel = element('dialog', { 'aria-label': words.title }, element('div', { class: 'bar' }, title, close));
    let frame = null;

    const full = matchMedia('(max-width: 480px), (max-height: 420px)');
    const open = () => {
      if (!frame) { // nothing is loaded before somebody asks for it
        frame = element('iframe', { src: `${origin}/?embed=1&${query}`, title: words.title, referrerpolicy: 'origin' });
        panel.append(frame);
      }
      if (full.matches) panel.showModal();
      else panel.show();
      bubble.hidden = true;
      bubble.setAttribute('aria-expanded', 'true');
      frame.focus();
    };
    const shut = () => panel.open && panel.close();
    panel.addEventListener('close', () => {
      bubble.hidden = false;
      bubble.setAttribute('aria-expanded', 'false');
      bubble.focus();
    });
    panel.addEventListener('keydown', (e) => e.key === 'Escape' && shut());
    bubble.addEventListener('click', open);
    close.addEventListener('click', shut);
    addEventListener('message', (e) => {
      if (frame && e.source === frame.contentWindow && e.origin === origin && e.data?.guichet === 'close') shut();
    });

    // A constructed sheet is allowed by the strictest policy of the page around.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    host.style.setProperty('--town', words.color);
    host.style.setProperty('--on', words.onColor);
    root.append(bubble, panel);
    document.body.append(host);
  }

  const start = () => fetch(`${origin}/widget.json?${query}`, { credentials: 'omit' })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`HTTP ${answer.status}`))))
    .then(put)
    .catch((reason) => console.warn('Guichet: no bubble,', reason.message));
  if (document.body) start();
  else addEventListener('DOMContentLoaded', start);
})();
