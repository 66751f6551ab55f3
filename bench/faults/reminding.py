"""Open items that fall due soon, one for each person; print them as JSON.

Run in a process of its own with the settings of the instance:
python -m bench.faults.reminding COUNT FIRST LAST SINK. They fall due evenly between FIRST and LAST
seconds from now. Each has one step at that moment, told in the app, by mail and, where SINK names
an address, by webhook; its next step lies a month away.
"""

import json
import os
import sys
from datetime import timedelta

import django

KIND = "bench"


def main(count: int, first: float, last: float, sink: str) -> None:
    """Make the people, the endpoint and the items, and print what falls due when for whom."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    django.setup()
    from governance.accounts.models import BusinessUnit, Membership, User
    from governance.accounts.rules import Role
    from governance.escalation.models import Item
    from governance.escalation.open_actions import open_items
    from governance.escalation.queries import database_now
    from governance.escalation.rules import Base, ClockKind, Due, Offset, Plan, Span, Step
    from governance.notices.endpoint_actions import add_endpoint
    from governance.notices.rules import Channel, Severity

    root = BusinessUnit.objects.get(parent__isnull=True)
    people = User.objects.bulk_create(
        User(email=f"person{at}@faults.example", name=f"Person {at}") for at in range(count)
    )
    Membership.objects.bulk_create(
        Membership(user=one, unit=root, role=Role.SYSTEM_OWNER) for one in people
    )
    channels = [Channel.APP, Channel.EMAIL]
    if sink:
        admin = User.objects.get(email="admin@faults.example")
        add_endpoint(actor=admin, name="Sink", url=sink, events=["escalation.stepped"])
        channels.append(Channel.WEBHOOK)
    steps = tuple(
        Step(code, 1, ("responsible",), tuple(channels), Offset(Base.DUE, minutes, Span.MINUTES))
        for code, minutes in (("due", 0), ("a month later", 43_200))
    )
    now = database_now()
    dues = [
        Due(
            key=f"{KIND}:due:{at}",
            kind=KIND,
            title=f"Deadline {at}",
            unit_id=root.pk,
            url="/",
            due_at=now + timedelta(seconds=first + (last - first) * at / max(count - 1, 1)),
            since=now - timedelta(days=1),
            severity=Severity.HIGH,
            whom=(person.pk,),
        )
        for at, person in enumerate(people)
    ]
    open_items(dues, plans={KIND: Plan(KIND, steps, clock=ClockKind.ALWAYS)})
    rows = Item.objects.filter(kind=KIND).order_by("pk")
    told = [
        {"item": item.notice_key, "person": item.whom[0], "due": item.due_at.isoformat()}
        for item in rows
    ]
    print(json.dumps({"channels": channels, "items": told}))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), "".join(sys.argv[4:]))
