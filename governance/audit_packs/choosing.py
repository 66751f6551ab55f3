"""Lists of systems elsewhere whose filter may choose what a pack is about."""

from collections.abc import Callable

from django.db.models import QuerySet

from governance.accounts.models import User
from inventory.systems.models import AISystem

# A stage above puts its list here: it takes the person and the words after "?" of the address,
# and gives the systems that the person sees there.
Chooser = Callable[[User, str], QuerySet[AISystem]]
LISTS: dict[str, Chooser] = {}
REGISTER = "register"


def by_filter(user: User, query: str) -> QuerySet[AISystem]:
    """Return the systems that the list of systems shows this person at an address."""
    chooser = LISTS.get(REGISTER)
    return chooser(user, query) if chooser else AISystem.objects.none()
