"""Says sentences to a router's API, on the host that it is started on.

``python -m tests.lab.steering_api ADDRESS`` reads a sentence a line, words split at spaces, and
prints a JSON list: for each sentence the answers but ``!done``. ``*`` in ``=.id=*`` stands for the
ids of the sentence before, so that a print selects what is changed.
"""

import asyncio
import json
import sys

from wanwatch.routeros.wire import Sentence, SentenceDecoder, encode_sentence

_PORT = 8728
_PATIENCE = 10.0


class RefusedError(Exception):
    """The router refused a sentence."""


async def converse(address: str, sentences: list[list[str]]) -> list[list[Sentence]]:
    """Say all sentences in turn; raises RefusedError at the first that is refused."""
    reader, writer = await asyncio.open_connection(address, _PORT)
    decoder, waiting = SentenceDecoder(), list[Sentence]()

    async def ask(words: list[str]) -> list[Sentence]:
        writer.write(encode_sentence(words))
        answers: list[Sentence] = []
        while True:
            while not waiting:
                data = await asyncio.wait_for(reader.read(65536), _PATIENCE)
                if not data:
                    raise RefusedError(f"{words}: closed by the router")
                waiting.extend(decoder.feed(data))
            answer = waiting.pop(0)
            if answer[0] == "!done":
                return answers
            if answer[0] in ("!trap", "!fatal"):
                raise RefusedError(f"{words}: {answer}")
            answers.append(answer)

    await ask(["/login", "=name=admin", "=password="])
    said: list[list[Sentence]] = []
    for words in sentences:
        ids = [] if not said else [w[5:] for row in said[-1] for w in row if w.startswith("=.id=")]
        if "=.id=*" not in words:
            said.append(await ask(words))
        elif ids:
            listed = f"=.id={','.join(ids)}"
            said.append(await ask([listed if word == "=.id=*" else word for word in words]))
    writer.close()
    return said


if __name__ == "__main__":
    lines = [line.split() for line in sys.stdin.read().splitlines() if line.strip()]
    print(json.dumps(asyncio.run(converse(sys.argv[1], lines))))  # noqa: T201
