// The websocket: it opens itself, opens itself again when it is lost, and
// tells its state: "connecting", "open", "lost", "offline".

const VERSION = 1;
const FIRST_WAIT = 500; // ms before the first new attempt; doubled after each
const LONGEST_WAIT = 20000;
const SILENCE = 60000; // ms without a frame during an answer: the line is dead

export class Connection {
  #url;
  #socket = null;
  #wait = FIRST_WAIT;
  #timer = 0;
  #watchdog = 0;
  #expecting = false;

  constructor(address, { onState, onFrame }) {
    this.#url = new URL(address, location.href);
    this.#url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    this.onState = onState;
    this.onFrame = onFrame;
    this.state = 'connecting';
    addEventListener('online', () => this.#soon(0));
    addEventListener('offline', () => this.#lose());
    // The page goes away: the server is told, and stops its work soon, unless
    // this is a reload that asks for the rest.
    addEventListener('pagehide', () => this.#socket?.close(1000));
    addEventListener('pageshow', (e) => e.persisted && this.#soon(0));
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this.state !== 'open') this.#soon(0);
    });
  }

  open() {
    clearTimeout(this.#timer);
    if (this.#socket) return;
    if (!navigator.onLine) {
      this.#say('offline');
      return;
    }
    if (this.state === 'offline') this.#say('lost');
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#wait = FIRST_WAIT;
      this.#say('open');
    });
    socket.addEventListener('message', (e) => {
      this.#feed();
      let frame;
      try {
        frame = JSON.parse(e.data);
      } catch {
        return;
      }
      if (frame && frame.v === VERSION) this.onFrame(frame);
    });
    socket.addEventListener('close', () => socket === this.#socket && this.#lose());
  }

  // send returns whether the frame was handed to an open socket.
  send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify({ v: VERSION, ...frame }));
    this.#feed();
    return true;
  }

  // expect says whether frames should be coming: then silence means that the
  // line is dead, though the browser has not noticed.
  expect(yes) {
    this.#expecting = yes;
    this.#feed();
  }

  #feed() {
    clearTimeout(this.#watchdog);
    if (this.#expecting && this.#socket) this.#watchdog = setTimeout(() => this.#lose(), SILENCE);
  }

  #lose() {
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    if (!navigator.onLine) {
      this.#say('offline');
      return;
    }
    this.#say('lost');
    if (document.hidden && !this.#expecting) return; // taken up when the page is seen again
    this.#soon(this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
  }

  #soon(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), ms);
  }

  #say(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState(state);
  }
}
