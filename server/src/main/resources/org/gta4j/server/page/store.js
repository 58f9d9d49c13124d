// Conversations in the browser's storage, one entry each, so that one that is damaged or too large takes no other with it.
//
//   gta4j.conversation.ID   {version, id, title, created, changed, mode, system, parameters, messages}
//   gta4j.settings          {mode, system, parameters}: what a new conversation begins with
//   gta4j.theme             light or dark
//
// A message is {role: 'user', content} or {role: 'assistant', versions, shown}, where a version is one answer:
// {content, reasoning, state, finish, error, code, usage: {prompt, completion, cached}, speed, model}.

const PREFIX = 'gta4j.conversation.';
const SETTINGS = 'gta4j.settings';
const VERSION = 1;
const STATES = ['done', 'stopped', 'failed', 'interrupted'];

/** A new conversation; randomUUID is only for pages that came over TLS. */
export function begin({ mode = 'chat', system = '', parameters = {} } = {}) {
  const now = Date.now();
  return { version: VERSION, id: newId(), title: '', created: now, changed: now, mode, system, parameters: { ...parameters }, messages: [] };
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const answerOf = (message) => message.versions[message.shown];

/** The text that a conversation in text mode is. */
export const textOf = (messages) =>
  messages.map((message) => (message.role === 'user' ? message.content : answerOf(message).content)).join('');

/** What a conversation is called: its own title, or how its first message begins. */
export function titleOf(conversation) {
  if (conversation.title) return conversation.title;
  const first = conversation.messages.find((message) => message.role === 'user');
  const words = first?.content.trim().replace(/\s+/g, ' ') ?? '';
  return words.length > 60 ? `${words.slice(0, 57).trimEnd()}…` : words || 'New conversation';
}

/** A conversation from its text, or an Error that says what is wrong with it. */
export function read(value) {
  const check = (right, wanted) => {
    if (!right) throw new Error(`it has no ${wanted}`);
  };
  check(value !== null && typeof value === 'object', 'conversation');
  if (value.version > VERSION) throw new Error('it was written by a newer version of this page');
  check(value.version === VERSION, 'version');
  check(typeof value.id === 'string' && /^[0-9a-f]{8,64}$/.test(value.id), 'id');
  check(Array.isArray(value.messages), 'messages');
  const messages = value.messages.map((message, i) => {
    if (message?.role === 'user') {
      check(typeof message.content === 'string', `content in message ${i + 1}`);
      return { role: 'user', content: message.content };
    }
    check(message?.role === 'assistant', `role in message ${i + 1}`);
    check(Array.isArray(message.versions) && message.versions.length > 0, `answer in message ${i + 1}`);
    const versions = message.versions.map((version) => readAnswer(version, () => check(false, `content in message ${i + 1}`)));
    const shown = Number.isInteger(message.shown) && message.shown in versions ? message.shown : versions.length - 1;
    return { role: 'assistant', versions, shown };
  });
  const text = (field) => (typeof value[field] === 'string' ? value[field] : '');
  const time = (field) => (Number.isFinite(value[field]) ? value[field] : 0);
  return {
    version: VERSION, id: value.id, title: text('title'), created: time('created'), changed: time('changed'),
    mode: value.mode === 'text' ? 'text' : 'chat', system: text('system'), parameters: readParameters(value.parameters), messages,
  };
}

function readAnswer(value, wrong) {
  if (typeof value?.content !== 'string') wrong();
  const text = (field) => (typeof value[field] === 'string' ? value[field] : '');
  const count = (field) => (Number.isFinite(value.usage?.[field]) ? value.usage[field] : 0);
  return {
    content: value.content,
    reasoning: text('reasoning'),
    // An answer that was being written when its page was closed.
    state: STATES.includes(value.state) ? value.state : 'interrupted',
    finish: text('finish'), error: text('error'), code: text('code'), model: text('model'),
    usage: value.usage ? { prompt: count('prompt'), completion: count('completion'), cached: count('cached') } : null,
    speed: Number.isFinite(value.speed) ? value.speed : 0,
  };
}

function readParameters(value) {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, number]) => Number.isFinite(number)));
}

/** All conversations, in memory and, as far as it can be had, in storage. */
export class Store {
  /**
   * `changed(id)`: another tab changed or deleted a conversation; `trouble(text)`: storage does not keep what it is given, or, with null,
   * does again; `busy(id)`: whether an answer is being written into it here.
   */
  constructor({ changed, trouble, busy }) {
    this.conversations = new Map();
    this.unreadable = new Map();
    this.unsaved = new Set();
    this.written = new Map();
    this.trouble = trouble;
    try {
      this.storage = window.localStorage;
      for (let i = 0; i < this.storage.length; i++) {
        const key = this.storage.key(i);
        if (key.startsWith(PREFIX)) this.take(key, this.storage.getItem(key));
      }
    } catch {
      this.storage = null;
      trouble('The browser does not let this page store anything: conversations last until this page is closed. Export what you want to keep.');
    }
    window.addEventListener('storage', (event) => {
      if (!event.key?.startsWith(PREFIX)) return;
      const id = event.key.slice(PREFIX.length);
      // One that is being answered here is not touched: saving it finds out, and saves a copy.
      if (busy(id) || this.unsaved.has(id)) return;
      if (event.newValue === null) this.forget(id);
      else this.take(event.key, event.newValue);
      changed(id);
    });
    window.addEventListener('beforeunload', (event) => {
      if (this.unsaved.size > 0) event.preventDefault();
    });
  }

  take(key, raw) {
    const id = key.slice(PREFIX.length);
    try {
      const conversation = read(JSON.parse(raw));
      if (conversation.id !== id) throw new Error('its id is not its own');
      this.conversations.set(id, conversation);
      this.written.set(id, raw);
      this.unreadable.delete(key);
    } catch (failure) {
      this.unreadable.set(key, { raw, why: failure instanceof SyntaxError ? 'it is not JSON' : failure.message });
    }
  }

  forget(id) {
    this.conversations.delete(id);
    this.written.delete(id);
    this.unsaved.delete(id);
    this.unreadable.delete(PREFIX + id);
  }

  /** The newest first. */
  list() {
    return [...this.conversations.values()].sort((a, b) => b.changed - a.changed);
  }

  /** Keeps a conversation. What another tab made of it meanwhile stays as it is: this one then gets an id of its own. */
  save(conversation, changed = Date.now()) {
    conversation.changed = changed;
    const there = this.storage?.getItem(PREFIX + conversation.id) ?? null;
    if (there !== null && there !== this.written.get(conversation.id)) {
      const { id } = conversation;
      conversation.title = `${titleOf(conversation).slice(0, 190)} (copy)`;
      conversation.id = newId();
      this.forget(id);
      this.take(PREFIX + id, there);
    }
    this.conversations.set(conversation.id, conversation);
    this.unsaved.add(conversation.id);
    this.flush();
  }

  /** Writes what is not written yet, the rest too once there is room again. */
  flush() {
    if (this.storage === null) return;
    const before = this.unsaved.size;
    for (const id of this.unsaved) {
      const raw = JSON.stringify(this.conversations.get(id));
      try {
        this.storage.setItem(PREFIX + id, raw);
        this.written.set(id, raw);
        this.unsaved.delete(id);
      } catch {
        // Full. What was written of it before is still there.
      }
    }
    if (this.unsaved.size > 0) {
      this.trouble('The browser’s storage is full. This conversation goes on, but lasts only until this page is closed: export it, or delete others.');
    } else if (before > 0) {
      this.trouble(null);
    }
  }

  delete(id) {
    this.forget(id);
    this.storage?.removeItem(PREFIX + id);
    this.flush();
  }

  deleteUnreadable() {
    for (const key of this.unreadable.keys()) this.storage?.removeItem(key);
    this.unreadable.clear();
    this.flush();
  }

  export(conversations = this.list()) {
    return { format: 'gta4j conversations', version: VERSION, conversations };
  }

  /** Adds what `export` wrote, beside what is there; how many, or an Error in words. */
  import(text) {
    let file;
    try {
      file = JSON.parse(text);
    } catch {
      throw new Error('The file is not JSON.');
    }
    if (!Array.isArray(file?.conversations)) throw new Error('The file has no list "conversations": it is no export of this page.');
    const all = file.conversations.map((value, i) => {
      try {
        return read(value);
      } catch (failure) {
        throw new Error(`Conversation ${i + 1} of the file cannot be read: ${failure.message}.`);
      }
    });
    for (const conversation of all) {
      if (this.conversations.has(conversation.id)) conversation.id = newId();
      this.save(conversation, conversation.changed);
    }
    return all.length;
  }

  settings() {
    try {
      const value = JSON.parse(this.storage?.getItem(SETTINGS) ?? '{}');
      return {
        mode: value.mode === 'text' ? 'text' : 'chat',
        system: typeof value.system === 'string' ? value.system : '',
        parameters: readParameters(value.parameters),
      };
    } catch {
      return { mode: 'chat', system: '', parameters: {} };
    }
  }

  saveSettings({ mode, system, parameters }) {
    try {
      this.storage?.setItem(SETTINGS, JSON.stringify({ mode, system, parameters }));
    } catch {
      // A new conversation then begins with the settings before; this one has its own.
    }
  }
}
