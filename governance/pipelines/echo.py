"""Whether the model that answers is the one that was approved: its id as replies say it. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

# What providers put before a model's name in a request or a reply, and what they leave out.
PREFIXES = (
    re.compile(r"^(?:publishers/[a-z0-9-]+/)?models/"),  # Google
    re.compile(r"^projects/[^/]+/locations/[^/]+/publishers/[a-z0-9-]+/models/"),
    re.compile(r"^arn:aws:bedrock:[^/]*/"),
    re.compile(r"^(?:us|eu|apac|global|jp|au|us-gov)\.(?=[a-z0-9]+\.)"),  # an inference profile
)
MAKER = re.compile(r"^(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai)\.")
BEDROCK_END = re.compile(r"-v\d+(?::\d+)?$")


class Verdict(StrEnum):
    SAME = "same"
    OTHER = "other"  # another model answered
    UNKNOWN = "unknown"  # nothing approved runs there to compare with
    NOTHING = "nothing"  # no task was observed


@dataclass(frozen=True)
class Approved:
    """What an approved bundle says of its model."""

    model_id: str
    model_version: str = ""  # of a deployment that names it apart (Azure, Hugging Face)
    fingerprint: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Reported:
    """What replies said, over some tasks."""

    model_id: str
    tasks: int
    fingerprint: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Heard:
    """What comes of an observation."""

    verdict: Verdict
    words: str
    key: str = ""  # of the finding, where there is one


def bare(name: str) -> str:
    """Return a model id without the wrapping that a provider's address puts round it."""
    for prefix in PREFIXES:
        name = prefix.sub("", name)
    return name


def names_of(approved: Approved) -> frozenset[str]:
    """Return every id by which replies may call the approved model; none of them floats."""
    given = approved.model_id.partition(";")[0]
    plain = bare(given)
    found = {given, plain}
    if approved.model_version:
        found |= {f"{plain}-{approved.model_version}", f"{plain}@{approved.model_version}"}
        found -= {given, plain}  # alone it names no version
    if MAKER.match(plain):  # Bedrock's name of somebody else's model
        inner = MAKER.sub("", plain)
        found |= {inner, BEDROCK_END.sub("", inner)}
    return frozenset(found)


def hear(reported: Reported, running: tuple[Approved, ...]) -> Heard:
    """Return whether what was reported is what was approved to run there.

    `running` are the bundles that run in the place: the active one and a canary. A request by
    a floating name is fine when the reply names the approved id.
    """
    if reported.tasks == 0:
        return Heard(Verdict.NOTHING, "No task was observed.")
    if not running:
        return Heard(Verdict.UNKNOWN, "Nothing that was approved runs there.")
    claimed = [one for one in running if not reported.digest or one.digest == reported.digest]
    if not claimed:
        words = f"A bundle runs that is not active here: {reported.digest[:12]}…."
        return Heard(Verdict.OTHER, words, f"digest:{reported.digest}")
    named = [one for one in claimed if {reported.model_id, bare(reported.model_id)} & names_of(one)]
    if not named:
        ids = " or ".join(sorted({one.model_id for one in claimed}))
        words = f"{reported.model_id} answered {_times(reported.tasks)}; approved is {ids}."
        return Heard(Verdict.OTHER, words, f"model:{reported.model_id}"[:200])
    return _fingerprint(reported, named)


def _fingerprint(reported: Reported, named: list[Approved]) -> Heard:
    known = {one.fingerprint for one in named}
    if reported.fingerprint and "" not in known and reported.fingerprint not in known:
        words = (
            f"{reported.model_id} answered {_times(reported.tasks)} with the fingerprint "
            f"{reported.fingerprint}; approved is {' or '.join(sorted(known))}."
        )
        return Heard(Verdict.OTHER, words, f"fingerprint:{reported.fingerprint}"[:200])
    return Heard(Verdict.SAME, f"{reported.model_id}, as approved.")


def _times(tasks: int) -> str:
    return "once" if tasks == 1 else f"{tasks:,} times"
