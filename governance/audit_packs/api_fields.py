"""Pieces of bodies about packs that several resources share."""

from typing import Any

from rest_framework import serializers

from governance.audit_packs.sharing_actions import Outside
from governance.rest.fields import StrictBody
from inventory.systems.serializers import PersonField


class SomebodyInput(StrictBody):
    """Somebody: a person by address, or a name and an address of who has no account."""

    person = PersonField(required=False)
    name = serializers.CharField(max_length=150, required=False)
    email = serializers.EmailField(required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the body with `to`; raises ValidationError unless it names one somebody."""
        outside = {"name", "email"} & set(data)
        if ("person" in data) == bool(outside) or len(outside) == 1:
            raise serializers.ValidationError("Give either a person, or a name and an email.")
        to = data.get("person") or Outside(data["name"], data["email"].lower())
        return data | {"to": to}
