// The page put together: which conversation is shown, what is sent, what is said about it.

import { key } from './api.js';
import { emptyAnswer, Runs, speedOf } from './chat.js';
import { announce, byId, download, fill, make, notice, number, plural, rate, withdraw } from './dom.js';
import { Health } from './health.js';
import { ConversationView, stats } from './messages.js';
import { Models } from './models.js';
import { Settings } from './settings.js';
import { Sidebar } from './sidebar.js';
import { answerOf, begin, Store, textOf, titleOf } from './store.js';

/** The tab's conversation after a reload. */
const OPEN = 'gta4j.open';
/** Longer answers a screen reader is told the beginning of; the reader finds the rest in the list of messages. */
const SPOKEN = 600;
const BUSY = 'The answer before is still being written: Esc stops it';

const prompt = byId('prompt');
const drafts = new WeakMap();
const models = new Models();
let conversation;

const runs = new Runs({ grown, ended, save });
const store = new Store({
  changed: changedElsewhere,
  trouble: (text) => (text === null ? withdraw('storage') : notice('storage', text, exportButton())),
  busy: (id) => runs.of(store.conversations.get(id)) !== undefined,
});
const view = new ConversationView({
  edit: (shown) => shown.edit(sendAgain),
  regenerate,
  continueAsText,
  wholeText: () => textOf(conversation.messages),
  another: (index) => {
    conversation.messages.at(-1).shown = index;
    save(conversation, conversation.changed);
    refresh();
    const { shown, versions } = conversation.messages.at(-1);
    announce(`Answer ${shown + 1} of ${versions.length}`);
  },
});
const settings = new Settings({
  changed: settingsChanged,
  mode: (mode) => {
    // What was answered as a chat is no text, and the other way round.
    if (conversation.messages.length > 0) show(begin({ ...conversation, mode }));
    conversation.mode = mode;
    settingsChanged();
    settings.show(conversation);
    refresh();
  },
  exportAll: () => download('gta4j-conversations.json', store.export()),
  importFile,
});
const sidebar = new Sidebar(store, {
  open: (chosen) => {
    if (chosen !== conversation) show(chosen);
    prompt.focus();
  },
  begin: () => {
    show(begin(store.settings()));
    prompt.focus();
  },
  renamed: refresh,
  deleted: (gone) => {
    runs.of(gone)?.controller.abort();
    store.delete(gone.id);
    show(store.list()[0] ?? begin(store.settings()));
    announce('Deleted');
    prompt.focus();
  },
});

function exportButton() {
  return make('button', { type: 'button', click: () => download('gta4j-conversations.json', store.export()) }, 'Export all conversations');
}

/** Shows another conversation; what was typed for the one before waits there. */
function show(chosen) {
  if (conversation) drafts.set(conversation, prompt.value);
  conversation = chosen;
  prompt.value = drafts.get(chosen) ?? '';
  remember();
  settings.show(chosen);
  fit();
  view.show(chosen, runs.of(chosen) !== undefined);
  refresh();
}

function remember() {
  try {
    sessionStorage.setItem(OPEN, conversation.id);
  } catch {
    // A reload then shows the newest.
  }
}

/** Everything that depends on the conversation and on whether an answer is being written. */
function refresh() {
  const running = runs.of(conversation) !== undefined;
  const text = conversation.mode === 'text';
  document.body.dataset.mode = conversation.mode;
  document.body.toggleAttribute('data-running', running);
  const title = titleOf(conversation);
  byId('title').textContent = title;
  document.title = `${title} – gta4j`;
  byId('prompt-label').textContent = text ? 'Text to continue' : 'Message';
  const begun = conversation.messages.length > 0;
  prompt.placeholder = !text ? 'Write a message' : begun ? 'Add to it, or just send' : 'Begin a text';
  byId('empty').querySelector('.greeting').textContent = text ? 'How shall the text begin?' : 'What shall the model answer?';
  const focused = document.activeElement === byId('send') || document.activeElement === byId('stop');
  byId('send').hidden = running;
  byId('stop').hidden = !running;
  if (focused) prompt.focus();
  view.update(conversation, running);
  sidebar.show(conversation, (other) => runs.of(other) !== undefined);
  showContext();
  status(running ? progress(runs.of(conversation)) : statusOf(conversation.messages.at(-1)));
}

const status = (text) => {
  byId('status').textContent = text;
};

function progress(run) {
  if (run.pieces === 0) return 'Waiting for the model…';
  const speed = speedOf(run);
  return `Writing: ${plural(run.pieces, 'token')}${speed > 0 ? `, ${rate(speed)} tokens/s` : ''}`;
}

function statusOf(last) {
  if (last?.role !== 'assistant') return 'Ready';
  return { failed: 'Failed', stopped: 'Stopped', interrupted: 'Unfinished' }[answerOf(last).state] ?? 'Ready';
}

/** Keeps a conversation; `time` is when something was said in it, which the list is sorted by. */
function save(changed, time) {
  const before = changed.id;
  store.save(changed, time);
  if (changed.id === before) return;
  notice('copied', 'Another tab changed this conversation too. Both are kept: this one as a copy.');
  if (changed === conversation) remember();
  refresh();
}

function settingsChanged() {
  keepSettings();
  if (conversation.messages.length > 0) save(conversation, conversation.changed);
}

/** What new conversations begin with. */
function keepSettings() {
  // That this model holds no conversations says nothing of the next one.
  store.saveSettings(models.chats ? conversation : { ...conversation, mode: store.settings().mode });
}

function send() {
  if (runs.of(conversation)) {
    status(BUSY);
    announce(BUSY);
    return;
  }
  const edited = document.querySelector('.edit-form textarea');
  if (edited) {
    status('A message is being edited: send it again, or cancel');
    edited.focus();
    return;
  }
  const content = prompt.value;
  const text = conversation.mode === 'text';
  const goesOn = text && conversation.messages.length > 0;
  if (!(text ? content : content.trim()) && !goesOn) {
    prompt.focus();
    return;
  }
  if (content) conversation.messages.push({ role: 'user', content });
  prompt.value = '';
  prompt.style.height = '';
  answer({ role: 'assistant', versions: [], shown: 0 });
}

/** Has the model write another version of an answer, at the conversation's end. */
function answer(message) {
  if (conversation.messages.at(-1) !== message) conversation.messages.push(message);
  // What failed before a word came need not be kept.
  message.versions = message.versions.filter((version) => version.content || version.reasoning);
  message.versions.push(emptyAnswer());
  message.shown = message.versions.length - 1;
  keepSettings();
  withdraw('answer');
  runs.start(conversation, models.chosen?.id);
  view.pinned = true;
  refresh();
  announce(conversation.mode === 'text' ? 'The text is being continued' : 'The answer is being written');
}

function regenerate() {
  const last = conversation.messages.at(-1);
  if (last?.role !== 'assistant' || runs.of(conversation)) return;
  answer(last);
  prompt.focus();
}

/** The last message of the reader with another text; what was answered to the one before goes. */
function sendAgain(content) {
  if (runs.of(conversation)) {
    status(BUSY);
    announce(BUSY);
    return false;
  }
  const index = conversation.messages.findLastIndex((message) => message.role === 'user');
  conversation.messages.splice(index, Infinity, { role: 'user', content });
  answer({ role: 'assistant', versions: [], shown: 0 });
  prompt.focus();
  return true;
}

/** For models without a chat template: the same message as the beginning of a text. */
function continueAsText() {
  conversation.mode = 'text';
  settings.show(conversation);
  keepSettings();
  view.show(conversation, false);
  regenerate();
}

function stop() {
  runs.of(conversation)?.controller.abort();
}

let drawing = false;
let drawn = 0;
let cost = 0;

/** Draws once a frame at most, and less often where a frame's work takes long: nine tenths of the time stay the reader's. */
function grown(run) {
  if (drawing || run.conversation !== conversation) return;
  drawing = true;
  const wait = drawn + 9 * cost - performance.now();
  const draw = () => requestAnimationFrame(() => {
    drawing = false;
    const current = runs.of(conversation);
    if (!current) return;
    const start = performance.now();
    view.grow(current.message);
    status(progress(current));
    drawn = performance.now();
    cost = drawn - start;
  });
  if (wait > 20) setTimeout(draw, wait);
  else draw();
}

function ended(run) {
  const { message, answer: version } = run;
  if (version.state !== 'done' && !version.content && !version.reasoning && message.versions.length > 1) {
    // Another answer was wanted and never began: the one before is shown again, with why.
    message.versions.pop();
    message.shown = message.versions.length - 1;
    if (run.conversation === conversation && version.state === 'failed') notice('answer', version.error);
  }
  // A conversation that was deleted meanwhile stays deleted.
  if (store.conversations.get(run.conversation.id) === run.conversation) save(run.conversation);
  if (version.code === 'unauthorized') wantKey();
  if (run.conversation !== conversation) {
    sidebar.show(conversation, (other) => runs.of(other) !== undefined);
    announce(`The answer in “${titleOf(run.conversation)}” is finished`);
    return;
  }
  refresh();
  announce(summary(version, view.spoken(message)));
  health.now();
}

function summary(version, spoken) {
  if (version.state === 'failed') return `Failed: ${version.error}`;
  const text = spoken.length > SPOKEN ? `${spoken.slice(0, spoken.lastIndexOf(' ', SPOKEN))} … and so on` : spoken;
  return version.state === 'stopped' ? `Stopped. ${text}` : `Answer: ${text}. ${stats(version)}`;
}

function showContext() {
  const length = models.context;
  const last = conversation.messages.findLast((message) => message.role === 'assistant' && answerOf(message).usage);
  const used = last ? answerOf(last).usage.prompt + answerOf(last).usage.completion : 0;
  const text = length > 0 ? `${number(used)} of ${number(length)} tokens` : last ? plural(used, 'token') : '';
  byId('context-text').textContent = text;
  fill(byId('context-meter'), length > 0 ? used / length : 0, text);
}

async function loadModels() {
  try {
    await models.load();
  } catch (failure) {
    if (failure.status === 401) wantKey();
    else byId('model-facts').textContent = failure.message;
    return;
  }
  showModel();
}

function showModel() {
  models.show();
  fit();
  refresh();
}

/** What has not begun becomes what the model can do. */
function fit() {
  settings.offer(models.chats);
  if (models.chats || conversation.mode === 'text' || conversation.messages.length > 0) return;
  conversation.mode = 'text';
  settings.show(conversation);
}

function wantKey() {
  const form = byId('key-form');
  form.querySelector('label').textContent = key.get() === null
    ? 'The server wants an API key. It is kept until this tab is closed.' : 'The server does not take this API key. Another one?';
  form.hidden = false;
  byId('key').value = '';
  byId('key').focus();
}

async function useKey(event) {
  event.preventDefault();
  key.set(byId('key').value.trim());
  byId('key-form').hidden = true;
  prompt.focus();
  await loadModels();
  health.now();
  const last = conversation.messages.at(-1);
  if (byId('key-form').hidden && last?.role === 'assistant' && answerOf(last).code === 'unauthorized') regenerate();
}

function changedElsewhere(id) {
  if (id === conversation.id) {
    const now = store.conversations.get(id);
    const typed = prompt.value;
    if (now) show(now);
    prompt.value = typed;
    if (!now) notice('elsewhere', 'Another tab deleted this conversation. Here it stays until it is closed; with the next message it is stored again.');
  }
  refresh();
}

function importFile(text) {
  try {
    const count = store.import(text);
    refresh();
    return `${plural(count, 'conversation')} imported.`;
  } catch (failure) {
    return failure.message;
  }
}

byId('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  send();
});
prompt.addEventListener('keydown', (event) => {
  // Enter that ends an input method's composition is not for us.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
});
if (!CSS.supports('field-sizing', 'content')) {
  prompt.addEventListener('input', () => {
    prompt.style.height = 'auto';
    prompt.style.height = `${prompt.scrollHeight}px`;
  });
}
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.isComposing && !document.querySelector('dialog[open]')) stop();
});
byId('stop').addEventListener('click', stop);
byId('key-form').addEventListener('submit', useKey);
byId('model').addEventListener('change', showModel);

let open = null;
try {
  open = sessionStorage.getItem(OPEN);
} catch {
  // The newest, then.
}
show(store.conversations.get(open) ?? store.list()[0] ?? begin(store.settings()));
const health = new Health(loadModels);
loadModels();
prompt.focus();
