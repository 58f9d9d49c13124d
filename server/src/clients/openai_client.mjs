// Asks a running `gta serve` for what it offers, with OpenAI's own client for JavaScript.
//
//     npm install openai
//     ./gta serve --model FILE.gguf          # one with a chat template
//     node server/src/clients/openai_client.mjs [http://127.0.0.1:8080/v1] [KEY]
//
// The package is looked for where the command is given. Prints a line for each check and ends with 1 at the first one
// that fails.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const here = createRequire(pathToFileURL(`${process.cwd()}/`));
const { default: OpenAI } = await import(pathToFileURL(here.resolve("openai")));

const baseURL = process.argv[2] ?? "http://127.0.0.1:8080/v1";
const apiKey = process.argv[3] ?? "none";
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 300_000 });
const model = (await client.models.list()).data[0].id;
const messages = [{ role: "user", content: "Name three colours." }];
const ask = (more = {}) => client.chat.completions.create({ model, messages, temperature: 0, max_tokens: 40, ...more });
const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather in a city.",
    parameters: {
      type: "object",
      properties: { city: { type: "string", maxLength: 20 }, days: { enum: [1, 2, 3] } },
      required: ["city", "days"],
      additionalProperties: false,
    },
  },
};

/** A request is refused with this error, which names the field. */
async function refused(error, param, call) {
  await assert.rejects(call, (e) => {
    assert.ok(e instanceof error, `expected ${error.name}, found ${e}`);
    assert.equal(e.param ?? null, param);
    return true;
  });
}

const checks = {
  async models() {
    assert.equal((await client.models.retrieve(model)).id, model);
    await refused(OpenAI.NotFoundError, null, () => client.models.retrieve("nobody-knows-it"));
  },

  async chat() {
    const { choices, usage } = await ask();
    assert.ok(choices[0].message.content);
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
  },

  async streaming() {
    const whole = await ask();
    let text = "";
    let usage = null;
    for await (const piece of await ask({ stream: true, stream_options: { include_usage: true } })) {
      assert.equal(usage, null, "something came behind the usage");
      text += piece.choices[0]?.delta.content ?? "";
      usage = piece.usage ?? null;
    }
    assert.equal(text, whole.choices[0].message.content);
    assert.equal(usage.completion_tokens, whole.usage.completion_tokens);
  },

  async tools() {
    const stream = client.chat.completions.stream({
      model,
      messages: [{ role: "user", content: "What is the weather like in Paris tomorrow?" }],
      tools: [weather],
      tool_choice: "required",
      parallel_tool_calls: false, // small models that have to call something go on calling
      temperature: 0,
      max_tokens: 200,
    });
    let done = 0;
    stream.on("tool_calls.function.arguments.done", () => done++);
    const final = await stream.finalChatCompletion();
    const { tool_calls: calls } = final.choices[0].message;
    assert.equal(final.choices[0].finish_reason, "tool_calls");
    assert.equal(done, calls.length);
    for (const call of calls) {
      const given = JSON.parse(call.function.arguments);
      assert.equal(call.function.name, "weather");
      assert.ok([1, 2, 3].includes(given.days) && typeof given.city === "string");
    }
  },

  /** The client's own loop: it calls the function and asks on. */
  async running() {
    let called = 0;
    const tool = {
      type: "function",
      function: {
        ...weather.function,
        parse: JSON.parse,
        function: ({ days }) => {
          assert.ok([1, 2, 3].includes(days));
          called++;
          return "sunny";
        },
      },
    };
    const runner = client.chat.completions.runTools({
      model,
      messages: [{ role: "user", content: "What is the weather like in Paris tomorrow?" }],
      tools: [tool],
      tool_choice: { type: "function", function: { name: "weather" } }, // the loop ends with the call
      temperature: 0,
      max_tokens: 200,
    });
    await runner.done();
    assert.equal(called, 1);
  },

  async schemas() {
    const schema = {
      type: "object",
      properties: { name: { type: "string", maxLength: 40 }, large: { type: "boolean" } },
      required: ["name", "large"],
      additionalProperties: false,
    };
    const answer = await client.chat.completions.parse({
      model,
      messages: [{ role: "user", content: "Describe Paris as JSON." }],
      response_format: { type: "json_schema", json_schema: { name: "city", schema, strict: true } },
      temperature: 0,
      max_tokens: 300,
    });
    const { parsed } = answer.choices[0].message;
    assert.deepEqual(Object.keys(parsed), ["name", "large"]);
    await refused(OpenAI.BadRequestError, "response_format.json_schema.schema", () =>
      ask({
        response_format: {
          type: "json_schema",
          json_schema: { name: "s", schema: { type: "object", dependentRequired: { a: ["b"] } } },
        },
      }),
    );
  },

  async logprobs() {
    const { choices } = await ask({ logprobs: true, top_logprobs: 2 });
    for (const token of choices[0].logprobs.content) {
      assert.equal(token.top_logprobs.length, 2);
      assert.equal(token.logprob, token.top_logprobs[0].logprob);
    }
    const prompt = "The capital of France is Paris.";
    const echoed = await client.completions.create({ model, prompt, max_tokens: 0, echo: true, logprobs: 1 });
    assert.equal(echoed.choices[0].text, prompt);
    assert.equal(echoed.choices[0].logprobs.token_logprobs[0], null);
  },

  async several() {
    const prompt = ["Once upon a time", "The sky is"];
    const { choices } = await client.completions.create({ model, prompt, n: 2, max_tokens: 8, temperature: 0 });
    assert.deepEqual(choices.map((choice) => choice.index), [0, 1, 2, 3]);
    assert.equal(choices[2].text, choices[3].text);
  },

  async stop() {
    const request = { model, prompt: "one two three four", max_tokens: 30, temperature: 0 };
    const { text } = (await client.completions.create(request)).choices[0];
    const word = text.slice(text.length / 2, text.length / 2 + 3);
    const cut = (await client.completions.create({ ...request, stop: word })).choices[0];
    assert.equal(cut.text, text.slice(0, text.indexOf(word)));
    assert.equal(cut.finish_reason, "stop");
  },

  async seed() {
    const texts = [];
    for (const seed of [5, 5, 6]) {
      texts.push((await ask({ temperature: 1, seed })).choices[0].message.content);
    }
    assert.equal(texts[0], texts[1]);
    assert.notEqual(texts[0], texts[2]);
  },

  async errors() {
    await refused(OpenAI.BadRequestError, "temperature", () => ask({ temperature: -1 }));
    await refused(OpenAI.BadRequestError, "n", () => ask({ n: 0 }));
    await refused(OpenAI.BadRequestError, "messages", () => ask({ messages: [] }));
    await refused(OpenAI.NotFoundError, null, () => client.post("/nothing"));
  },

  /** A stream that is left ends the text: soon nobody's is computed. */
  async leaving() {
    const stream = await ask({ stream: true, max_tokens: -1, ignore_eos: true });
    for await (const piece of stream) {
      if (piece.choices[0].delta.content) {
        break; // closes the connection
      }
    }
    for (let look = 0; look < 100; look++) {
      const metrics = await fetch(`${baseURL.replace(/\/v1$/, "")}/metrics`, {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      const line = (await metrics.text()).split("\n").find((text) => text.startsWith("gta_texts_running"));
      if (Number(line.split(" ").at(-1)) === 0) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail("the text goes on without anybody who reads it");
  },
};

console.log(`openai for JavaScript, ${model} at ${baseURL}`);
for (const [name, check] of Object.entries(checks)) {
  const begin = performance.now();
  await check();
  console.log(`${name.padEnd(10)} ok   ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}
