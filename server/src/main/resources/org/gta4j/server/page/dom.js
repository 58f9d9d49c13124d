// What the other modules make the page with, and how numbers are written.

export const byId = (id) => document.getElementById(id);

/** An element; attributes that are functions become listeners, true and false become presence. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** One of the symbols that index.html defines. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** A button that is only a picture to the eye, with a name for everybody else. */
export function iconButton(name, picture, label, click) {
  return make('button', { type: 'button', class: `plain small ${name}`, 'aria-label': label, title: label, click }, icon(picture));
}

export const number = (value, digits = 0) =>
  value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: 0 });

/** Of tokens a second: three figures are as much as a measurement is good for. */
export const rate = (value) => number(value, value < 10 ? 2 : value < 100 ? 1 : 0);

export const plural = (count, word) => `${number(count)} ${word}${count === 1 ? '' : 's'}`;

/** With the field's prefixes of a thousand: 1.1 B parameters, 4.2 M. */
export function thousands(value) {
  for (const [size, unit] of [[1e12, ' T'], [1e9, ' B'], [1e6, ' M'], [1e3, ' k']]) {
    if (value >= size) return number(value / size, value < 100 * size ? 1 : 0) + unit;
  }
  return number(value);
}

export function bytes(value) {
  for (const [size, unit] of [[2 ** 30, ' GiB'], [2 ** 20, ' MiB'], [2 ** 10, ' KiB']]) {
    if (value >= size) return number(value / size, value < 100 * size ? 1 : 0) + unit;
  }
  return `${number(value)} B`;
}

/** Fills a meter to a share from 0 to 1, and paler by another one behind it; `text` says it in words. */
export function fill(meter, share, text, paler = 0) {
  const percent = Math.min(100, 100 * share);
  const rest = Math.min(100 - percent, 100 * paler);
  meter.setAttribute('aria-valuenow', (percent + rest).toFixed(1));
  meter.setAttribute('aria-valuetext', text || 'unknown');
  meter.firstElementChild.style.width = `${percent}%`;
  meter.lastElementChild.style.width = `${rest}%`;
}

/** Has a screen reader say a text, once it has finished what it is saying. The same text twice is said twice. */
export function announce(text) {
  const announcer = byId('announcer');
  announcer.replaceChildren(make('p', {}, text));
}

/** Shows a trouble above the conversation until it is dismissed; of one kind there is only the newest. */
export function notice(kind, text, ...buttons) {
  withdraw(kind);
  const box = make('div', { class: 'notice', 'data-kind': kind, role: 'alert' },
    make('p', {}, text), ...buttons,
    iconButton('dismiss', 'close', 'Dismiss this message', () => {
      box.remove();
      byId('prompt').focus();
    }));
  byId('notice').append(box);
}

export function withdraw(kind) {
  for (const box of [...byId('notice').children]) {
    if (box.dataset.kind === kind) box.remove();
  }
}

/** Offers a value as a JSON file. */
export function download(name, content) {
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  make('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Copies a text; says on the button whether it did. Pages that came without TLS have no clipboard API, hence the second way. */
export async function copy(text, button) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = make('textarea', { class: 'unseen', readonly: true, 'aria-label': 'To copy' });
    field.value = text;
    button.after(field);
    field.select();
    done = document.execCommand('copy');
    field.remove();
    button.focus();
  }
  announce(done ? 'Copied' : 'The browser does not let this page copy');
  button.dataset.done = done ? 'Copied' : 'Not copied';
  setTimeout(() => delete button.dataset.done, 1500);
}

/** Asks in a dialog; the answer is the field's text, true where there is no field, or null when the reader changed their mind. */
export function ask({ title, text = '', label, value = '', ok }) {
  const dialog = byId('ask');
  const field = byId('ask-field');
  byId('ask-title').textContent = title;
  byId('ask-text').textContent = text;
  byId('ask-text').hidden = !text;
  byId('ask-ok').textContent = ok;
  byId('ask-line').hidden = !label;
  byId('ask-label').textContent = label ?? '';
  field.value = value;
  field.required = Boolean(label);
  dialog.returnValue = '';
  dialog.showModal();
  if (label) field.select();
  else byId('ask-cancel').focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue !== 'ok' ? null : label ? field.value : true);
    }, { once: true });
  });
}
