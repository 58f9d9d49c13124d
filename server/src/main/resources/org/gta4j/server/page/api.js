// The server's API: what is sent, what comes back, and every way it can fail, in words.

/** A request that failed; `message` is for people, `code` and `status` are for the page. */
export class ApiError extends Error {
  constructor(message, { status = 0, code = null, retryAfter = null } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

const KEY = 'gta4j.key';
let kept = null;

/** The API key lasts as long as the tab, or as the page where there is no storage. */
export const key = {
  get() {
    try {
      return sessionStorage.getItem(KEY) ?? kept;
    } catch {
      return kept;
    }
  },
  set(value) {
    kept = value;
    try {
      if (value === null) sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, value);
    } catch {
      // Then it is kept in `kept` alone.
    }
  },
};

async function request(path, options = {}) {
  const headers = { ...options.headers };
  const bearer = key.get();
  if (bearer !== null) headers.Authorization = `Bearer ${bearer}`;
  let response;
  try {
    // Against the page's own address, for servers that a proxy has put into a folder.
    response = await fetch(new URL(path, document.baseURI), { ...options, headers, cache: 'no-store' });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new ApiError('The server cannot be reached.', { code: 'unreachable' });
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

async function refusal(response) {
  let error = null;
  try {
    error = (await response.json()).error;
  } catch {
    // Not the server's own answer, a proxy's perhaps: the status has to do.
  }
  const said = sentence(error) ?? `The server answered ${response.status} ${response.statusText}`.trim() + '.';
  const wait = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  return new ApiError(said, {
    status: response.status,
    code: error?.code ?? null,
    retryAfter: Number.isFinite(wait) ? wait : null,
  });
}

function sentence(error) {
  if (typeof error?.message !== 'string' || !error.message) return null;
  const { message, param } = error;
  // Which field of the request it is about helps where the reader has set it, in the settings.
  const helps = typeof param === 'string' && param && !['messages', 'prompt', 'model'].includes(param) && !message.includes(param);
  return helps ? `${message} (${param})` : message;
}

/** What a GET answers, as an object. */
export async function get(path, signal) {
  const response = await request(path, { signal });
  try {
    return await response.json();
  } catch {
    throw new ApiError(`The server's answer to ${path} is not JSON.`);
  }
}

/** Posts a request and yields the events of its stream; ends with the event [DONE] and fails where the stream ends without. */
export async function* stream(path, body, signal) {
  const response = await request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: JSON.stringify(body),
    signal,
  });
  for await (const data of events(response.body)) {
    if (data === '[DONE]') return;
    let event;
    try {
      event = JSON.parse(data);
    } catch {
      // Mostly one that was cut off.
      throw broken();
    }
    if (event?.error) {
      throw new ApiError(sentence(event.error) ?? 'The server failed amid its answer.', { code: event.error.code ?? null });
    }
    yield event;
  }
  throw broken();
}

const broken = () => new ApiError('The connection broke before the answer was complete.', { code: 'broken' });

/** Server-sent events: their data, one string each; comments, names and ids are not for us. */
async function* events(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let data = [];
  try {
    for (;;) {
      let part;
      try {
        part = await reader.read();
      } catch (failure) {
        throw failure.name === 'AbortError' ? failure : broken();
      }
      // What ends without an empty line is an event too, if it is whole: who reads it finds out.
      const text = part.done ? `${decoder.decode()}\n\n` : decoder.decode(part.value, { stream: true });
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const ended of lines) {
        const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
        if (line === '') {
          if (data.length > 0) yield data.join('\n');
          data = [];
        } else if (line.startsWith('data:')) {
          data.push(line.slice(line[5] === ' ' ? 6 : 5));
        }
      }
      if (part.done) return;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
