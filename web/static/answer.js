// An answer on the page: its units as they come, then its sources. Units are
// added whole and never changed, so that a screen reader reads each once.

import { call } from './call.js';
import { linked } from './contact.js';
import { el, safeURL } from './elements.js';
import { settings, t } from './texts.js';

// foreign is the documents' language where it is not the page's: whoever listens
// hears their words spoken as such.
const foreign = settings.documents === settings.language ? null : settings.documents;

// spoken is the language of a unit, where it is known not to be the page's: that
// of the documents for their own words.
function spoken(unit) {
  if (unit.language) return unit.language;
  const bare = (text) => text.replace(/[\s|]+/g, ' ').trim();
  const words = bare((unit.cells ?? [unit.text]).join(' '));
  return unit.citations?.some((c) => bare(c.quote).includes(words)) ? foreign : null;
}

export class Answer {
  #turn;
  #block = null; // the element that the next unit may join
  #kind = '';
  #header = '';
  #entries = new Map(); // source number -> its place in the list
  #list;
  #sources;
  #alarm = null; // what is read out before all else

  constructor(turnID) {
    this.#turn = turnID;
    this.body = el('div', { class: 'answer' });
    this.#list = el('ol', { class: 'sources' });
    // The list is read on request: units alone are announced.
    this.#sources = el('section', { class: 'source-part', 'aria-live': 'off', hidden: true },
      el('h3', {}, t('sources')), this.#list);
    this.element = el('div', {}, this.body, this.#sources);
  }

  // add shows the unit. One that is live is announced; others come back with the page.
  add(unit, live = false) {
    if (unit.alarm) {
      this.#warn(unit, live);
      return;
    }
    const marks = this.#marks(unit.citations ?? []);
    switch (unit.kind) {
      case 'heading':
        this.#close();
        this.body.append(el('h3', { dir: 'auto', lang: spoken(unit) }, ...glued(unit.text, marks, quotesOf(unit))));
        break;
      case 'item':
        if (!this.#continues('item', '', unit.break)) this.#open('item', '', el('ul'));
        this.#block.append(el('li', { dir: 'auto', lang: spoken(unit) }, ...(safeURL(unit.link) ? [page(safeURL(unit.link), unit.text)] : glued(unit.text, marks, quotesOf(unit))), ...original(unit)));
        break;
      case 'row':
        this.#row(unit, marks);
        break;
      default:
        if (!this.#continues('sentence', '', unit.break)) this.#open('sentence', '', el('p', { dir: 'auto' }));
        else this.#block.append(' ');
        this.#block.append(el('span', { class: 'unit', lang: spoken(unit) }, ...glued(unit.text, marks, quotesOf(unit)), ...original(unit)));
    }
  }

  // finish shows the sources, which would push the growing answer about, and
  // their quotes: in an answer that is quotes itself they stay folded.
  finish(mode) {
    // A table that has room for itself is no stop of the Tab key.
    for (const box of this.body.querySelectorAll('.scroll')) observe(box);
    this.#sources.hidden = this.#entries.size === 0;
    if (mode === 'quoted') return;
    for (const details of this.#list.querySelectorAll('details')) details.open = true;
  }

  // toNumbers takes the reader to the first number to call, if there is one.
  toNumbers() {
    const first = this.#alarm?.querySelector('a');
    if (!first) return;
    first.focus({ preventScroll: true });
    this.#alarm.scrollIntoView({ block: 'nearest' });
  }

  // warn shows what whoever is in danger has to do, and whom to call.
  #warn(unit, live) {
    if (!this.#alarm) {
      this.#close();
      this.#alarm = el('div', { class: 'alarm', role: live ? 'alert' : null, 'aria-atomic': live ? 'false' : null });
      this.body.append(this.#alarm);
    }
    if (unit.kind !== 'item') {
      this.#alarm.append(el('p', { id: `alarm-${this.#turn}`, lang: spoken(unit) }, unit.text));
      return;
    }
    if (this.#alarm.lastElementChild?.tagName !== 'UL') this.#alarm.append(el('ul', { class: 'calls' }));
    const list = this.#alarm.lastElementChild;
    // The first number, which gets the focus, is read with what to do.
    list.append(el('li', { lang: spoken(unit) }, call(unit, list.hasChildNodes() ? null : `alarm-${this.#turn}`)));
  }

  #row(unit, marks) {
    const cells = unit.cells?.length ? unit.cells : [unit.text];
    const names = unit.header ?? [];
    const header = JSON.stringify(names);
    if (!this.#continues('row', header, unit.break)) {
      const { box, body } = emptyTable(names);
      this.body.append(box);
      this.#block = body;
      this.#kind = 'row';
      this.#header = header;
    }
    const last = cells.reduce((filled, c, i) => (c ? i : filled), 0);
    this.#block.append(el('tr', { role: 'row', lang: spoken(unit) }, ...cells.map((c, i) => cell(names[i], c, quotesOf(unit), i === last ? [marks, ...original(unit)] : []))));
  }

  #continues(kind, header, fresh) {
    return this.#block !== null && !fresh && this.#kind === kind && this.#header === header;
  }

  #open(kind, header, element) {
    this.#block = element;
    this.#kind = kind;
    this.#header = header;
    this.body.append(element);
  }

  #close() {
    this.#block = null;
    this.#kind = '';
  }

  // marks are the small numbers after a unit, which lead to the quotes.
  #marks(citations) {
    const box = document.createDocumentFragment();
    const seen = new Set();
    for (const c of citations) {
      const entry = this.#entry(c);
      if (seen.has(entry.number)) continue;
      seen.add(entry.number);
      box.append(el('button', {
        type: 'button',
        class: 'mark',
        'aria-label': t('source', { N: entry.number, Title: c.title }),
        click: () => {
          this.#sources.hidden = false;
          reveal(entry, c.quote);
        },
      }, String(entry.number)));
    }
    return box;
  }

  // entry is the citation's source in the list, with its quote; sources are
  // numbered for the reader in the order in which they are first cited.
  #entry(c) {
    let entry = this.#entries.get(c.n);
    if (!entry) {
      const path = sectionPath(c);
      // A further section of a page that stands there already is named alone.
      const further = path && [...this.#entries.values()].some((e) => e.document === c.document);
      entry = { number: this.#entries.size + 1, document: c.document, quotes: new Map() };
      this.#entries.set(c.n, entry);
      const url = safeURL(c.url);
      const name = further ? path : c.title;
      const title = [
        further ? el('span', { class: 'visually-hidden', lang: foreign }, c.title + ', ') : '',
        url ? page(url, name, foreign) : el('span', { lang: foreign }, name),
      ];
      entry.details = el('details', {}, el('summary', {}, t('quotes')));
      entry.item = el('li', { id: `source-${this.#turn}-${entry.number}` },
        el('p', { class: 'source-title' }, ...title, ' ',
          further ? '' : el('span', { class: c.shared ? 'badge national' : 'badge' }, t(c.shared ? 'source.national' : 'source.town'))),
        further ? null : section(path),
        entry.details);
      this.#list.append(entry.item);
    }
    if (c.quote && !entry.quotes.has(c.quote)) {
      const quote = el('blockquote', { tabindex: '-1', dir: 'auto', lang: foreign }, c.quote);
      entry.quotes.set(c.quote, quote);
      entry.details.append(quote);
    }
    entry.details.hidden = entry.quotes.size === 0;
    return entry;
  }
}

// emptyTable is a table without rows in a box that scrolls where it is too
// narrow. On a phone a table of several columns is stacked (chat.css), which takes
// the roles of its elements away: they are named.
function emptyTable(names) {
  const body = el('tbody', { role: 'rowgroup' });
  const head = names.length && el('thead', { role: 'rowgroup' },
    el('tr', { role: 'row' }, ...names.map((name) => el('th', { scope: 'col', role: 'columnheader' }, name))));
  const table = el('table', { role: 'table', class: names.length > 2 ? 'stack' : null }, head || null, body);
  return { body, box: el('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': names.filter(Boolean).join(', ') || t('answer') }, table) };
}

// cell is a cell with the name of its column, which is seen where rows are
// stacked. The marks keep to the line of its last word.
function cell(name, text, quotes, after) {
  const [marks = document.createDocumentFragment(), ...rest] = after;
  return el('td', { role: 'cell', class: text ? null : 'empty' },
    name ? el('span', { class: 'column', 'aria-hidden': 'true' }, name) : null,
    el('span', { class: 'value', dir: 'auto' }, ...glued(text, marks, quotes), ...rest));
}

// page is a link to a page of a document, which opens beside the conversation.
function page(url, title, lang = null) {
  return el('a', { href: url, target: '_blank', rel: 'noopener' }, el('span', { lang }, title), el('span', { class: 'visually-hidden' }, ' ' + t('source.newtab')));
}

// section shows the part of the document that is cited, by the path of its headings.
function section(path) {
  return path ? el('p', { class: 'source-section' }, el('span', { class: 'visually-hidden' }, t('source.section') + ' '), el('span', { lang: foreign }, path)) : null;
}

// sectionPath is the headings that the cited passage stands under; empty where these say
// no more than the title.
function sectionPath(c) {
  return (c.where ?? '').split(' > ').filter((heading) => heading && heading !== c.title).join(' › ');
}

// original shows, beside a unit in another language than its source, the
// source's own words.
function original(unit) {
  if (!unit.original) return [];
  const quotes = [...new Set(quotesOf(unit))];
  return quotes.length ? [' ', el('q', { class: 'original', lang: unit.original }, quotes.join(' '))] : [];
}

// glued keeps the marks on the line of the last word. Quotes are the cited words.
function glued(text, marks, quotes) {
  const nodes = linked(text, quotes);
  const last = nodes.at(-1);
  if (!marks.childNodes.length || !last) return [...nodes, marks];
  if (typeof last !== 'string') return [...nodes.slice(0, -1), el('span', { class: 'glued' }, last, marks)];
  const at = last.lastIndexOf(' ') + 1;
  if (last.length - at > 12) return [...nodes, marks];
  return [...nodes.slice(0, -1), last.slice(0, at), el('span', { class: 'glued' }, last.slice(at), marks)];
}

// quotesOf are the words that a unit rests on.
function quotesOf(unit) {
  return (unit.citations ?? []).map((c) => c.quote).filter(Boolean);
}

// reveal opens the source and takes the reader to the words that were cited.
function reveal(entry, quote) {
  entry.details.open = true;
  const target = entry.quotes.get(quote) ?? entry.details;
  for (const lit of document.querySelectorAll('.lit')) lit.classList.remove('lit');
  target.classList.add('lit');
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: 'center', behavior: calm() ? 'auto' : 'smooth' });
}

// observe lets a box be a stop of the Tab key while it scrolls.
function observe(box) {
  new ResizeObserver(() => {
    box.tabIndex = box.scrollWidth > box.clientWidth ? 0 : -1;
  }).observe(box);
}

function calm() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
