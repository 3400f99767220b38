"""``wanwatch replay``: what other limits would have made of a recording."""

from pathlib import Path

from wanwatch.cli.console import EXIT_OK, EXIT_USAGE, Failure, note, out, say, say_json
from wanwatch.cli.replay_json import replay_document
from wanwatch.cli.replay_read import files_of, read_into
from wanwatch.cli.replay_text import replay_view
from wanwatch.cli.replay_words import broken_sentences, notes
from wanwatch.config import load
from wanwatch.config.durations import parse_duration
from wanwatch.core.health.replay import Replay
from wanwatch.service.build import confirm_intervals, watched_wans


def run_replay(path: Path, config: Path, *, false_within: str, as_json: bool) -> int:
    """Replay and print; raises ConfigError, or Failure where there is nothing to replay."""
    try:
        within = parse_duration(false_within)
    except ValueError as error:
        sentence = f"--false-within {error}; write a number and its unit, as in 10s"
        raise Failure(sentence, code=EXIT_USAGE) from error
    loaded = load(config)
    replay = Replay(
        watched_wans(loaded), false_within=within, confirm_intervals=confirm_intervals(loaded)
    )
    files = files_of(path)
    broken = read_into(replay, files)
    result = replay.result()
    for sentence in broken_sentences(broken):
        note(sentence)
    if not result.wans:
        raise Failure(*notes(result), f"{path}: nothing in it can be judged by {config}")
    if as_json:
        say_json(replay_document(result, files, broken, within))
        return EXIT_OK
    out().print(replay_view(result, within))
    for sentence in notes(result):
        say(sentence)
    return EXIT_OK
