"""The page behind the link of a mail: reading it does nothing, its button acknowledges."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from governance.escalation.link_actions import LinkError, use_link
from governance.escalation.links import LinkState, Looked, behind
from governance.escalation.queries import database_now

STATUSES = {LinkState.LIVE: 200, LinkState.FORGED: 404}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link is about; only its button does anything, and needs no sign-in.

    Programs that open the links of mails read the page, and acknowledge nothing.
    """
    if request.method == "POST":
        try:
            item = use_link(token)
        except LinkError as refusal:
            return _page(request, behind(token, database_now()), refusal.state)
        return _secret(render(request, "escalation/acknowledged.html", {"item": item}))
    looked = behind(token, database_now())
    return _page(request, looked, looked.state)


def _page(request: HttpRequest, looked: Looked, state: LinkState) -> HttpResponse:
    item = looked.link.item if looked.link else None
    context = {"state": state, "link": looked.link, "item": item}
    status = STATUSES.get(state, 410)
    return _secret(render(request, "escalation/acknowledge.html", context, status=status))


def _secret(response: HttpResponse) -> HttpResponse:
    """Keep the address of the page out of indexes.

    The site's policy tells the address to no other site. A stricter one would make browsers send
    the button's form with the origin "null", which counts as another site's.
    """
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
