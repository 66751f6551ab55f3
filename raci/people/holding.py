"""Holding a row until the transaction ends, so that two requests do not both pass a check."""

from django.db.models import Model

from governance.accounts.models import User


def hold(scope: Model) -> None:
    """Hold the row of a system or unit until the transaction ends; whoever else asks waits."""
    type(scope)._default_manager.select_for_update(no_key=True).get(pk=scope.pk)


def hold_people(*people: User) -> None:
    """Hold the rows of people, always in the same order."""
    ids = [person.pk for person in people]
    list(User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
