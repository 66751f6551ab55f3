"""What decides which controls apply to each system, read from the register and what was signed."""

from django.db.models import F, Func, JSONField, Value

from governance.classification.models import Assessment
from governance.classification.rules import Tier
from governance.crosswalk.applying import Circumstances
from governance.crosswalk.evidence.registry import Scope
from governance.crosswalk.lawful import articles_of
from inventory.systems.models import AISystem
from inventory.systems.rules import NOT_PERSONAL, DataCategory, OurRole

OUTSIDE = frozenset({Tier.OUT_OF_SCOPE, Tier.NOT_APPLICABLE})
UNITED_STATES = "US"
DUTIES = Func(  # the ids alone: what a result says of each duty is long
    F("result"),
    Value("$.obligations[*].id"),
    template="jsonb_path_query_array(%(expressions)s::jsonpath)",
    output_field=JSONField(),
)


def circumstances(scope: Scope) -> dict[int, Circumstances]:
    """Return what decides which controls apply to each system; one look-up."""
    rows = Assessment.objects.current().filter(system__in=scope.among).order_by()
    signed = {
        system: (tier, frozenset(duties))
        for system, tier, duties in rows.values_list("system_id", "tier", DUTIES)
    }
    return {system.pk: _circumstances(system, signed.get(system.pk)) for system in scope.systems}


def _circumstances(system: AISystem, signed: tuple[str, frozenset[str]] | None) -> Circumstances:
    data = set(system.data_categories)
    abroad = bool(system.countries) and UNITED_STATES not in system.countries
    return Circumstances(
        personal=bool(data - NOT_PERSONAL) if data else None,
        phi=(DataCategory.HEALTH in data and not abroad) if data else None,
        vendor=system.vendor_id is not None,
        provider=OurRole.PROVIDER in system.our_roles if system.our_roles else None,
        retired=system.is_retired,
        in_scope=not (signed and signed[0] in OUTSIDE),
        articles=articles_of(signed[1]) if signed else None,
    )
