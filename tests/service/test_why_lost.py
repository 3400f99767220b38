"""Why the last probe of a target was lost, as a prober said and as the explanation tells."""

from tests.service.test_watcher import T1, T2, Scene, play
from wanwatch.probes.results import Reply, Timeout


def test_the_reason_of_the_last_loss_is_kept_until_there_is_another_or_an_answer() -> None:
    async def story(scene: Scene) -> None:
        watcher, name = scene.watcher, str(T1)
        watcher.sent("a", T1, 100, 0.0)
        watcher.finished("a", T1, 100, Timeout("status 503"), 0.1)
        assert watcher.why_lost("a", name) == "status 503"
        assert watcher.why_lost("b", name) == ""
        assert watcher.why_lost("a", str(T2)) == ""
        watcher.sent("a", T1, 101, 0.2)
        watcher.finished("a", T1, 101, Timeout("captive portal: status 511"), 0.3)
        assert watcher.why_lost("a", name) == "captive portal: status 511"
        watcher.sent("a", T1, 102, 0.4)
        watcher.finished("a", T1, 102, Timeout(), 0.5)
        assert watcher.why_lost("a", name) == ""
        watcher.sent("a", T1, 103, 0.6)
        watcher.finished("a", T1, 103, Timeout("status 503"), 0.7)
        watcher.sent("a", T1, 104, 0.8)
        watcher.finished("a", T1, 104, Reply(0.1), 0.9)
        assert watcher.why_lost("a", name) == ""

    play(story)
