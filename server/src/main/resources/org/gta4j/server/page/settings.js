// The settings' dialog: it writes into the conversation that is shown, which new ones then begin like.

import { PARAMETERS, TEXT_TOKENS } from './chat.js';
import { byId } from './dom.js';
import { key } from './api.js';

const THEME = 'gta4j.theme';
const fieldOf = (name) => byId(name.replace('_', '-'));

export class Settings {
  /** `changed()` after every change that is valid; `mode(name)` when another mode is wanted; the rest as named. */
  constructor({ changed, mode, exportAll, importFile }) {
    this.dialog = byId('settings');
    this.changed = changed;
    byId('settings-open').addEventListener('click', () => this.open());
    byId('settings-close').addEventListener('click', () => this.dialog.close());
    // A click on what lies behind it.
    this.dialog.addEventListener('click', (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
    byId('system').addEventListener('change', () => {
      this.conversation.system = byId('system').value;
      changed();
    });
    byId('mode').addEventListener('change', () => mode(byId('mode').value));
    for (const name of PARAMETERS) fieldOf(name).addEventListener('change', () => this.parameter(name));
    byId('parameters-reset').addEventListener('click', () => {
      this.conversation.parameters = {};
      this.show(this.conversation);
      changed();
    });
    byId('theme').addEventListener('change', () => setTheme(byId('theme').value));
    byId('theme-switch').addEventListener('click', () => setTheme(isDark() ? 'light' : 'dark'));
    byId('export-all').addEventListener('click', exportAll);
    byId('import-open').addEventListener('click', () => byId('import').click());
    byId('import').addEventListener('change', async (event) => {
      const [file] = event.target.files;
      if (file) byId('import-result').textContent = importFile(await file.text());
      event.target.value = '';
    });
    byId('key-forget').addEventListener('click', () => {
      key.set(null);
      byId('key-forget').hidden = true;
      byId('settings-close').focus();
    });
  }

  open() {
    byId('key-forget').hidden = key.get() === null;
    byId('theme').value = document.documentElement.dataset.theme ?? '';
    byId('import-result').textContent = '';
    this.show(this.conversation);
    this.dialog.showModal();
  }

  /** Whether the model can answer messages. */
  offer(chats) {
    const option = byId('mode').querySelector('[value=chat]');
    option.disabled = !chats;
    option.textContent = chats ? 'Answers messages' : 'Answers messages: this model has no chat template';
  }

  /** Puts a conversation's settings into the fields. */
  show(conversation) {
    this.conversation = conversation;
    byId('mode').value = conversation.mode;
    byId('system').value = conversation.system;
    byId('system-line').hidden = conversation.mode === 'text';
    for (const name of PARAMETERS) {
      const field = fieldOf(name);
      field.value = conversation.parameters[name] ?? '';
      field.removeAttribute('aria-invalid');
    }
    byId('max-tokens').placeholder = conversation.mode === 'text' ? TEXT_TOKENS : 'No limit';
    byId('parameters-error').textContent = '';
  }

  /** Takes a number over; one that is out of its range is not, and the reader is told the range. */
  parameter(name) {
    const field = fieldOf(name);
    const valid = field.validity.valid;
    if (valid && field.value === '') delete this.conversation.parameters[name];
    else if (valid) this.conversation.parameters[name] = field.valueAsNumber;
    field.toggleAttribute('aria-invalid', !valid);
    if (!valid) field.setAttribute('aria-invalid', 'true');
    const wrong = PARAMETERS.map(fieldOf).find((other) => other.hasAttribute('aria-invalid'));
    byId('parameters-error').textContent = wrong
      ? `${wrong.labels[0].textContent} is ${rangeOf(wrong)}; until then ${wrong.labels[0].textContent.toLowerCase()} stays as it was.` : '';
    if (valid) this.changed();
  }
}

function rangeOf(field) {
  const kind = field.step === '1' ? 'a whole number' : 'a number';
  if (field.min && field.max) return `${kind} from ${field.min} to ${field.max}`;
  return field.min ? `${kind} from ${field.min} up` : kind;
}

const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
};

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  try {
    if (theme) localStorage.setItem(THEME, theme);
    else localStorage.removeItem(THEME);
  } catch {
    // Then it lasts until the page is closed.
  }
}
