// The messages of the conversation that is shown, and where in it the reader is.

import { byId, copy, iconButton, make, number, plural, rate } from './dom.js';
import { Markdown } from './markdown.js';
import { answerOf } from './store.js';

const NEAR = 12;

/** One message. `actions` are what its buttons do: edit, regenerate, continueAsText, another; and wholeText, what text mode copies. */
class MessageView {
  constructor(message, mode, actions) {
    this.message = message;
    this.actions = actions;
    this.mode = mode;
    this.item = make('li', { class: 'message', 'data-role': message.role });
    const who = message.role === 'user' ? 'You' : 'Model';
    this.content = make('div', { class: 'content' });
    this.foot = make('div', { class: 'message-foot' });
    this.item.append(make('h2', { class: 'who' }, who));
    if (message.role === 'user') {
      this.content.textContent = message.content;
      this.item.append(this.content, this.foot);
    } else {
      this.thoughts = make('div', { class: 'thoughts' });
      this.summary = make('summary', {}, 'Reasoning');
      this.reasoning = make('details', { class: 'reasoning', hidden: true }, this.summary, this.thoughts);
      this.error = make('div', { class: 'error', hidden: true });
      this.markdown = new Markdown(this.content);
      this.item.append(this.reasoning, this.content, this.error, this.foot);
    }
  }

  /** Brings what is seen up to date; `last` for what only the last message, or the last of the reader, offers. */
  update({ last, editable, busy }) {
    if (this.message.role === 'user') {
      this.item.dataset.state = 'done';
      this.buttons(editable && !busy && this.mode === 'chat'
        ? [['edit', 'edit', 'Edit this message', () => this.actions.edit(this)]] : []);
      return;
    }
    const answer = answerOf(this.message);
    const streaming = answer.state === 'streaming';
    if (answer !== this.drawn) this.draw(answer, streaming);
    this.drawn = streaming ? null : answer;
    this.fail(answer, last && !busy);
    const many = this.message.versions.length;
    const shown = this.message.shown;
    const buttons = [];
    if (!streaming) {
      if (answer.content && this.mode === 'text') {
        buttons.push(['copy', 'copy', 'Copy the text', (event) => copy(this.actions.wholeText(), event.currentTarget)]);
      } else if (answer.content) {
        buttons.push(['copy', 'copy', 'Copy this answer', (event) => copy(answerOf(this.message).content, event.currentTarget)]);
      }
      // Beside an error a button says so in words.
      if (last && !busy && !answer.error) buttons.push(['regenerate', 'again', 'Another answer', () => this.actions.regenerate()]);
    }
    if (many > 1 && !streaming && last && !busy) {
      buttons.push(['previous', 'left', `Answer before this one, of ${many}`, () => this.actions.another(shown - 1), shown === 0]);
      buttons.push(['next', 'right', `Answer after this one, of ${many}`, () => this.actions.another(shown + 1), shown === many - 1]);
    }
    this.buttons(buttons, streaming ? '' : stats(answer, many > 1 ? `${shown + 1} of ${many}` : ''));
  }

  /** The answer itself. One that has ended stays as it is, so that a long conversation costs no more than its end. */
  draw(answer, streaming) {
    this.item.dataset.state = answer.state;
    this.item.setAttribute('aria-busy', streaming);
    this.reasoning.hidden = !answer.reasoning;
    this.thoughts.textContent = answer.reasoning.trim();
    this.summary.textContent = streaming && !answer.content ? 'Reasoning…' : 'Reasoning';
    if (this.mode === 'text') this.content.textContent = answer.content;
    else this.markdown.show(answer.content);
    this.content.hidden = !answer.content && !streaming;
  }

  /** Buttons by name, made anew only where they change, since one of them may have the focus. */
  buttons(wanted, words) {
    const described = JSON.stringify([wanted.map(([name, , label, , disabled]) => [name, label, disabled]), words, this.message.shown]);
    if (described === this.described) return;
    this.described = described;
    const focused = this.foot.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    this.foot.replaceChildren(...wanted.map(([name, picture, label, click, disabled]) => {
      const button = iconButton(name, picture, label, click);
      button.dataset.name = name;
      button.disabled = Boolean(disabled);
      return button;
    }));
    if (words) this.foot.append(make('span', { class: 'stats' }, words));
    if (focused) {
      const again = this.foot.querySelector(`[data-name=${focused}]:enabled`) ?? this.foot.querySelector('button:enabled');
      (again ?? byId('prompt')).focus();
    }
  }

  fail(answer, offer) {
    this.error.hidden = !answer.error;
    if (!answer.error) return;
    this.error.replaceChildren(make('p', {}, answer.error));
    if (!offer) return;
    if (answer.code === 'no_chat_template') {
      this.error.append(make('button', { type: 'button', id: 'use-text', click: () => this.actions.continueAsText() }, 'Continue the text instead'));
    } else {
      this.error.append(make('button', { type: 'button', class: 'retry', click: () => this.actions.regenerate() }, 'Try again'));
    }
  }

  /** Puts a field in the message's place; Enter sends, if `send` says that it could, Esc leaves everything as it was. */
  edit(send) {
    const field = make('textarea', { rows: '2', 'aria-label': 'Your message' });
    field.value = this.message.content;
    const cancel = () => {
      form.remove();
      this.content.hidden = this.foot.hidden = false;
      (this.foot.querySelector('button') ?? byId('prompt')).focus();
    };
    // Once it is sent, another message stands in this one's place.
    const submit = () => {
      if (!field.value.trim() || !send(field.value)) field.focus();
    };
    const form = make('form', { class: 'edit-form', submit: (event) => { event.preventDefault(); submit(); } },
      field,
      make('p', { class: 'buttons end' },
        make('button', { type: 'button', class: 'edit-cancel', click: cancel }, 'Cancel'),
        make('button', { class: 'primary edit-send' }, 'Send again')));
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        submit();
      } else if (event.key === 'Escape' && !event.isComposing) {
        event.stopPropagation();
        cancel();
      }
    });
    this.content.hidden = this.foot.hidden = true;
    this.content.after(form);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    form.scrollIntoView({ block: 'nearest' });
  }
}

/** What an answer took, in a line. */
export function stats(answer, which = '') {
  const words = which ? [which] : [];
  const { usage } = answer;
  if (usage) words.push(plural(usage.completion, 'token'));
  if (answer.speed > 0) words.push(`${rate(answer.speed)} tokens/s`);
  if (usage) words.push(`prompt ${number(usage.prompt)}${usage.cached > 0 ? `, ${number(usage.cached)} of it from the cache` : ''}`);
  if (answer.state === 'stopped') words.push('stopped');
  if (answer.state === 'interrupted') words.push('unfinished');
  if (answer.finish === 'length') words.push('ended by the limit of tokens');
  if (answer.finish === 'content_filter') words.push('ended by a filter');
  return words.join(' · ');
}

export class ConversationView {
  constructor(actions) {
    this.actions = actions;
    this.views = new Map();
    this.scroller = byId('conversation');
    this.list = byId('messages');
    this.pinned = true;
    this.top = 0;
    this.scroller.addEventListener('scroll', () => this.scrolled(), { passive: true });
    byId('to-end').addEventListener('click', () => {
      this.toEnd(true);
      byId('prompt').focus();
    });
    new ResizeObserver(() => this.toEnd()).observe(this.scroller);
  }

  /** Shows a conversation from its end. */
  show(conversation, busy) {
    this.views.clear();
    this.list.replaceChildren();
    this.update(conversation, busy);
    this.toEnd(true);
  }

  /** Brings all messages up to date: those that are new are added, those that are gone removed. */
  update(conversation, busy) {
    const { messages, mode } = conversation;
    for (const [message, view] of this.views) {
      if (!messages.includes(message)) {
        view.item.remove();
        this.views.delete(message);
      }
    }
    const lastOfUser = messages.findLastIndex((message) => message.role === 'user');
    messages.forEach((message, i) => {
      let view = this.views.get(message);
      if (!view) {
        view = new MessageView(message, mode, this.actions);
        this.views.set(message, view);
        this.list.append(view.item);
      }
      view.update({ last: i === messages.length - 1, editable: i === lastOfUser, busy });
    });
    byId('empty').hidden = messages.length > 0;
    this.toEnd();
  }

  /** Only the message that is being written. */
  grow(message) {
    this.views.get(message)?.update({ last: true, editable: false, busy: true });
    this.toEnd();
  }

  /** The text of an answer as somebody hears it. */
  spoken(message) {
    const content = this.views.get(message)?.content.cloneNode(true);
    for (const head of content?.querySelectorAll('.code-head') ?? []) head.remove();
    return [...(content?.childNodes ?? [])].map((node) => node.textContent.trim()).join(' ');
  }

  edit(message, send) {
    this.views.get(message)?.edit(send);
  }

  /** Follows what is written as long as the reader has not scrolled up. */
  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const distance = scrollHeight - clientHeight - scrollTop;
    if (distance < NEAR) this.pinned = true;
    else if (scrollTop < this.top) this.pinned = false;
    this.top = scrollTop;
    byId('to-end').hidden = this.pinned || distance < NEAR;
  }

  toEnd(always = false) {
    if (always) this.pinned = true;
    if (this.pinned) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.scrolled();
  }
}
