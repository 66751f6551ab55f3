"""In the app: the row itself is the delivery; the bell and the page of notices read it."""

from governance.accounts.models import User
from governance.notices.models import Notice, NoticeQuerySet

MOST_LISTED = 500  # older ones stay on their items' timelines


def told_in_app(user: User) -> NoticeQuerySet:
    """Return what a person was told in the app, newest first."""
    return Notice.objects.visible_to(user).order_by("-created_at", "-pk")
