// The resident's page: a conversation over /ws, by the frames of
// docs/protocol.md. A turn that is under way when the line is lost, or the
// page is reloaded, is asked for again with the number of its last unit; the
// server takes it up from there.

import { Connection } from './connection.js';
import { uuid } from './elements.js';
import { Memory } from './memory.js';
import { settings, t } from './texts.js';
import { TurnView } from './turn.js';

const byID = (id) => document.getElementById(id);
const form = byID('ask'), box = byID('question'), send = byID('send'), stop = byID('stop'), fresh = byID('new');
const log = byID('log'), intro = byID('intro'), suggestions = byID('suggestions'), status = byID('status'), count = byID('count');

const memory = new Memory();
const views = new Map(); // turn id -> its view
let running = null; // the turn under way
let following = false; // the page moves along with the answer

const connection = new Connection(settings.socket, { onState, onFrame });

// --- what the server says

function onFrame(frame) {
  const turn = memory.turns.find((x) => x.id === frame.turn);
  if (frame.type === 'error' && turn !== running) {
    say(frame.message, true); // of the connection, or of an opinion that was sent
    return;
  }
  if (!turn || turn !== running) return; // of a conversation that was left
  switch (frame.type) {
    case 'progress':
      say(t('composing'));
      break;
    case 'sources':
      break; // those that are cited come with their units
    case 'delta':
      // A unit that is there already comes again after a resume.
      if (frame.unit.n !== turn.units.length + 1) return;
      turn.units.push(frame.unit);
      views.get(turn.id).addUnit(frame.unit);
      say(frame.unit.alarm ? '' : t('continuing')); // nothing is said into an alarm
      follow(turn);
      memory.save();
      break;
    case 'done':
      Object.assign(turn, { state: frame.state, outcome: frame.outcome, mode: frame.mode, contact: frame.contact ?? null });
      end(turn, frame.state === 'complete' && frame.outcome !== 'emergency' ? t('done') : '');
      break;
    case 'error':
      Object.assign(turn, { state: 'failed', error: frame.message, retry: Boolean(frame.retry), contact: frame.contact ?? null });
      end(turn, '');
      break;
  }
}

function onState(state) {
  document.body.dataset.state = state;
  if (state === 'open') {
    say('');
    if (running) {
      ask(running);
      if (running.stopped) stopAnswer(); // it was stopped while the line was lost
    }
  } else {
    say(t({ connecting: 'connecting', lost: 'reconnecting', offline: 'offline' }[state]), state === 'offline');
  }
  controls();
}

// --- what the resident does

function submit() {
  const question = box.value.trim();
  if (!question) {
    say(t('empty'), true);
    box.focus();
    return;
  }
  if (length(question) > settings.maxQuestion) return; // the counter says so
  if (running) {
    say(t('wait'));
    return;
  }
  const turn = { id: uuid(), question, units: [], state: 'running', feedback: '' };
  if (!ask(turn)) {
    say(t('notsent'), true);
    connection.open();
    return;
  }
  box.value = '';
  memory.draft = '';
  begin(turn);
}

// ask sends the turn's question, or asks for the rest of its answer.
function ask(turn) {
  const sent = connection.send({
    type: 'ask',
    conversation: memory.conversation,
    turn: turn.id,
    question: turn.question,
    language: settings.language,
    after: turn.units.length,
  });
  if (sent) {
    connection.expect(true);
    say(t(turn.units.length ? 'continuing' : 'writing'));
  }
  return sent;
}

function begin(turn) {
  memory.turns.push(turn);
  memory.save();
  running = turn;
  const view = show(turn);
  following = true;
  view.element.scrollIntoView({ block: 'nearest' });
  follow(turn);
  size();
  controls();
  box.focus({ preventScroll: true });
}

function end(turn, said) {
  running = null;
  connection.expect(false);
  views.get(turn.id).finish();
  // A question that got nothing goes back into the box, if that is free.
  if (turn.state === 'failed' && !turn.units.length && !box.value) {
    box.value = turn.question;
    typed();
  }
  memory.save();
  if (document.activeElement === stop) box.focus({ preventScroll: true });
  say(said);
  controls();
  follow(turn);
  // Nothing comes before the numbers, neither for the ear nor, on a phone, for
  // the keyboard on its screen; but whoever writes on is not disturbed.
  if (turn.outcome === 'emergency' && !box.value) views.get(turn.id).toNumbers();
}

function retry(turn) {
  if (running) {
    say(t('wait'));
    return;
  }
  const again = { id: uuid(), question: turn.question, units: [], state: 'running', feedback: '' };
  if (!ask(again)) {
    say(t('notsent'), true);
    return;
  }
  if (box.value === turn.question) box.value = '';
  turn.retried = true;
  views.get(turn.id).finish();
  begin(again);
}

function feedback(turn) {
  const sent = connection.send({ type: 'feedback', turn: turn.id, value: turn.feedback, comment: turn.comment ?? '' });
  if (sent) memory.save();
  return sent;
}

function stopAnswer() {
  if (!running) return;
  running.stopped = true;
  connection.send({ type: 'stop', turn: running.id });
}

function startAnew() {
  if (running) {
    connection.send({ type: 'stop', turn: running.id });
    running = null;
    connection.expect(false);
  }
  memory.clear();
  views.clear();
  log.replaceChildren();
  box.value = '';
  typed();
  controls();
  say(t('new'));
  box.focus();
}

// --- the page

function show(turn) {
  const view = new TurnView(turn, { retry, feedback });
  views.set(turn.id, view);
  log.append(view.element);
  return view;
}

function say(text, problem = false) {
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle('problem', problem);
}

function controls() {
  const started = memory.turns.length > 0;
  intro.classList.toggle('small', started);
  if (suggestions) suggestions.hidden = started;
  fresh.hidden = !started;
  stop.hidden = !running;
  send.hidden = Boolean(running);
}

// follow keeps the growing answer in view, but never scrolls its beginning
// away, nor moves a page that the reader has moved.
function follow(turn) {
  if (!following) return;
  const article = views.get(turn.id).element.getBoundingClientRect();
  const room = form.getBoundingClientRect();
  const sticky = getComputedStyle(form).position === 'sticky';
  const bottom = sticky ? Math.min(room.top, innerHeight) : innerHeight;
  const by = Math.min(article.bottom - bottom + 16, article.top - 16);
  if (by > 0) scrollBy({ top: by });
}

// length counts characters as the server does.
function length(text) {
  return Array.from(text).length;
}

function typed() {
  size();
  const left = settings.maxQuestion - length(box.value.trim());
  count.textContent = left < 0 ? t('toolong', { N: -left }) : left <= 200 ? t('count', { N: left }) : '';
  count.classList.toggle('problem', left < 0);
  box.toggleAttribute('aria-invalid', false);
  if (left < 0) box.setAttribute('aria-invalid', 'true');
  if (status.classList.contains('problem') && connection.state === 'open') say('');
  memory.draft = box.value;
  memory.save();
}

function size() {
  box.rows = Math.min(6, Math.max(1, box.value.split('\n').length, Math.ceil(box.value.length / 60)));
  // With large letters, the box would stand before most of an answer.
  form.classList.toggle('tall', form.offsetHeight > innerHeight / 2);
}

addEventListener('resize', size);
form.addEventListener('submit', (e) => {
  e.preventDefault();
  submit();
});
// Enter sends, Shift and Enter begin a line. It is the line break that is
// caught, and not the key, since keyboards on the screen may not name theirs.
let shifted = false;
box.addEventListener('keydown', (e) => { shifted = e.shiftKey; });
box.addEventListener('beforeinput', (e) => {
  if (e.inputType !== 'insertLineBreak' || shifted) return;
  e.preventDefault();
  submit();
});
box.addEventListener('input', typed);
stop.addEventListener('click', stopAnswer);
fresh.addEventListener('click', startAnew);
suggestions?.addEventListener('click', (e) => {
  const button = e.target.closest('button');
  if (!button) return;
  box.value = button.textContent;
  typed();
  submit();
});
for (const moved of ['wheel', 'touchmove']) addEventListener(moved, () => { following = false; }, { passive: true });
addEventListener('keydown', (e) => {
  if (['PageUp', 'PageDown', 'Home', 'End', 'ArrowUp', 'ArrowDown', 'Tab'].includes(e.key)) following = false;
  // In the bubble, Escape goes to the page around.
  if (e.key === 'Escape' && parent !== window) parent.postMessage({ guichet: 'close' }, '*');
});

// What was said before a reload is shown at once and not announced again.
log.setAttribute('aria-live', 'off');
for (const turn of memory.turns) show(turn);
setTimeout(() => log.setAttribute('aria-live', 'polite'), 100);
running = memory.turns.find((x) => x.state === 'running') ?? null;
box.value = memory.draft;
form.hidden = false;
controls();
typed();
say(t('connecting'));
connection.open();
if (memory.turns.length) log.lastElementChild.scrollIntoView({ block: 'start' });
if (document.body.classList.contains('embed')) box.focus({ preventScroll: true });
