"""The public key: whoever checks a checkpoint pins it, from here and from elsewhere."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from governance.checkpoints.queries import public_key


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """Show the key that signs the record's head, as C2SP writes it; everybody may read it."""
    if not (vkey := public_key()):
        raise Http404
    answer = HttpResponse(f"{vkey}\n", content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=300"
    return answer
