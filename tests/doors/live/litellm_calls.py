"""A program that uses the real litellm with mock responses; test_litellm.py runs it by itself."""

import asyncio
import contextlib

ASKED = {"messages": [{"role": "user", "content": "a secret question"}], "mock_response": "a secret answer"}
TAGS = {"tags": ["team:search", "outcome:won"]}


async def asynchronous(litellm):
    await litellm.acompletion(model="gpt-4o", **ASKED)
    async for _ in await litellm.acompletion(model="gpt-4o", stream=True, **ASKED):
        pass
    await asyncio.sleep(0.5)


def main():
    import litellm

    from farthing.doors.litellm_callback import callback

    litellm.callbacks = [callback]
    used = litellm.completion(model="gpt-4o", metadata=TAGS, user="ann", **ASKED).usage
    for _ in litellm.completion(model="claude-sonnet-4-5", stream=True, **ASKED):
        pass
    asyncio.run(asynchronous(litellm))
    with contextlib.suppress(Exception):
        litellm.completion(model="gpt-4o", messages=ASKED["messages"], mock_response=Exception("overloaded"))
    assert callback.flush(30), "all of it is sent"
    assert callback.dropped == 0, callback.dropped
    print(used.prompt_tokens, used.completion_tokens)  # noqa: T201, it is what the test reads


if __name__ == "__main__":
    main()
