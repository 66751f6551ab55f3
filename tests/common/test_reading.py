"""What a page asks for several times is read once, and only while the page is put together."""

from governance.accounts.models import User
from governance.common.reading import one_reading, read_once

asked: list[int] = []


@read_once
def answer(person: User) -> int:
    """Return how often anybody asked."""
    asked.append(person.pk)
    return len(asked)


def test_inside_a_reading_the_same_row_is_read_once():
    with one_reading():
        first = answer(User(pk=1))
        assert answer(User(pk=1)) == first
        assert answer(User(pk=2)) != first


def test_outside_a_reading_every_question_is_asked():
    assert answer(User(pk=1)) != answer(User(pk=1))


def test_a_reading_knows_nothing_of_the_one_before():
    with one_reading():
        first = answer(User(pk=1))
    with one_reading():
        assert answer(User(pk=1)) != first
