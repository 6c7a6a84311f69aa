// The town's contact: shown as a card, and made into links where an answer
// names it. Only what the town itself has set becomes a link; an answer's text
// never does.

import { el, safeURL } from './elements.js';
import { settings, t } from './texts.js';

// ways are the contact's address words and where they lead.
function ways(c) {
  return [
    c.phone && [c.phone, 'tel:' + c.phone.replace(/[^\d+]/g, '')],
    c.email && [c.email, 'mailto:' + c.email],
    safeURL(c.url) && [c.url, safeURL(c.url)],
  ].filter(Boolean);
}

// pattern finds the words, whatever the spaces in a phone number.
function pattern(words) {
  const one = (w) => w.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s?');
  return new RegExp(words.map(one).join('|'), 'g');
}

// linked is the text as nodes, with links where it names the contact.
export function linked(text) {
  const known = ways(settings.contact);
  if (!known.length) return [text];
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(pattern(known.map(([words]) => words)))) {
    const bare = found[0].replace(/\s/g, '');
    const way = known.find(([words]) => words.replace(/\s/g, '') === bare);
    nodes.push(text.slice(from, found.index), el('a', { href: way[1] }, found[0]));
    from = found.index + found[0].length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

// named says whether the units name a way to reach the contact.
export function named(units, c) {
  const known = ways(c).map(([words]) => words);
  return known.length > 0 && units.some((u) => u.text.search(pattern(known)) >= 0);
}

// contactCard says whom to turn to, by links that call and write.
export function contactCard(c) {
  const lines = [];
  const line = (label, href, text) => lines.push(el('li', {}, label + ' ', el('a', { href }, text)));
  if (c.phone) line(t('contact.phone'), 'tel:' + c.phone.replace(/[^\d+]/g, ''), c.phone);
  if (c.email) line(t('contact.email'), 'mailto:' + c.email, c.email);
  if (safeURL(c.url)) line(t('contact.site'), safeURL(c.url), c.url.replace(/^https?:\/\//, '').replace(/\/$/, ''));
  if (!lines.length && !c.name && !c.address) return null;
  return el('div', { class: 'contact-card' },
    el('h3', {}, t('contact')),
    el('address', { class: 'contact' },
      c.name ? el('p', { class: 'contact-name' }, c.name) : null,
      lines.length ? el('ul', {}, ...lines) : null,
      c.address ? el('p', {}, c.address) : null,
      c.hours ? el('p', {}, c.hours) : null));
}
