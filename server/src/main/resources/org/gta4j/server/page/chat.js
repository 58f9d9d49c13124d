// One answer being written: the request for it, what streams in, how it ends. Knows no element of the page.

import { ApiError, stream } from './api.js';
import { answerOf, textOf } from './store.js';

/** Milliseconds between two savings of an answer that grows: what a closed page may lose. */
const SAVE_EVERY = 2000;

/** Names of the parameters in the API, which are those in the settings too. */
export const PARAMETERS = ['temperature', 'top_p', 'top_k', 'min_p', 'max_tokens', 'seed'];

/** How far a text goes on where nothing is said about it: the API's own default is 16 tokens, which is no paragraph. */
export const TEXT_TOKENS = 200;

/** The request for the message at `index`: what stands before it, answers as they are shown. */
function requestFor(conversation, index, model) {
  const before = conversation.messages.slice(0, index);
  const body = { stream: true, stream_options: { include_usage: true } };
  if (model) body.model = model;
  for (const name of PARAMETERS) {
    if (Number.isFinite(conversation.parameters[name])) body[name] = conversation.parameters[name];
  }
  if (conversation.mode === 'text') {
    body.prompt = textOf(before);
    body.max_tokens ??= TEXT_TOKENS;
    return { path: 'v1/completions', body };
  }
  body.messages = conversation.system.trim() ? [{ role: 'system', content: conversation.system }] : [];
  for (const message of before) {
    const content = textOf([message]);
    const previous = body.messages.at(-1);
    if (!content) continue;
    // Templates want roles to alternate, which they would not after an answer that never came.
    if (previous?.role === message.role) previous.content += `\n\n${content}`;
    else body.messages.push({ role: message.role, content });
  }
  return { path: 'v1/chat/completions', body };
}

export const emptyAnswer = () => ({
  content: '', reasoning: '', state: 'streaming', finish: '', error: '', code: '', usage: null, speed: 0, model: '',
});

/** Answers in the making, one of a conversation at most. */
export class Runs {
  /** `grown(run)` whenever something came, `ended(run)` once; `save(conversation)` in between. */
  constructor({ grown, ended, save }) {
    this.running = new Map();
    this.on = { grown, ended, save };
    // A page that is left breaks its connections, which is nobody's failure.
    this.leaving = false;
    window.addEventListener('pagehide', () => {
      this.leaving = true;
      for (const conversation of this.running.keys()) save(conversation);
    });
    window.addEventListener('pageshow', () => {
      this.leaving = false;
    });
  }

  of(conversation) {
    return this.running.get(conversation);
  }

  /** Asks for a version of the last message, an assistant's, which is shown and empty. */
  async start(conversation, model) {
    const message = conversation.messages.at(-1);
    const run = {
      conversation, message, answer: answerOf(message), controller: new AbortController(),
      started: performance.now(), first: 0, latest: 0, pieces: 0,
    };
    this.running.set(conversation, run);
    this.on.save(conversation);
    const { path, body } = requestFor(conversation, conversation.messages.length - 1, model);
    try {
      await this.receive(run, stream(path, body, run.controller.signal));
    } catch (failure) {
      this.fail(run, failure);
    }
    this.running.delete(conversation);
    this.on.ended(run);
  }

  async receive(run, events) {
    const { answer } = run;
    let saved = performance.now();
    for await (const event of events) {
      const choice = event.choices?.[0];
      const content = choice?.delta?.content ?? choice?.text ?? '';
      const reasoning = choice?.delta?.reasoning_content ?? '';
      const now = performance.now();
      if (content || reasoning) {
        answer.content += content;
        answer.reasoning += reasoning;
        run.pieces++;
        run.first ||= now;
        run.latest = now;
      }
      if (choice?.finish_reason) answer.finish = choice.finish_reason;
      if (event.model) answer.model = event.model;
      if (event.usage) {
        answer.usage = {
          prompt: event.usage.prompt_tokens ?? 0,
          completion: event.usage.completion_tokens ?? 0,
          cached: event.usage.prompt_tokens_details?.cached_tokens ?? 0,
        };
      }
      if (event.timings?.predicted_per_second) answer.speed = event.timings.predicted_per_second;
      if (now - saved > SAVE_EVERY) {
        this.on.save(run.conversation);
        saved = now;
      }
      this.on.grown(run);
    }
    answer.state = 'done';
    if (!answer.content && !answer.reasoning) {
      answer.state = 'failed';
      answer.error = 'The model ended its answer before it said anything.';
    }
  }

  fail(run, failure) {
    const { answer } = run;
    if (failure.name === 'AbortError') {
      answer.state = 'stopped';
      if (!answer.content && !answer.reasoning) answer.error = 'Stopped before anything came.';
      return;
    }
    if (this.leaving) {
      answer.state = 'interrupted';
      return;
    }
    answer.state = 'failed';
    if (failure instanceof ApiError) {
      answer.error = failure.message;
      if (failure.retryAfter !== null) answer.error += ` It asks to try again in ${failure.retryAfter} s.`;
      answer.code = failure.status === 401 ? 'unauthorized' : failure.code ?? '';
    } else {
      console.error(failure);
      answer.error = `This page failed: ${failure.message}`;
    }
  }
}

/** Tokens a second while it is written, about: a piece is mostly a token. */
export function speedOf(run) {
  return run.latest - run.first > 300 ? ((run.pieces - 1) * 1000) / (run.latest - run.first) : 0;
}
