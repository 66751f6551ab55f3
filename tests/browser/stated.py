"""What somebody stated by hand and proposed to set aside, for the tour of all pages."""

from datetime import timedelta

from django.utils import timezone

from governance.accounts.models import User
from governance.crosswalk.actions import Aside, set_aside
from governance.crosswalk.statement_actions import Content, Subject, state
from inventory.systems.models import AISystem


def fill(system: AISystem, officer: User) -> dict[str, str | int]:
    """State what shows a control, with a link, and propose that another does not apply."""
    day = timezone.localdate() + timedelta(days=90)
    content = Content(link="https://halden.example/breach-notices")
    about = Subject("C67", system)
    said = "The data protection office keeps the register and tells the authority."
    row = state(about, actor=officer, said=said, content=content, review_on=day)
    set_aside(
        Aside("C67", None, system), actor=officer, reason="The processor tells them.", until=day
    )
    return {"statement": row.pk}
