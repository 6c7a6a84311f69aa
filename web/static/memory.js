// The conversation, kept on this device until its tab is closed, so that a
// reload shows it again. Where the browser keeps nothing (in some frames), it
// lives as long as the page.

import { uuid } from './elements.js';
import { settings } from './texts.js';

const KEY = 'guichet:' + settings.town;

function fresh() {
  return { conversation: uuid(), draft: '', turns: [] };
}

export class Memory {
  constructor() {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      // not readable, or not ours: begin anew
    }
    Object.assign(this, kept?.conversation && Array.isArray(kept.turns) ? kept : fresh());
  }

  save() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this));
    } catch {
      // full or forbidden: the page itself still has it
    }
  }

  clear() {
    Object.assign(this, fresh());
    this.save();
  }
}
