// The models that the server has, mostly one: which of them is asked, and what it is.

import { get } from './api.js';
import { byId, make, plural, thousands } from './dom.js';

export class Models {
  constructor() {
    this.all = [];
    this.select = byId('model');
  }

  /** Asks the server; fails as requests do. */
  async load() {
    this.all = (await get('v1/models')).data ?? [];
    const chosen = this.select.value;
    this.select.replaceChildren(...this.all.map(({ id }) => make('option', { value: id }, id)));
    if (this.all.some(({ id }) => id === chosen)) this.select.value = chosen;
    this.select.hidden = this.all.length < 2;
  }

  /** The one that is asked; undefined until the server has said what there is. */
  get chosen() {
    return this.all.find(({ id }) => id === this.select.value) ?? this.all[0];
  }

  /** Whether it holds conversations; without a chat template it continues texts. */
  get chats() {
    return this.chosen?.meta?.chat !== false;
  }

  /** How many tokens a text may have; 0 where nobody says. */
  get context() {
    return this.chosen?.meta?.context_length ?? 0;
  }

  show() {
    const { variant, parameters } = this.chosen?.meta ?? {};
    const facts = [];
    if (this.all.length === 1) facts.push(this.all[0].id);
    if (variant) facts.push(variant);
    if (parameters > 0) facts.push(`${thousands(parameters)} parameters`);
    if (this.context > 0) facts.push(`${plural(this.context, 'token')} of context`);
    byId('model-facts').textContent = facts.join(' · ');
  }
}
