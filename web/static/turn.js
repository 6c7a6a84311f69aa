// A turn on the page: the question, the answer and its way on, and the
// resident's opinion of it.

import { Answer } from './answer.js';
import { contactCard, named } from './contact.js';
import { el, icon } from './elements.js';
import { settings, t } from './texts.js';

const THUMB_UP = 'M7 21H4V10h3m0 11V10m0 11h9.4a2.5 2.5 0 0 0 2.45-2l1.3-6.5A2 2 0 0 0 18.2 10H14V5.5A2.5 2.5 0 0 0 11.5 3L7 10';
const THUMB_DOWN = 'M17 3h3v11h-3m0-11v11m0-11H7.6a2.5 2.5 0 0 0-2.45 2l-1.3 6.5A2 2 0 0 0 5.8 14H10v4.5a2.5 2.5 0 0 0 2.5 2.5L17 14';

// Outcomes of which the mode says whose words they are: others cite for whom to ask alone.
const ANSWERS = new Set(['answered', 'partial']);

// Outcomes after which the way on is the town's contact.
const WITHOUT_ANSWER = new Set(['no_evidence', 'refused', 'failed']);

export class TurnView {
  #turn;
  #actions;
  #answer;
  #end;

  constructor(turn, actions) {
    this.#turn = turn;
    this.#actions = actions;
    this.#answer = new Answer(turn.id);
    this.#end = el('div', { class: 'end' });
    this.element = el('article', { class: 'turn running' },
      el('h2', { class: 'question', tabindex: '-1' }, el('span', { class: 'visually-hidden' }, t('you') + ' '), el('span', { class: 'asked', dir: 'auto' }, turn.question)),
      el('div', { class: 'reply' }, this.#answer.element, this.#end));
    for (const unit of turn.units) this.#answer.add(unit);
    if (turn.state !== 'running') this.finish();
  }

  addUnit(unit) {
    this.#answer.add(unit, true);
  }

  // toNumbers takes whoever is in danger to the first number to call.
  toNumbers() {
    this.#answer.toNumbers();
  }

  // finish shows what follows an answer that has come to its end.
  finish() {
    const turn = this.#turn;
    this.element.classList.remove('running');
    this.element.dataset.outcome = turn.outcome ?? '';
    this.#answer.finish(turn.mode);
    const parts = [];
    if (turn.state === 'cancelled') parts.push(note(t(turn.stopped ? 'stopped' : 'interrupted')));
    if (turn.state === 'failed') parts.push(note(turn.error || t('failed'), 'problem'));
    if (turn.mode === 'quoted' && ANSWERS.has(turn.outcome) && turn.units.some((u) => u.citations?.length)) parts.push(note(t('mode.quoted')));
    if (!turn.retried && (turn.retry || (turn.state === 'cancelled' && !turn.stopped))) {
      parts.push(el('button', { type: 'button', class: 'button', click: () => this.#actions.retry(turn) }, t('retry')));
    }
    const contact = turn.contact ?? (WITHOUT_ANSWER.has(turn.outcome) || turn.state === 'failed' ? settings.contact : null);
    if (contact && !named(turn.units, contact)) parts.push(contactCard(contact));
    if (turn.state === 'complete' && turn.outcome !== 'emergency') parts.push(this.#feedback());
    this.#end.replaceChildren(...parts.filter(Boolean));
  }

  #feedback() {
    const turn = this.#turn;
    const said = el('p', { class: 'note', role: 'status' });
    const send = () => {
      const sent = this.#actions.feedback(turn);
      said.textContent = t(sent ? 'feedback.thanks' : 'feedback.failed');
      return sent;
    };
    const area = el('textarea', { id: `comment-${turn.id}`, rows: '2', maxlength: '1000' });
    area.value = turn.comment ?? '';
    const comment = el('form', {
      class: 'comment',
      hidden: turn.feedback !== 'down',
      submit: (e) => {
        e.preventDefault();
        turn.comment = area.value.trim();
        if (send()) {
          comment.hidden = true;
          down.focus();
        }
      },
    }, el('label', { for: area.id }, t('feedback.comment')), area, el('button', { class: 'button' }, t('feedback.send')));
    if (turn.comment) comment.hidden = true;

    const thumb = (value, path) => el('button', {
      type: 'button',
      class: 'thumb',
      'aria-pressed': String(turn.feedback === value),
      'aria-label': t('feedback.' + value),
      title: t('feedback.' + value),
      click: () => {
        const before = turn.feedback;
        turn.feedback = before === value ? '' : value;
        if (!send()) turn.feedback = before;
        else if (!turn.feedback) said.textContent = '';
        up.setAttribute('aria-pressed', String(turn.feedback === 'up'));
        down.setAttribute('aria-pressed', String(turn.feedback === 'down'));
        comment.hidden = turn.feedback !== 'down';
      },
    }, icon(path));
    const up = thumb('up', THUMB_UP);
    const down = thumb('down', THUMB_DOWN);
    return el('div', { class: 'feedback', 'aria-live': 'off' },
      el('div', { class: 'thumbs', role: 'group', 'aria-label': t('feedback') }, el('span', { 'aria-hidden': 'true' }, t('feedback')), el('span', { class: 'pair' }, up, down)),
      comment, said);
  }
}

function note(text, kind = '') {
  return el('p', { class: ('note ' + kind).trim() }, text);
}
