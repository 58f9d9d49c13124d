// A model's Markdown as elements that cannot do anything: no scripts, no pictures, nothing loaded, links only when somebody follows them.
//
// Three steps, each of which would do: marked writes HTML in which the model's own markup is text; DOMPurify lets a short list of tags
// through; what the page adds (buttons, frames that scroll, attributes of links) is added afterwards, to elements.

import { Marked } from './marked.js';
import DOMPurify from './purify.js';
import { copy, icon, make } from './dom.js';

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text) => text.replace(/[&<>"']/g, (character) => escapes[character]);

// Markup that models use for text, without attributes; every other tag is shown as it was written.
const HARMLESS = /^<(?:br\s*\/?|\/?(?:sub|sup|kbd))>$/i;

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text, block }) => {
      const shown = text.split(/(<[^<>]*>)/).map((part) => (HARMLESS.test(part) ? part : escape(part))).join('');
      return block ? `<p>${shown.trim()}</p>` : shown;
    },
    image: ({ text, href }) => `<em>[Picture: ${escape(text || href)}]</em>`,
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  },
});

const ALLOWED = {
  ALLOWED_TAGS: [
    'a', 'blockquote', 'br', 'code', 'del', 'em', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'kbd', 'li', 'ol', 'p', 'pre', 'strong', 'sub',
    'sup', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul', '#text',
  ],
  ALLOWED_ATTR: ['align', 'class', 'href', 'start', 'title'],
  // These hold no addresses, so they need not look like one.
  ADD_URI_SAFE_ATTR: ['align', 'start'],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  RETURN_DOM_FRAGMENT: true,
};

function fragmentOf(html) {
  const fragment = DOMPurify.sanitize(html, ALLOWED);
  for (const element of fragment.querySelectorAll('[class]')) {
    if (element.tagName !== 'CODE') element.removeAttribute('class');
  }
  for (const link of fragment.querySelectorAll('a')) {
    if (link.hasAttribute('href')) {
      link.rel = 'noopener noreferrer nofollow';
      link.target = '_blank';
    } else {
      link.replaceWith(...link.childNodes);
    }
  }
  for (const pre of fragment.querySelectorAll('pre')) frameCode(pre);
  for (const table of fragment.querySelectorAll('table')) {
    const frame = make('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Table' });
    table.replaceWith(frame);
    frame.append(table);
  }
  return fragment;
}

function frameCode(pre) {
  const language = /language-(\S+)/.exec(pre.firstElementChild?.className ?? '')?.[1] ?? '';
  const button = make('button', { type: 'button', class: 'plain copy-code', click: () => copy(pre.textContent, button) }, icon('copy'), 'Copy');
  const frame = make('div', { class: 'code' }, make('div', { class: 'code-head' }, make('span', {}, language || 'code'), button));
  pre.replaceWith(frame);
  pre.tabIndex = 0;
  pre.setAttribute('role', 'group');
  pre.setAttribute('aria-label', language ? `Code, ${language}` : 'Code');
  frame.append(pre);
}

/**
 * Whether a line begins link after link and ends none, as a model that goes in circles may write: marked's time then grows with the cube of
 * their number.
 */
function circles(text) {
  return text.includes('](') && text.split('\n').some((line) => line.split('](').filter((part) => !part.includes(')')).length > 40);
}

/** An element whose Markdown grows: blocks that stay as they were are left alone, so what is selected in them stays selected. */
export class Markdown {
  constructor(element) {
    this.element = element;
    this.blocks = [];
  }

  show(text) {
    let tokens;
    try {
      tokens = circles(text) ? null : marked.lexer(text);
    } catch {
      // Nested too deeply.
      tokens = null;
    }
    if (tokens === null) {
      this.blocks = [];
      this.element.replaceChildren(make('p', { class: 'as-is' }, text));
      return;
    }
    const wanted = tokens.filter((token) => token.type !== 'space' && token.type !== 'def');
    // A link's address may come long after the link.
    const addresses = JSON.stringify(tokens.links);
    let same = 0;
    if (addresses === this.addresses) {
      while (same < this.blocks.length && same < wanted.length && this.blocks[same].raw === wanted[same].raw) same++;
    }
    this.addresses = addresses;
    if (same === 0) this.element.replaceChildren();
    for (const block of this.blocks.splice(same)) block.element.remove();
    for (const token of wanted.slice(same)) {
      const element = make('div', { class: 'block' });
      try {
        element.append(fragmentOf(marked.parser([token])));
      } catch {
        element.append(make('p', { class: 'as-is' }, token.raw));
      }
      this.element.append(element);
      this.blocks.push({ raw: token.raw, element });
    }
    this.level();
  }

  /** Headings below the page's own (the title, then who speaks), each at most one deeper than the one before, as readers of headings expect. */
  level() {
    let deepest = 2;
    for (const heading of this.element.querySelectorAll('h1, h2, h3, h4, h5, h6, [role=heading]')) {
      const own = Number(heading.dataset.level ?? heading.tagName[1]);
      const level = Math.min(own + 2, deepest + 1, 6);
      heading.dataset.level = own;
      heading.setAttribute('role', 'heading');
      heading.setAttribute('aria-level', level);
      deepest = level;
    }
  }
}
