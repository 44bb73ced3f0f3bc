from watchpost.coolify.session import Looks


class Counting:
    """Answers how often it was asked before."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _key: str) -> int:
        """Answer 0, 1, 2, ..."""
        self.count += 1
        return self.count - 1


def test_a_look_serves_one_update() -> None:
    """A second update of the same process looks again."""
    looks = Looks(Counting())
    assert [looks.observe("a"), looks.take("a"), looks.take("a")] == [0, 0, 1]


def test_an_old_look_serves_none() -> None:
    """What a human may have done since must be seen before it is written over."""
    looks = Looks(Counting(), last_seconds=0)
    assert [looks.observe("a"), looks.take("a")] == [0, 1]


def test_a_look_at_one_app_serves_no_other() -> None:
    """Each app has its own."""
    looks = Looks(Counting())
    assert [looks.observe("a"), looks.take("b"), looks.take("a")] == [0, 1, 0]


def test_that_there_is_nothing_is_an_answer() -> None:
    """An app without any deployment is not asked about again."""
    asked: list[str] = []
    looks = Looks(asked.append)
    assert looks.observe("a") is None
    assert looks.take("a") is None
    assert asked == ["a"]
