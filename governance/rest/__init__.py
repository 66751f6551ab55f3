"""Conventions of the REST API: tokens, problems, paging, ETags, idempotency."""
