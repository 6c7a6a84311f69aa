// A number to call in an emergency, as a link that is large enough for a hand
// that shakes. The server says where it leads, and only for its own words.

import { el } from './elements.js';

// call is the unit as a link, or as text where no one number is known. describedBy
// is the element that is read after it, or null.
export function call(unit, describedBy) {
  if (!/^(tel|sms):\d+$/.test(unit.call ?? '')) return unit.text;
  const [, number, what] = unit.text.match(/^([\d\s]+?)\s*:\s*(.*)$/s) ?? [null, unit.text, ''];
  return el('a', { class: 'call', href: unit.call, 'aria-describedby': describedBy },
    el('strong', {}, number), what && ' ', what && el('span', {}, what));
}
