#!/usr/bin/env python3
"""Asks a running `gta serve` for what it offers, with OpenAI's own client for Python.

    pip install openai
    ./gta serve --model FILE.gguf          # one with a chat template
    python3 server/src/clients/openai_client.py [http://127.0.0.1:8080/v1] [KEY]

Prints a line for each check and ends with 1 at the first one that fails.
"""

import asyncio
import json
import sys
import time
import urllib.request

import openai
from pydantic import BaseModel

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080/v1"
KEY = sys.argv[2] if len(sys.argv) > 2 else "none"
client = openai.OpenAI(base_url=URL, api_key=KEY, max_retries=0, timeout=300)
MODEL = client.models.list().data[0].id
QUESTION = [{"role": "user", "content": "Name three colours."}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 20}, "days": {"enum": [1, 2, 3]}},
            "required": ["city", "days"],
            "additionalProperties": False,
        },
    },
}


class City(BaseModel):
    """What an answer is parsed into."""

    name: str
    large: bool


def ask(**more):
    """A greedy, short chat."""
    return client.chat.completions.create(
        model=MODEL, messages=more.pop("messages", QUESTION), **{"temperature": 0, "max_tokens": 40, **more}
    )


def refused(error, param, call, **request):
    """A request is refused with this error, which names the field."""
    try:
        call(**request)
    except error as e:
        assert e.param == param, f"expected the field {param}, found {e.param}: {e}"
        assert e.type == "invalid_request_error" or error is not openai.BadRequestError, e.type
        return
    raise AssertionError(f"expected {error.__name__}, found an answer")


def models():
    assert client.models.retrieve(MODEL).id == MODEL
    refused(openai.NotFoundError, None, client.models.retrieve, model="nobody-knows-it")


def chat():
    answer = ask()
    assert answer.choices[0].message.role == "assistant" and answer.choices[0].message.content
    assert answer.choices[0].finish_reason in ("stop", "length")
    usage = answer.usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens and usage.completion_tokens <= 40
    assert ask().usage.prompt_tokens_details.cached_tokens >= 0


def streaming():
    whole = ask()
    pieces = list(ask(stream=True, stream_options={"include_usage": True}))
    text = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
    assert text == whole.choices[0].message.content, text
    assert pieces[-1].choices == [] and pieces[-1].usage.completion_tokens == whole.usage.completion_tokens
    assert all(piece.usage is None for piece in pieces[:-1])
    ends = [piece.choices[0].finish_reason for piece in pieces if piece.choices]
    assert ends[-1] == whole.choices[0].finish_reason and set(ends[:-1]) <= {None}
    assert all(piece.usage is None for piece in ask(stream=True))


def tools():
    question = [{"role": "user", "content": "What is the weather like in Paris tomorrow?"}]
    # One call: small models that have to call something go on calling.
    request = {"messages": question, "tools": [WEATHER], "tool_choice": "required", "parallel_tool_calls": False}
    whole = ask(**request, max_tokens=100)
    assert whole.choices[0].finish_reason == "tool_calls"
    with client.chat.completions.stream(model=MODEL, temperature=0, max_tokens=100, **request) as stream:
        done = [event for event in stream if event.type == "tool_calls.function.arguments.done"]
        final = stream.get_final_completion()
    calls = final.choices[0].message.tool_calls
    assert final.choices[0].finish_reason == "tool_calls" and len(done) == len(calls) == 1
    for call, same in zip(calls, whole.choices[0].message.tool_calls, strict=True):
        arguments = json.loads(call.function.arguments)
        assert call.function.name == "weather" and set(arguments) == {"city", "days"} and arguments["days"] in (1, 2, 3)
        assert same.function.arguments == call.function.arguments and call.id
    results = [{"role": "tool", "tool_call_id": call.id, "content": "sunny, 20 degrees"} for call in calls]
    said = question + [final.choices[0].message.model_dump(exclude_none=True)] + results
    said[1] = {key: value for key, value in said[1].items() if key in ("role", "content", "tool_calls")}
    assert ask(messages=said, tools=[WEATHER], tool_choice="none").choices[0].message.content
    named = {"type": "function", "function": {"name": "weather"}}
    assert ask(**{**request, "tool_choice": named}, max_tokens=100).choices[0].message.tool_calls[0].function.name == "weather"
    refused(openai.BadRequestError, "tool_choice", ask, tool_choice="required")


def schemas():
    messages = [{"role": "user", "content": "Describe Paris as JSON."}]
    parsed = client.chat.completions.parse(
        model=MODEL, messages=messages, response_format=City, temperature=0, max_tokens=300
    )
    city = parsed.choices[0].message.parsed
    assert isinstance(city, City), parsed
    anything = ask(response_format={"type": "json_object"}, max_tokens=60).choices[0]
    assert anything.message.content.lstrip().startswith("{")
    # What is cut off is the beginning of an object.
    assert anything.finish_reason == "length" or isinstance(json.loads(anything.message.content), dict)
    schema = {"name": "s", "schema": {"type": "object", "dependentRequired": {"a": ["b"]}}}
    refused(
        openai.BadRequestError,
        "response_format.json_schema.schema",
        ask,
        response_format={"type": "json_schema", "json_schema": schema},
    )


def logprobs():
    whole = ask(logprobs=True, top_logprobs=3)
    tokens = whole.choices[0].logprobs.content
    assert len(tokens) in (whole.usage.completion_tokens, whole.usage.completion_tokens - 1)
    assert "".join(token.token for token in tokens).startswith(whole.choices[0].message.content)
    for token in tokens:
        best = [other.logprob for other in token.top_logprobs]
        assert len(best) == 3 and best == sorted(best, reverse=True) and token.logprob == best[0] <= 0
    text = client.completions.create(model=MODEL, prompt="The sky is", max_tokens=5, temperature=0, logprobs=2)
    assert len(text.choices[0].logprobs.token_logprobs) == 5
    assert all(len(best) >= 2 for best in text.choices[0].logprobs.top_logprobs)


def echo():
    prompt = "The capital of France is Paris."
    choice = client.completions.create(
        model=MODEL, prompt=prompt, max_tokens=1, temperature=0, logprobs=1, echo=True
    ).choices[0]
    scored = choice.logprobs
    assert choice.text.startswith(prompt) and scored.token_logprobs[0] is None
    assert all(value <= 0 for value in scored.token_logprobs[1:]) and scored.text_offset == sorted(scored.text_offset)
    assert len(scored.tokens) == len(scored.token_logprobs) == len(scored.text_offset) == len(scored.top_logprobs)
    only = client.completions.create(model=MODEL, prompt=prompt, max_tokens=0, logprobs=1, echo=True).choices[0]
    assert only.text == prompt and only.logprobs.token_logprobs[1:] == scored.token_logprobs[1 : len(only.logprobs.tokens)]


def several():
    prompts = ["Once upon a time", "The sky is"]
    answer = client.completions.create(model=MODEL, prompt=prompts, n=2, max_tokens=8, temperature=0, echo=True)
    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]
    assert all(answer.choices[i].text.startswith(prompts[i // 2]) for i in range(4))
    assert answer.choices[0].text == answer.choices[1].text
    streamed = ["", "", "", ""]
    for piece in client.completions.create(model=MODEL, prompt=prompts, n=2, max_tokens=8, temperature=0, stream=True):
        for choice in piece.choices:
            streamed[choice.index] += choice.text
    assert [prompts[i // 2] + streamed[i] for i in range(4)] == [choice.text for choice in answer.choices]
    assert len(ask(n=3, temperature=1, seed=1).choices) == 3


def stop():
    text = client.completions.create(model=MODEL, prompt="one two three four", max_tokens=30, temperature=0).choices[0].text
    word = text[len(text) // 2 :][:3]
    cut = client.completions.create(model=MODEL, prompt="one two three four", max_tokens=30, temperature=0, stop=[word])
    assert cut.choices[0].finish_reason == "stop" and cut.choices[0].text == text[: text.index(word)]


def seed():
    one, same, other = (ask(temperature=1, seed=seed).choices[0].message.content for seed in (5, 5, 6))
    assert one == same and one != other


def errors():
    refused(openai.BadRequestError, "temperature", ask, temperature=-1)
    refused(openai.BadRequestError, "n", ask, n=0)
    refused(openai.BadRequestError, "messages", ask, messages=[])
    refused(openai.BadRequestError, "top_logprobs", ask, top_logprobs=2)
    refused(openai.BadRequestError, "prompt", client.completions.create, model=MODEL, prompt=[])
    try:
        ask(messages=[{"role": "user", "content": "a b c d " * 100_000}])
        raise AssertionError("a prompt longer than the context was answered")
    except openai.BadRequestError as e:
        assert e.code == "context_length_exceeded" and e.param == "messages", (e.code, e.param)
    refused(openai.NotFoundError, None, client.post, path="/nothing", cast_to=object)
    if KEY != "none":
        refused(openai.AuthenticationError, None, client.with_options(api_key="another").models.list)


def leaving():
    """A stream that is closed ends the text: soon nobody's is computed."""
    stream = ask(stream=True, max_tokens=-1, extra_body={"ignore_eos": True})
    for _, _ in zip(range(3), stream):
        pass
    stream.close()
    for _ in range(100):
        request = urllib.request.Request(URL.removesuffix("/v1") + "/metrics", headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request) as response:
            lines = response.read().decode().splitlines()
        running = [float(line.split()[-1]) for line in lines if line.startswith("gta_texts_running")]
        assert running, lines
        if sum(running) == 0:
            return
        time.sleep(0.05)
    raise AssertionError("the text goes on without anybody who reads it")


def many():
    """Sixteen at once get what each gets alone."""
    questions = [f"Tell me about the number {i}." for i in range(16)]

    async def all_at_once():
        async with openai.AsyncOpenAI(base_url=URL, api_key=KEY, max_retries=0, timeout=300) as together:
            calls = [
                together.chat.completions.create(
                    model=MODEL, messages=[{"role": "user", "content": q}], temperature=0, max_tokens=30
                )
                for q in questions
            ]
            return [answer.choices[0].message.content for answer in await asyncio.gather(*calls)]

    together = asyncio.run(all_at_once())
    alone = [ask(messages=[{"role": "user", "content": q}], max_tokens=30).choices[0].message.content for q in questions]
    assert together == alone


print(f"openai {openai.VERSION}, {MODEL} at {URL}")
for check in (models, chat, streaming, tools, schemas, logprobs, echo, several, stop, seed, errors, leaving, many):
    begin = time.monotonic()
    check()
    print(f"{check.__name__:10} ok   {time.monotonic() - begin:.1f} s", flush=True)
