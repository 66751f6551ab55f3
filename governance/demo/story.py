"""The demo organisation, told by calling actions only, so that the ledger tells it too."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from governance.accounts import actions as accounts
from governance.accounts import unit_actions
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Role
from governance.audit_packs.actions import request_pack
from governance.audit_packs.rules import ScopeKind
from governance.classification import actions as classification
from governance.classification.preview_actions import request_preview
from governance.classification.queries import engine, provisional, usual_answers
from governance.demo import cover, duties, operations, papers, releases, rotas, troubles, week
from governance.notices.proof_actions import vouch
from inventory.systems import actions as systems
from inventory.systems.models import AISystem
from inventory.systems.version_actions import add_version
from inventory.vendors import actions as vendors
from inventory.vendors.models import Agreement, Vendor
from raci.matrices import actions as raci
from raci.matrices import review_actions as reviews
from raci.matrices.models import Matrix
from raci.people import actions as people

DATA = Path(__file__).with_name("data")
Told = dict[str, Any]


@dataclass
class Cast:
    """Who and what the story has so far, by key."""

    today: date
    password: Callable[[], str]
    root: BusinessUnit
    people: dict[str, User] = field(default_factory=dict)
    units: dict[str, BusinessUnit] = field(default_factory=dict)
    vendors: dict[str, Vendor] = field(default_factory=dict)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    signins: list[dict[str, str]] = field(default_factory=list)

    def day(self, days: int | None) -> date | None:
        """Return the day so many days from today."""
        return None if days is None else self.today + timedelta(days=days)


@transaction.atomic
def tell(*, today: date, password: Callable[[], str]) -> list[dict[str, str]]:
    """Make the whole organisation or nothing; return one sign-in for each role.

    Raises DomainError when this installation has an organisation already.
    """
    told = _read("organisation")
    cast = _found(told, today, password)
    for row in told["people"][1:]:
        _person(cast, row)
    for person in cast.people.values():
        vouch(person, actor=cast.people["ada"], reason=told["vouching"])
    for row in told["vendors"]:
        about = {name: value for name, value in row.items() if name != "key"}
        cast.vendors[row["key"]] = vendors.add_vendor(actor=cast.people["ines"], **about)
    for row in told["agreements"]:
        _agreement(cast, row)
    _responsibility(cast, told)
    rotas.fill(_read("rotas"), cast.root, cast.people, cast.people["ines"])
    operations.found(_read("operations"), cast.root, cast.people, today)
    facts = _read("facts")
    made = [_system(cast, row, facts) for row in _read("systems")]
    duties.take_over(made)
    duties.speak(_read("duties"), cast.people, today)
    troubles.speak(_read("incidents"), cast.people)
    board = cast.people["noor"]  # the board decides about systems of every unit
    accounts.grant(board, role=Role.SYSTEM_OWNER, unit=cast.root, actor=cast.people["ada"])
    releases.tell(_read("releases"), cast.people)
    cover.leave(told["absences"], cast.people)
    _packs(cast, made)
    request_preview(actor=cast.people["ines"], before_text="enacted")
    week.pass_by(_read("week"), cast.people, today)
    return cast.signins


def _read(name: str) -> Any:
    return yaml.load((DATA / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)


def _email(name: str) -> str:
    plain = name.lower().translate(str.maketrans("áéíóúäöü", "aeiouaou"))
    return f"{plain.replace(' ', '.')}@halden.example"


def _found(told: Told, today: date, password: Callable[[], str]) -> Cast:
    first, secret = told["people"][0], password()
    admin = unit_actions.found_organisation(
        name=told["organisation"], email=_email(first["name"]), person=first["name"],
        password=secret,
    )  # fmt: skip
    cast = Cast(today, password, BusinessUnit.objects.get(parent__isnull=True))
    cast.people[first["key"]] = admin
    cast.units = {
        name: unit_actions.add_unit(name=name, parent=cast.root, actor=admin)
        for name in told["units"]
    }
    _note_signin(cast, first, secret)
    return cast


def _person(cast: Cast, row: Told) -> None:
    admin, secret = cast.people["ada"], cast.password() if row.get("sign_in") else None
    unit = cast.units.get(row.get("unit", ""), cast.root)
    person = accounts.add_person(
        email=_email(row["name"]), name=row["name"], unit=unit, actor=admin, password=secret
    )
    cast.people[row["key"]] = person
    if "role" in row:
        ends = cast.day(row.get("days"))
        accounts.grant(person, role=Role(row["role"]), unit=unit, actor=admin, ends_on=ends)
    if secret:
        _note_signin(cast, row, secret)


def _note_signin(cast: Cast, row: Told, secret: str) -> None:
    signin = {"role": row["role"], "name": row["name"], "email": _email(row["name"])}
    cast.signins.append(signin | {"password": secret})


def _agreement(cast: Cast, row: Told) -> None:
    ines, vendor = cast.people["ines"], cast.vendors[row["vendor"]]
    days = {} if row.get("unsigned") else {
        "signed_on": cast.day(-420), "effective_from": cast.day(-400)
    }  # fmt: skip
    cast.agreements[row["key"]] = vendors.add_agreement(
        actor=ines,
        kind=row["kind"],
        title=f"{row['title']} with {vendor.name}",
        vendor=vendor,
        unit=cast.root,
        our_party="Halden Mutual AG",
        notice_days=row.get("notice", 0),
        expires_on=cast.day(row.get("ends")),
        **days,
    )


def _responsibility(cast: Cast, told: Told) -> None:
    ines = cast.people["ines"]
    for role, key in told["holders"].items():
        people.name_holder(cast.root, role=role, person=cast.people[key], actor=ines)
    for kind, keys in told["authorities"].items():
        for key in keys:
            people.empower(cast.root, person=cast.people[key], kind=kind, actor=ines)
    cover.stand_in(cast.root, told["deputies"], cast.people, ines)
    cover.settle(cast.root, days=400)
    _put_in_force(raci.make_default_matrix(cast.root, actor=ines), ines, cast.people["jonas"])


def _system(cast: Cast, row: Told, facts: Told) -> AISystem:
    ines = cast.people["ines"]
    actor = cast.people[row["owner"]] if "owner" in row else cast.people["jonas"]
    system = systems.register(
        actor=actor,
        name=row["name"],
        intended_purpose=row["purpose"],
        unit=cast.units[row["unit"]],
        owner=cast.people.get(row.get("owner", "")),
        vendor=cast.vendors.get(row.get("vendor", "")),
        stage=row["stage"],
        our_roles=row["roles"],
        data_categories=row["data"],
        people_affected=row["people"],
        countries=row.get("countries", ["DE", "SE"]),
        live_since=cast.day(row.get("live")),
    )
    _tie(cast, system, row)
    if "facts" in row:
        classification.answer_facts(
            system, facts=usual_answers(system) | facts[row["facts"]], actor=actor
        )
    if "signed" in row:
        _sign(system, row["signed"], ines)
    if "after" in row:
        classification.answer_facts(system, facts=row["after"], actor=actor)
    if "raci" in row:
        _matrix(system, row["raci"], ines, cast.people["jonas"])
    for version in row.get("versions", ()):
        _version(system, actor, *version)
    papers.tell(system, row, writer=actor, signer=ines)
    if "retired" in row:
        systems.retire(system, actor=actor, on=cast.today, reason=row["retired"])
    return system


def _tie(cast: Cast, system: AISystem, row: Told) -> None:
    """Link the agreements that cover a system, and share it with who answers from elsewhere."""
    ines = cast.people["ines"]
    for key in row.get("agreements", ()):
        systems.link_agreement(system, agreement=cast.agreements[key], actor=ines)
    for key in row.get("shared", ()):
        systems.share(system, user=cast.people[key], actor=ines)


def _sign(system: AISystem, reason: str, ines: User) -> None:
    seen = provisional(system).facts.digest
    classification.sign_classification(
        system, reason=reason, actor=ines, facts_digest=seen, pack_version=engine().pack.version
    )


def _matrix(system: AISystem, state: str, ines: User, jonas: User) -> None:
    matrix = raci.make_matrix(system, actor=ines)
    if state == "active":
        _put_in_force(matrix, ines, jonas)


def _put_in_force(matrix: Matrix, author: User, reviewer: User) -> None:
    reviews.submit(matrix, actor=author)
    reviews.activate(matrix, actor=reviewer)


def _version(system: AISystem, actor: User, label: str, provider: str, model_id: str) -> None:
    add_version(
        system, actor=actor, label=label, provider=provider, model_id=model_id, region="eu-central"
    )


def _packs(cast: Cast, made: list[AISystem]) -> None:
    ines, claims = cast.people["ines"], cast.units["Claims"]
    request_pack(actor=ines, kind=ScopeKind.SYSTEM, systems=made[:1])
    request_pack(
        actor=ines,
        kind=ScopeKind.PORTFOLIO,
        systems=[system for system in made if system.unit_id == claims.pk],
        scope={"unit": claims.pk, "name": claims.name},
    )
