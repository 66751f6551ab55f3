"""Signing a classification as classification does it, and saying what that broke here."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from governance.accounts.access import acting_user
from governance.classification import views
from raci.matrices.effects import Watch, tell


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the classification and take the signature; a signature may make rows mandatory."""
    if request.method != "POST":
        return views.review(request, ref)
    watch = Watch(acting_user(request), [], system=ref)
    answer = views.review(request, ref)
    if answer.status_code == 302 and watch.broke():
        tell(request, watch, "The duties changed with the classification.")
    return answer
