"""The API's answer to an address it does not have."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


@extend_schema(exclude=True)
class NoSuchResource(APIView):
    """404 as a problem for everything below /api/ that is nothing."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer any method alike."""
        self.http_method_names = [str(request.method).lower()]
        setattr(self, self.http_method_names[0], self.refuse)
        return super().dispatch(request, *args, **kwargs)

    def refuse(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Raise the 404."""
        raise NotFound
