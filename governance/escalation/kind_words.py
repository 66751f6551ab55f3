"""The kinds as a table of words, for the documentation and for whoever asks. Pure."""

from governance.escalation.kinds import Kind, kinds
from governance.escalation.rules import ClockKind, Step

HEAD = "| kind | counts from | reminders | then | first to whom | resolved by itself |"
ENDS = {"own": "whom it names"}


def rows() -> list[str]:
    """Return a line of Markdown for each kind."""
    return [_row(kind) for kind in kinds().by_code.values()]


def _row(kind: Kind) -> str:
    cells = (
        f"`{kind.code}`",
        _counted(kind),
        ", ".join(step.code for step in kind.plan.steps if _is_before(step)) or "–",
        "; ".join(_stage(step) for step in kind.plan.steps if not _is_before(step)),
        ", else ".join(_who(text) for text in kind.responsible),
        kind.resolves,
    )
    return f"| {' | '.join(cells)} |"


def _is_before(step: Step) -> bool:
    return step.code.startswith("T-")


def _counted(kind: Kind) -> str:
    times = [f"{time} ({tier})" if tier else str(time) for tier, time in kind.lasts.items()]
    lasts = f"; it has {', '.join(times)}" if times else ""
    always = ", round the clock" if kind.plan.clock == ClockKind.ALWAYS else ""
    return f"{kind.counts_from}{lasts}{always}"


def _stage(step: Step) -> str:
    return f"{step.code}: {', '.join(_who(text) for text in step.targets)}"


def _who(text: str) -> str:
    head, _, rest = text.partition(":")
    if head == "member":
        return rest.replace("_", " ")
    return rest or ENDS.get(head, head)
