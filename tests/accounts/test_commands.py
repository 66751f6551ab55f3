"""The commands that bring an installation up."""

import re

import pytest
from django.core.management import CommandError, call_command

from governance.accounts.models import BusinessUnit, User
from governance.ledger.models import Entry

pytestmark = pytest.mark.django_db


def test_found_makes_the_organisation_and_shows_the_password_once(client, capsys):
    call_command("found", "--name", "Halden Mutual", "--email", "ada@halden.example")

    password = re.search(r"with the password (\S+)", capsys.readouterr().out)
    assert password
    assert client.login(email="ada@halden.example", password=password.group(1))
    assert BusinessUnit.objects.get().name == "Halden Mutual"
    assert Entry.objects.get().action == "organisation.founded"


def test_found_is_refused_where_there_is_an_organisation(administrator):
    with pytest.raises(CommandError, match="has an organisation already"):
        call_command("found")

    assert User.objects.count() == 1


def test_prepare_tells_an_empty_installation_from_a_used_one(capsys, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    call_command("prepare")
    assert capsys.readouterr().out == "new\n"

    call_command("found")
    capsys.readouterr()
    call_command("prepare")
    assert capsys.readouterr().out == "kept\n"


def test_static_files_are_collected_once_and_again_when_one_changes(settings, tmp_path):
    from governance.accounts.management.commands.prepare import collect_static

    source = tmp_path / "source"
    source.mkdir()
    (source / "page.css").write_text("a{}")
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "static"

    assert collect_static()
    assert not collect_static()
    (source / "page.css").write_text("a{color:red}")
    assert collect_static()
