// The list of conversations: beside the messages, or over them where the window is narrow.

import { ask, byId, download, iconButton, make, plural } from './dom.js';
import { titleOf } from './store.js';

const narrow = matchMedia('(max-width: 52rem)');

export class Sidebar {
  /** `actions`: open(conversation), begin(), deleted(conversation), renamed(). */
  constructor(store, actions) {
    this.store = store;
    this.actions = actions;
    this.list = byId('conversations');
    this.menu = byId('menu');
    this.menu.addEventListener('click', () => this.toggle(true));
    byId('menu-close').addEventListener('click', () => this.toggle(false));
    byId('shade').addEventListener('click', () => this.toggle(false));
    byId('new-conversation').addEventListener('click', () => {
      this.toggle(false);
      actions.begin();
    });
    byId('sidebar').addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.opened) {
        event.stopPropagation();
        this.toggle(false);
      }
    });
    narrow.addEventListener('change', () => this.toggle(false));
    this.toggle(false);
  }

  /** Over the messages, which are out of reach meanwhile; in a wide window it is always there. */
  toggle(open) {
    const was = this.opened;
    this.opened = open && narrow.matches;
    document.body.classList.toggle('menu-open', this.opened);
    byId('sidebar').inert = narrow.matches && !this.opened;
    byId('main').inert = this.opened;
    byId('shade').hidden = !this.opened;
    this.menu.setAttribute('aria-expanded', String(this.opened));
    if (this.opened) (this.list.querySelector('[aria-current]') ?? byId('new-conversation')).focus();
    else if (was) this.menu.focus();
  }

  /** `current` is shown, of those in `running` an answer is being written. */
  show(current, running) {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.id : undefined;
    const items = this.store.list().map((conversation) => this.item(conversation, conversation === current, running(conversation)));
    this.list.replaceChildren(...items);
    if (focused !== undefined) {
      (this.list.querySelector(`[data-id="${focused}"]`) ?? byId('new-conversation')).focus();
    }
    this.showUnreadable();
  }

  item(conversation, current, running) {
    const title = titleOf(conversation);
    const open = make('button', {
      type: 'button', class: 'open', 'aria-current': current ? 'true' : undefined, 'data-id': conversation.id,
      click: () => {
        this.toggle(false);
        this.actions.open(conversation);
      },
    }, make('span', {}, title));
    if (running) open.append(make('span', { class: 'running' }, 'answering'));
    const item = make('li', {}, open);
    if (current) {
      const button = (name, picture, label, click) => {
        const made = iconButton(name, picture, label, click);
        made.dataset.id = `${name}-${conversation.id}`;
        return made;
      };
      item.append(make('span', { class: 'actions' },
        button('rename', 'edit', `Rename “${title}”`, () => this.rename(conversation)),
        button('export', 'save', `Export “${title}”`, () => download(fileName(title), this.store.export([conversation]))),
        button('delete', 'delete', `Delete “${title}”`, () => this.remove(conversation))));
    }
    return item;
  }

  async rename(conversation) {
    const title = await ask({ title: 'Rename this conversation', label: 'Name', value: titleOf(conversation), ok: 'Rename' });
    if (title === null || !title.trim()) return;
    conversation.title = title.trim();
    this.store.save(conversation, conversation.changed);
    this.actions.renamed();
  }

  async remove(conversation) {
    const sure = await ask({
      title: 'Delete this conversation?', text: `“${titleOf(conversation)}” cannot be brought back, unless it was exported.`, ok: 'Delete',
    });
    if (sure) this.actions.deleted(conversation);
  }

  showUnreadable() {
    const box = byId('unreadable');
    const { unreadable } = this.store;
    box.hidden = unreadable.size === 0;
    if (box.hidden || box.dataset.count === String(unreadable.size)) return;
    box.dataset.count = unreadable.size;
    const why = [...new Set([...unreadable.values()].map((entry) => entry.why))].join('; ');
    box.replaceChildren(
      make('p', {}, `${plural(unreadable.size, 'stored conversation')} cannot be read: ${why}. Nothing was changed.`),
      make('p', { class: 'buttons' },
        make('button', {
          type: 'button', class: 'save-unreadable',
          click: () => download('gta4j-unreadable.json', Object.fromEntries([...unreadable].map(([key, { raw }]) => [key, raw]))),
        }, 'Save as a file'),
        make('button', { type: 'button', class: 'delete-unreadable', click: () => this.removeUnreadable() }, 'Delete')));
  }

  async removeUnreadable() {
    const sure = await ask({
      title: 'Delete what cannot be read?', text: 'It cannot be brought back, unless it was saved as a file.', ok: 'Delete',
    });
    if (!sure) return;
    this.store.deleteUnreadable();
    byId('unreadable').hidden = true;
    delete byId('unreadable').dataset.count;
    byId('new-conversation').focus();
  }
}

const fileName = (title) => `${title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 50) || 'conversation'}.json`;
