"""The units that the rows of a file name, found or made below the unit imported into."""

from governance.accounts.models import BusinessUnit, User
from governance.accounts.unit_actions import add_unit
from governance.common.canonical import digest


class UnitTree:
    """The units below one unit, as one chunk of rows needs them; read in one statement."""

    def __init__(self, root: BusinessUnit, *, actor: User) -> None:
        self.root, self.actor, self.made = root, actor, 0
        below = BusinessUnit.objects.filter(path__contains=[root.pk])
        self._by_key = {unit.external_key: unit for unit in below if unit.external_key}
        self._by_name = {(unit.parent_id, unit.name.casefold()): unit for unit in below}

    def at(self, path: tuple[str, ...]) -> BusinessUnit:
        """Return the unit at a path of names below the root, making what is missing.

        A unit keeps the key it was made with, so that it is found again under another name.
        """
        unit = self.root
        for depth, name in enumerate(path, start=1):
            key = self._key(path[:depth])
            found = self._by_key.get(key) or self._by_name.get((unit.pk, name.casefold()))
            unit = found or self._make(name, unit, key)
        return unit

    def _key(self, path: tuple[str, ...]) -> str:
        return f"import:{self.root.pk}:{digest([name.casefold() for name in path])[:32]}"

    def _make(self, name: str, parent: BusinessUnit, key: str) -> BusinessUnit:
        unit = add_unit(name=name, parent=parent, actor=self.actor, external_key=key)
        self._by_key[key] = unit
        self._by_name[(parent.pk, name.casefold())] = unit
        self.made += 1
        return unit
