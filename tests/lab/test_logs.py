"""How the daemon's log and the kernel's word are read."""

from tests.lab.logs import read_log, read_removed


def test_log_lines_become_events_on_the_other_clock() -> None:
    text = (
        "not an event\n"
        '{"event": "plan.applied", "level": "info", "timestamp": "1970-01-01T00:01:40.5Z"}\n'
    )
    (event,) = read_log(text, 40.0)
    assert (event.at, event.name) == (60.5, "plan.applied")


def test_a_removed_connection_is_known_by_who_opened_it_and_what_it_was_translated_to() -> None:
    text = (
        "[100.250000]\t[DESTROY] tcp      6 src=10.0.0.2 dst=1.1.1.1 sport=1000 dport=80 "
        "src=1.1.1.1 dst=198.18.0.2 sport=80 dport=1000 [ASSURED]\n"
        "conntrack v1.4.7 (conntrack-tools): 1 flow events have been shown.\n"
    )
    (removed,) = read_removed(text, 100.0)
    assert (removed.at, removed.source, removed.translated) == (0.25, "10.0.0.2", "198.18.0.2")
