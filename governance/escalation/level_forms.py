"""The form of one level of a policy."""

from collections.abc import Sequence
from typing import Any

from django import forms

from governance.escalation.plans import LevelWish
from governance.escalation.rules import DELAYS
from governance.notices.rules import Channel

CHANNELS = {Channel.APP: "In the app", Channel.EMAIL: "By mail", Channel.WEBHOOK: "By webhook"}


class LevelForm(forms.Form):
    """One level: how long it has before the next, who is told, by which channels."""

    delay = forms.IntegerField(
        label="Minutes before the next level", min_value=DELAYS[0], max_value=DELAYS[1]
    )
    channels = forms.MultipleChoiceField(
        choices=[(one.value, words) for one, words in CHANNELS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one channel."},
    )

    def __init__(self, *args: Any, offered: Sequence[Any], slots: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slots = [f"target_{number}" for number in range(1, slots + 1)]
        for number, name in enumerate(self.slots, start=1):
            is_first = number == 1
            self.fields[name] = forms.ChoiceField(
                label="Tell" if is_first else f"And also ({number})",
                choices=[("", "Choose who" if is_first else "nobody else"), *offered],
                required=is_first,
                error_messages={"required": "Say who is told at this level."},
            )

    @property
    def delay_field(self) -> forms.BoundField:
        """Return the field of the time before the next level."""
        return self["delay"]

    @property
    def channels_field(self) -> forms.BoundField:
        """Return the field of the channels."""
        return self["channels"]

    @property
    def target_fields(self) -> list[forms.BoundField]:
        """Return the fields of who is told."""
        return [self[name] for name in self.slots]

    @property
    def targets(self) -> tuple[str, ...]:
        """Return who is told, each once."""
        found = (self.cleaned_data.get(name, "") for name in self.slots)
        return tuple(dict.fromkeys(target for target in found if target))

    @property
    def wish(self) -> LevelWish:
        """Return the level that the form asks for."""
        given = self.cleaned_data
        channels = tuple(Channel(one) for one in given["channels"])
        return LevelWish(given["delay"], self.targets, channels)
