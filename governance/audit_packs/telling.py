"""Telling people of packs that were given to them, of questions and of answers."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.models_sharing import PackRecipient, PackWithdrawal
from governance.audit_packs.question_models import PackAnswer, PackQuestion
from governance.audit_packs.sharing_queries import keepers
from governance.common.dates import day_of, short_day
from governance.notices.actions import Wish, tell
from governance.notices.queries import administrators
from governance.notices.rules import Channel, Severity

OVERDUE_STEP = 1


def tell_recipient(recipient: PackRecipient) -> None:
    """Tell a person with an account that a pack is theirs to download, and until when."""
    if recipient.person is None:
        return
    pack = recipient.pack
    subject = f"{recipient.given_by.name} gave you the evidence pack {pack.ref}"
    lines = (pack.subject, f"You can download it until {short_day(recipient.until)}.")
    url = reverse("audit_packs:pack", args=[pack.ref])
    _tell(f"pack-recipient:{recipient.pk}", [recipient.person], subject, lines, url)


def tell_withdrawal(withdrawal: PackWithdrawal) -> None:
    """Tell who has an account, and the pack or a copy of it, not to rely on it."""
    pack, by = withdrawal.pack, withdrawal.by
    given = pack.recipients.live().filter(person__isnull=False).values("person")
    had = User.objects.filter(Q(pk__in=given) | Q(pk__in=pack.downloads.values("user")))
    people = had.filter(is_active=True).exclude(pk=by.pk).order_by("pk")
    subject = f"{pack.ref} was withdrawn: do not rely on it"
    lines = (pack.subject, f"{by.name}: {withdrawal.reason}", "Checking a copy of it says so, too.")
    _tell(f"pack-withdrawn:{pack.pk}", people, subject, lines, reverse("audit_packs:check"))


def tell_unsigned(pack: EvidencePack, reason: str) -> None:
    """Tell administrators, once a day, that packs wait because they cannot be signed."""
    subject = "Evidence packs wait because they cannot be signed"
    lines = (reason, f"{pack.ref} and those asked for after it go on by themselves afterwards.")
    url = reverse("audit_packs:list")
    day = timezone.localdate().isoformat()
    _tell(f"pack-unsigned:{day}", administrators(), subject, lines, url, step=OVERDUE_STEP)


def tell_question(question: PackQuestion) -> None:
    """Tell who answers for the pack that something was asked about it."""
    subject = f"{question.asked_by.name} asks about {question.pack.ref}"
    people = [one for one in answering(question) if one.pk != question.asked_by_id]
    _tell(_item(question), people, subject, (question.text,), _url(question))


def tell_overdue(question: PackQuestion) -> int:
    """Tell the same people, once, that a question has waited too long; return how many."""
    subject = f"{question.ref} about {question.pack.ref} is not answered"
    lines = (question.text, f"An answer was due on {short_day(day_of(question.due_at))}.")
    people, url = answering(question), _url(question)
    return _tell(_item(question), people, subject, lines, url, step=OVERDUE_STEP)


def tell_answer(answer: PackAnswer) -> None:
    """Tell who asked that there is an answer, if they may still read it."""
    question = answer.question
    subject = f"{answer.by.name} answered {question.ref} about {question.pack.ref}"
    if question.asked_by_id != answer.by_id and _reads(question.asked_by, question):
        lines, url = (answer.text,), _url(question)
        _tell(f"pack-answer:{answer.pk}", [question.asked_by], subject, lines, url)


def answering(question: PackQuestion) -> list[User]:
    """Return who is to answer: keepers of the units' packs, who asked for this one, the owner.

    Only who may still read the question: somebody who left the units hears no more of them.
    """
    pack, system = question.pack, question.system
    people = list(keepers(pack.unit.path))
    known = {one.pk for one in people}
    named = [one for one in (pack.requested_by, system and system.owner) if one]
    return people + [
        one for one in dict.fromkeys(named) if one.pk not in known and _reads(one, question)
    ]


def _reads(person: User, question: PackQuestion) -> bool:
    return PackQuestion.objects.filter(pk=question.pk).visible_to(person).exists()


def _item(question: PackQuestion) -> str:
    return f"pack-question:{question.pk}"


def _url(question: PackQuestion) -> str:
    return reverse("audit_packs:question", args=[question.pk])


def _tell(
    item: str,
    people: Iterable[User],
    subject: str,
    lines: tuple[str, ...],
    url: str,
    step: int = 0,
) -> int:
    wishes = [
        Wish(
            item=item,
            step=step,
            loop=0,
            channel=channel,
            severity=Severity.WARNING if step else Severity.INFO,
            subject=subject,
            lines=lines,
            url=url,
            person=person,
        )
        for person in dict.fromkeys(people)
        for channel in (Channel.APP, Channel.EMAIL)
    ]
    return tell(wishes, at=timezone.now())
