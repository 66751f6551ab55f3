"""What people who leave still answer for, over REST, and giving it to others."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.rest.fields import StrictBody
from governance.rest.resource import Readable
from inventory.systems.serializers import PersonField
from raci.matrices.belongings import belongings, still_named
from raci.matrices.effects import Watch
from raci.matrices.handover_actions import hand_over
from raci.matrices.serializers import BrokenSerializer
from raci.people.models import RoleHolder

KEY = "^(letter|seat|turn|delegation):[0-9]{1,18}$"


class LeaverSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "name", "email"]


class BelongingSerializer(serializers.Serializer):
    """One thing that somebody has."""

    key = serializers.CharField(help_text="names it where it is handed over")
    kind = serializers.CharField()
    what = serializers.CharField()
    place = serializers.CharField()
    url = serializers.CharField()
    may_move = serializers.BooleanField(help_text="whether the caller may give it to another")
    is_accountable = serializers.BooleanField()


class BelongingsSerializer(LeaverSerializer):
    has_left = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField()

    class Meta(LeaverSerializer.Meta):
        fields = ["id", "name", "email", "has_left", "items"]

    def get_has_left(self, person: User) -> bool:
        """Return whether the account is closed."""
        return not person.is_active

    @extend_schema_field(BelongingSerializer(many=True))
    def get_items(self, person: User) -> list[dict[str, Any]]:
        """Return all that the person has, of what the caller sees; letters first."""
        reader = self.context["request"].user
        return list(BelongingSerializer(belongings(person, reader), many=True).data)


class LeaverItemInput(StrictBody):
    """One thing, and who has it from now on."""

    key = serializers.RegexField(KEY)
    to = PersonField()


class LeaverReassignInput(StrictBody):
    """What is handed over, to whom; all of it or nothing."""

    items: Any = serializers.ListField(child=LeaverItemInput(), min_length=1, max_length=1_000)


class ReassignedSerializer(serializers.Serializer):
    """How many things changed hands, what is left, and what that broke in matrices in force."""

    moved = serializers.IntegerField()
    left = BelongingSerializer(many=True)
    broke = BrokenSerializer(many=True)


class LeaverViewSet(Readable):
    """People who have left and are still named; one by id also before they leave."""

    queryset = User.objects.none()
    serializer_class = LeaverSerializer
    lookup_value_regex = "[0-9]{1,18}"
    sorts: ClassVar = ("name",)

    def visible(self, user: User) -> QuerySet[User]:
        """Return who has left and still has a letter or role that the caller sees."""
        if self.action == "list":
            return User.objects.filter(pk__in=still_named(user).order_by().values("pk"))
        return User.objects.filter(is_service=False)

    @extend_schema(responses=BelongingsSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return all that one person has, of what the caller sees; 404 when that is nothing."""
        person = self._somebody()
        context = self.get_serializer_context()
        return Response(BelongingsSerializer(person, context=context).data)

    @extend_schema(request=LeaverReassignInput, responses=ReassignedSerializer)
    @action(detail=True, methods=["post"])
    def reassign(self, request: Request, pk: str) -> Response:
        """Give things to others, at once also in what is in force; says what that broke."""
        person, data = self._somebody(), self.valid(LeaverReassignInput)
        wishes = {one["key"]: one["to"] for one in data["items"]}
        if len(wishes) < len(data["items"]):
            raise serializers.ValidationError({"items": ["One thing goes to one person."]})
        movable = {one.key for one in belongings(person, self.person) if one.may_move}
        if gone := sorted(set(wishes) - movable):
            raise DomainError(f"{person} does not have {gone[0]}, or it is not yours to give.")
        roles = list(RoleHolder.objects.filter(person=person).values_list("role", flat=True))
        watch = Watch(self.person, [person, *set(wishes.values())], roles)
        moved = hand_over(person, wishes=wishes, actor=self.person)
        left = belongings(person, self.person)
        body = {"moved": moved, "left": left, "broke": watch.broke()}
        return Response(ReassignedSerializer(body).data)

    def _somebody(self) -> User:
        """Return the person of the address; 404 for one who has nothing that the caller sees."""
        person: User = self.get_object()
        if not belongings(person, self.person):
            raise Http404
        return person
