"""Since when nothing is heard, counted by when samples left."""

from wanwatch.core.health.silence import Silence, is_refuted, unheard_for


def silence(*, answered: tuple[float, ...] = (), lost: tuple[float, ...] = ()) -> Silence:
    made = Silence()
    for at in answered:
        made.answered(at)
    for at in lost:
        made.lost(at)
    return made


def test_nothing_sent_is_no_silence() -> None:
    assert unheard_for([silence()]) == 0
    assert unheard_for([]) == 0


def test_silence_lasts_from_the_first_loss_to_the_newest() -> None:
    assert unheard_for([silence(answered=(1.0,), lost=(2.0, 2.5, 3.25))]) == 1.25


def test_one_target_that_answered_later_ends_the_silence_of_all() -> None:
    dead = silence(lost=(1.0, 2.0, 3.0, 4.0))
    alive = silence(answered=(3.5,), lost=(4.5,))
    assert unheard_for([dead, alive]) == 0.5


def test_a_late_answer_takes_back_what_was_lost_before_it() -> None:
    late = silence(lost=(1.0, 2.0, 3.0))
    late.answered(2.0)
    assert list(late.lost_since) == [3.0]


def test_an_old_answer_does_not_bring_back_what_is_refuted() -> None:
    heard = silence(answered=(5.0,))
    heard.answered(2.0)
    heard.lost(4.0)
    assert heard.heard_of == 5.0
    assert list(heard.lost_since) == []


def test_a_void_sample_is_no_silence() -> None:
    void = silence(lost=(1.0, 2.0))
    void.voided(2.0)
    assert list(void.lost_since) == [1.0]


def test_a_long_silence_keeps_its_beginning() -> None:
    long = silence(lost=tuple(float(n) for n in range(3000)))
    assert unheard_for([long]) == 2999
    assert len(long.lost_since) <= 1024


def test_a_loss_is_refuted_by_quorum_answers_to_what_left_no_earlier() -> None:
    silences = [silence(answered=(1.0,)), silence(answered=(2.0,)), silence(lost=(2.0,))]
    assert is_refuted(2.0, silences, quorum=1)
    assert not is_refuted(2.0, silences, quorum=2)
    assert not is_refuted(2.1, silences, quorum=1)
