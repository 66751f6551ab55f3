"""A rule pack from outside: whole, or refused with file and reason, and never a burden."""

import contextlib
import io
import random
import zipfile

import pytest

from governance.classification.law import PackError
from governance.classification.packs import EU_AI_ACT, load
from governance.classification.uploads import MOST_BYTES, engine_from, sources_of

FILES = {file.name: file.read_bytes() for file in sorted(EU_AI_ACT.glob("*.yaml"))}


def zipped(files: dict[str, bytes], folder: str = "") -> bytes:
    """Return a zip of files."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(f"{folder}{name}", content)
    return body.getvalue()


def test_a_zip_of_the_shipped_pack_is_that_pack_with_its_version():
    sources = sources_of("law.zip", zipped(FILES, "eu_ai_act/"))

    assert engine_from("law.zip", sources).pack.version == load().version


def test_files_beside_the_pack_in_a_zip_are_left_alone():
    sources = sources_of("law.zip", zipped({**FILES, "README.md": b"\xff not read"}))

    assert set(sources) == set(FILES)


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("law.zip", b"PK\x03\x04 not whole", "cannot be read"),
        ("law.zip", zipped({"a.txt": b"x"}), "no YAML file"),
        ("law.zip", zipped({"a/x.yaml": b"a: 1", "b/x.yaml": b"a: 1"}), "twice"),
        ("law.zip", zipped({f"{at}.yaml": b"a: 1" for at in range(50)}), "too many"),
        ("law.zip", zipped({"bomb.yaml": b" " * (MOST_BYTES + 1)}), "larger than"),
        ("law.zip", zipped({"bomb.yaml": b" " * 50_000_000}), "larger than"),
        ("law.yaml", b"a" * (MOST_BYTES + 1), "larger than"),
        ("law.yaml", b"\xff\xfe", "not UTF-8"),
        ("law.yaml", b"a\0b", "not a text"),
    ],
)
def test_an_upload_that_is_no_pack_is_refused_before_it_is_unpacked_whole(name, body, words):
    with pytest.raises(PackError, match=words):
        sources_of(name, body)


def test_a_zip_with_bytes_changed_is_read_or_refused_and_never_a_crash():
    chance = random.Random(1)  # noqa: S311 - the same mutants each time
    body = zipped({"law.yaml": b"a: 1"})
    for _ in range(1_000):
        mutant = bytearray(body)
        for _ in range(chance.randint(1, 4)):
            mutant[chance.randrange(len(mutant))] = chance.randrange(256)
        with contextlib.suppress(PackError):
            sources_of("law.zip", bytes(mutant))


def test_a_number_to_base_60_is_a_text_however_long_it_is():
    with pytest.raises(PackError, match="unknown section"):
        engine_from("law.yaml", {"law.yaml": f"a: {'1:' * 400_000}1"})


def test_half_a_sign_is_refused_as_a_file_that_cannot_be_read():
    with pytest.raises(PackError, match="cannot be read"):
        engine_from("law.yaml", {"law.yaml": "a: \ud800"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: !!int '1:30'", "a tag .* is not allowed"),
        ("a: &a [1]\nb: *a", "an alias .* is not allowed"),
        ("[" * 5_000, "deeper than 40 levels"),
        ("{x: " * 100, "deeper than 40 levels"),
        ("? [a]\n: b", "cannot be read|sections|mapping|unhashable|expected"),
        ("meta: 1", "missing"),
        ("a: [1", "line"),
        ("", "sections expected"),
        ("!!python/object:os.system {}", "a tag .* is not allowed"),
        (f"a: {'9' * 5_000}", "read|not YAML|missing|digits"),
    ],
)
def test_a_file_that_would_cost_too_much_or_does_not_hold_is_refused_by_name(text, words):
    with pytest.raises(PackError, match=words) as refusal:
        engine_from("law.yaml", {"law.yaml": text})
    assert "law.yaml" in str(refusal.value)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("01_texts.yaml", "cut_off:", "cut_of:"),
        ("08_obligations.yaml", "annex3:", "annex4:"),
        ("01_texts.yaml", "timelines:", "timeline:"),
        ("01_texts.yaml", "date:", "day:"),
        ("02_facts.yaml", "values:", "value:"),
        ("03_scope_and_roles.yaml", "kind: role", "kind: roles"),
        (
            "09_annexes.yaml",
            ":",
            ": x",
        ),
    ],
)
def test_whatever_is_misspelt_is_refused_and_never_a_crash(file, old, new):
    sources = {name: body.decode() for name, body in FILES.items()}
    assert old in sources[file]
    sources[file] = sources[file].replace(old, new, 3)

    with contextlib.suppress(PackError):  # what nobody reads may stay
        engine_from("law.zip", sources)


def test_a_half_written_pack_names_file_rule_and_field():
    sources = {name: body.decode() for name, body in FILES.items()}
    sources["04_prohibitions.yaml"] = sources["04_prohibitions.yaml"].replace("citation:", "cite:")

    with pytest.raises(PackError, match=r"04_prohibitions\.yaml: art5\.1\.a: "):
        engine_from("law.zip", sources)
