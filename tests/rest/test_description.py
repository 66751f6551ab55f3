"""The published OpenAPI description as such, before any request is made."""

from django.core.management import call_command


def test_no_two_shapes_share_a_name(tmp_path, capsys):
    call_command("spectacular", file=str(tmp_path / "openapi.yaml"))

    # of two classes with one name only the last is described: the other's answers look wrong
    told = [line for line in capsys.readouterr().err.splitlines() if "identical names" in line]
    assert told == []
