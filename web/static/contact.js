// Ways to reach people: the town's contact, shown as a card, and links where an
// answer names it or a number or an address to write to that the cited words have.
// What stands in an answer's text alone never becomes a link.

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

// reachable finds French phone numbers, their pairs of figures set apart alike, and
// addresses to write to.
const reachable = new RegExp([
  String.raw`(?<![\d+])(?:\+33\s?|0)[1-9](?:(?:\s?\d{2}){4}|(?:\.\d{2}){4}|(?:-\d{2}){4})(?!\d)`,
  String.raw`(?<![\d+])0\s?8\d{2}\s?\d{3}\s?\d{3}(?!\d)`,
  String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`,
].join('|'), 'g');

// reached is where a number or an address leads.
function reached(words) {
  return words.includes('@') ? 'mailto:' + words : 'tel:' + words.replace(/[^\d+]/g, '').replace(/^\+33/, '0');
}

// linked is the text as nodes, with links where it names the contact, or what the
// quotes that it rests on have to call or to write to.
export function linked(text, quotes = []) {
  const own = ways(settings.contact);
  const theirs = new Set(quotes.flatMap((quote) => [...quote.matchAll(reachable)]).map(([words]) => reached(words)));
  const found = [
    ...own.length ? [...text.matchAll(pattern(own.map(([words]) => words)))].map((match) => {
      const bare = match[0].replace(/\s/g, '');
      return { match, href: own.find(([words]) => words.replace(/\s/g, '') === bare)[1] };
    }) : [],
    ...[...text.matchAll(reachable)].map((match) => ({ match, href: reached(match[0]) })).filter(({ href }) => theirs.has(href)),
  ].sort((a, b) => a.match.index - b.match.index);
  const nodes = [];
  let from = 0;
  for (const { match, href } of found) {
    if (match.index < from) continue; // both found it
    nodes.push(text.slice(from, match.index), el('a', { href }, match[0]));
    from = match.index + match[0].length;
  }
  return [...nodes, text.slice(from)].filter((node) => node !== '');
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
