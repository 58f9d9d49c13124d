// What the server has to do and how full its cache is, asked for while somebody can see it.

import { get } from './api.js';
import { byId, bytes, fill, number } from './dom.js';

const EVERY = 3000;
const AT_MOST = 24_000;

export class Health {
  /** `back()` when the server answers again after it did not. */
  constructor(back) {
    this.back = back;
    this.failures = 0;
    document.addEventListener('visibilitychange', () => this.now());
    this.now();
  }

  /** Asks now, if the page is seen, and then again and again; less often while nobody answers. */
  async now() {
    clearTimeout(this.timer);
    if (document.visibilityState !== 'visible' || this.asking) return;
    this.asking = true;
    try {
      this.show(await get('health', AbortSignal.timeout(10_000)));
      if (this.failures > 0) this.back();
      this.failures = 0;
    } catch (failure) {
      this.failures++;
      this.show(null, failure.status ? failure.message : 'The server cannot be reached');
    }
    this.asking = false;
    this.timer = setTimeout(() => this.now(), Math.min(AT_MOST, EVERY * 2 ** Math.min(this.failures, 3)));
  }

  show(health, trouble) {
    const state = byId('server-state');
    state.classList.toggle('trouble', health === null);
    if (health === null) {
      state.textContent = trouble;
      byId('cache-text').textContent = '';
      fill(byId('cache-meter'), 0, '');
      return;
    }
    const running = health.running ?? 0;
    const waiting = health.waiting ?? 0;
    const words = running === 0 ? 'Server idle' : `${number(running)} answering`;
    state.textContent = (health.status ?? 'ok') !== 'ok' ? `Server: ${health.status}` : waiting > 0 ? `${words}, ${number(waiting)} waiting` : words;
    this.showCache(health.cache);
  }

  /** What texts hold that are being written, and behind it what is only kept for texts that begin like others: it makes room when needed. */
  showCache({ used_blocks: used, reclaimable_blocks: kept, max_blocks: most, max_bytes: size }) {
    const block = size / most;
    const text = `${bytes(used * block)} of ${bytes(size)}`;
    byId('cache-text').textContent = text;
    const words = `${text}: ${bytes((used - kept) * block)} for answers being written, ${bytes(kept * block)} kept for texts that begin alike`;
    byId('cache').title = words;
    fill(byId('cache-meter'), (used - kept) / most, words, kept / most);
  }
}
