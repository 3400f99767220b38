"""Every refusal is one exact sentence; the folder ``bad`` holds one file for each."""

from pathlib import Path

import pytest

from wanwatch.config import Config, ConfigError, load, load_text
from wanwatch.config.keys import fields_of, sections_of

HERE = Path(__file__).parent
BAD = sorted((HERE / "bad").glob("*.toml"))
GOOD = sorted((HERE / "good").glob("*.toml"))
EXPECT = "# expect: "
NAME = "wanwatch.toml"


def expected_sentence(path: Path) -> str:
    """Return what the first line of a bad file expects."""
    first = path.read_text().splitlines()[0]
    assert first.startswith(EXPECT)
    return first.removeprefix(EXPECT)


def refusal(text: str) -> tuple[str, ...]:
    """Return the problems of a text that has to be refused."""
    with pytest.raises(ConfigError) as caught:
        load_text(text, NAME)
    return caught.value.problems


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_is_refused_with_its_sentence(path: Path) -> None:
    assert refusal(path.read_text())[0] == expected_sentence(path)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_one_mistake_gives_one_sentence(path: Path) -> None:
    assert len(refusal(path.read_text())) == 1


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_each_sentence_names_file_key_and_remedy(path: Path) -> None:
    file, _, rest = expected_sentence(path).partition(": ")
    key, _, sentence = rest.partition(": ")
    assert file == NAME
    assert key
    assert " " not in key.replace('"fall time"', "").split("[", maxsplit=1)[0] or "line" in key
    assert "; " in sentence or ": write " in sentence
    assert not sentence.endswith(".")


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_file_is_accepted(path: Path) -> None:
    assert load(path).source == str(path)


def test_the_minimal_file_is_under_fifteen_lines() -> None:
    assert len((HERE / "good" / "minimal.toml").read_text().splitlines()) < 15


def test_one_good_file_changes_every_key_that_can_stand_beside_the_others() -> None:
    config = load(HERE / "good" / "everything.toml")
    exclusive = {"password", "password_file", "password_credential", "tls_fingerprint"}
    written: dict[str, set[str]] = {}
    for name in type(config).model_fields:
        section = getattr(config, name)
        for part in section if isinstance(section, tuple) else (section,):
            kind = type(part)
            written.setdefault(kind.__name__, set()).update(
                kind.model_fields[field].alias or field
                for field in part.model_fields_set
                if kind.model_fields[field].is_required()
                or getattr(part, field) != kind.model_fields[field].default
            )
    for _, _, model in sections_of(Config):
        assert set(fields_of(model)) - exclusive == written[model.__name__], model


def test_all_mistakes_are_said_at_once_and_sorted() -> None:
    text = '[router]\ntls = "CA"\n[health]\nfal = 3\nquorum = true\n[[wan]]\nname = "a"\n'
    assert refusal(text) == (
        'wanwatch.toml: health.fal: unknown key; did you mean "fall"?',
        "wanwatch.toml: health.quorum: true is not a whole number; write quorum = 1",
        'wanwatch.toml: router.address: missing; write address = "192.168.88.1"',
        (
            'wanwatch.toml: router.tls: "CA" is not one of "off", "ca", "pin", "anonymous"; '
            'did you mean "ca"?'
        ),
        'wanwatch.toml: wan[1 "a"].interface: missing; write interface = "ether1"',
    )


def test_a_contradiction_in_one_section_is_said_beside_a_wrong_type_in_another() -> None:
    problems = refusal(
        '[health]\nrecovered_loss = 0.5\n[log]\nlevel = 3\n[[wan]]\nname = "a"\ninterface = "b"\n'
    )
    assert [problem.split(": ")[1] for problem in problems] == [
        "health.recovered_loss",
        "log.level",
    ]


def test_the_error_shows_all_sentences() -> None:
    error = ConfigError(["b", "a"])
    assert error.problems == ("a", "b")
    assert str(error) == "a\nb"
