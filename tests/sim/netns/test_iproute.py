"""Which refusals of the kernel count."""

from wanwatch.sim.netns.iproute import Refusal, read_refusals

COMMANDS = ("route replace 10.0.0.0/8 dev a", "route del 10.0.0.0/8", "rule add pref 1 lookup 9")


def test_a_command_that_fails_is_named_with_its_reason() -> None:
    said = "Error: Nexthop has invalid gateway.\nCommand failed -:1\n"
    assert read_refusals(COMMANDS, said) == [
        Refusal(COMMANDS[0], "Error: Nexthop has invalid gateway.")
    ]


def test_what_is_gone_need_not_be_taken_away() -> None:
    assert read_refusals(COMMANDS, "RTNETLINK answers: No such process\nCommand failed -:2\n") == []


def test_what_is_not_there_is_an_error_for_a_command_that_needs_it() -> None:
    said = 'Cannot find device "a"\nCommand failed -:1\n'
    assert [refusal.command for refusal in read_refusals(COMMANDS, said)] == [COMMANDS[0]]


def test_a_rule_that_is_there_need_not_be_added() -> None:
    assert read_refusals(COMMANDS, "RTNETLINK answers: File exists\nCommand failed -:3\n") == []


def test_silence_is_success() -> None:
    assert read_refusals(COMMANDS, "") == []
