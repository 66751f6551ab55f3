"""The page that asks for the password once more, and the answer that asks in a form's place."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from governance.accounts import stepup
from governance.accounts.forms import ConfirmForm

NOT_CARRIED = {stepup.FIELD, "csrfmiddlewaretoken"}


@login_required
def confirm(request: HttpRequest) -> HttpResponse:
    """Take the password once more, then go on to `next`, a page of this site."""
    onward = _own(request, request.POST.get("next") or request.GET.get("next") or "")
    form = ConfirmForm(request.POST or None)
    status = HTTPStatus.OK
    if form.is_valid():
        try:
            stepup.confirm(request, form.cleaned_data[stepup.FIELD])
        except stepup.ReauthenticationRequired as refusal:
            form.add_error(stepup.FIELD, str(refusal))
            status = _status(refusal)
        else:
            return redirect(onward)
    elif form.is_bound:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"form": form, "carried": [("next", onward)], "target": request.path, "back": onward}
    return render(request, "accounts/confirm.html", context, status=status)


class StepUpMiddleware:
    """Ask for the password where a page refuses for want of a fresh proof."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page that asks; None for any other exception."""
        if not isinstance(error, stepup.ReauthenticationRequired):
            return None
        if request.method != "POST":
            query = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('account_confirm')}?{query}")
        return _asked(request, error)


def _asked(request: HttpRequest, error: stepup.ReauthenticationRequired) -> HttpResponse:
    """Return the form that was posted, its fields carried along, with the password to add."""
    again = stepup.FIELD in request.POST
    form = ConfirmForm(request.POST if again else None)
    if again and form.is_valid():
        form.add_error(stepup.FIELD, str(error))
    context = {
        "form": form,
        "error": error,
        "carried": [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in NOT_CARRIED
        ],
        "has_files": bool(request.FILES),
        "target": request.get_full_path(),
        "back": _own(request, request.headers.get("Referer", "")),
    }
    return render(request, "accounts/confirm.html", context, status=_status(error))


def _status(refusal: stepup.ReauthenticationRequired) -> HTTPStatus:
    is_limit = isinstance(refusal, stepup.TooManyTries)
    return HTTPStatus.TOO_MANY_REQUESTS if is_limit else HTTPStatus.FORBIDDEN


def _own(request: HttpRequest, address: str) -> str:
    """Return an address if it leads to a page of this site, the first page otherwise."""
    hosts, https = {request.get_host()}, request.is_secure()
    is_own = url_has_allowed_host_and_scheme(address, hosts, require_https=https)
    return address if is_own else "/"
