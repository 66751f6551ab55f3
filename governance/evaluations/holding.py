"""A file whose form was not right yet: kept beside the form, one for each person."""

from django.core import signing
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from governance.accounts.models import User
from governance.evaluations.rules import MOST_BYTES
from governance.evidence.rules import kept_name

SALT = "evaluations.held"
HOURS = 24


def hold(upload: File, *, person: User) -> str:
    """Keep a file until the person's form is right; return what the form sends back for it."""
    if not 0 < upload.size <= MOST_BYTES:
        return ""
    forget(person)
    upload.seek(0)
    path = default_storage.save(_path(person), ContentFile(upload.read()))
    told = {"path": path, "name": kept_name(str(upload.name)), "person": person.pk}
    return signing.dumps(told, salt=SALT)


def held(text: str, *, person: User) -> File | None:
    """Return the file that a form speaks of; None when it is not the person's, or gone."""
    try:
        told = signing.loads(text, salt=SALT, max_age=HOURS * 3600)
        if told["person"] != person.pk:
            return None
        with default_storage.open(told["path"], "rb") as stored:
            return ContentFile(stored.read(), name=told["name"])
    except (signing.BadSignature, OSError):
        return None


def forget(person: User) -> None:
    """Delete what is held for a person."""
    default_storage.delete(_path(person))


def _path(person: User) -> str:
    return f"evaluations/held/{person.handle}"
