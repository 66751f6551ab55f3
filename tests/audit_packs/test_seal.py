"""The seal in the file, and the time stamps that are believed and not believed."""

import hashlib
import os
import shutil
import subprocess

import pikepdf
import pytest
from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from governance.audit_packs import seal_key, timestamps
from governance.audit_packs.pdf_seal import seal_pdf
from governance.audit_packs.seal_key import SealKeyError, certificate_pem
from governance.audit_packs.seal_rules import SealLevel
from governance.audit_packs.timestamps import StampError, stamp
from governance.common.press.child import Press

WRONG = ["/500", "/refused", "/garbage", "/nonce", "/nononce", "/hash", "/flipped", "/expired",
         "/backdated", "/stranger", "/webserver"]  # fmt: skip
DIGEST = hashlib.sha256(b"a pack").digest()


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A page as the press prints it."""
    folder = tmp_path_factory.mktemp("plain")
    with Press(folder) as press:
        press.print("page", "<html lang=en><title>A page</title><h1>A page</h1>")
    return folder / "page.pdf"


def checked(path):
    """Return what an independent reader of signatures says of a sealed file."""
    with path.open("rb") as file:
        found = PdfFileReader(file).embedded_signatures[0]
        root = Certificate.load(seal_key.seal_key().certificate.public_bytes(DER))
        trusted = [root]
        if timestamps.has_service():
            trusted += timestamps._roots()
        context = ValidationContext(trust_roots=trusted, allow_fetching=False)
        work = async_validate_pdf_signature(found, context, ts_validation_context=context)
        return timestamps.finished(work)  # a browser's test may have left a loop in this thread


DER = seal_key.Encoding.DER


def test_the_sealed_file_is_the_printed_one_with_a_seal_after_it(plain, tmp_path, db):
    info = seal_pdf(plain, tmp_path / "sealed.pdf")

    sealed = (tmp_path / "sealed.pdf").read_bytes()
    assert sealed.startswith(plain.read_bytes())
    assert info.level == SealLevel.BASIC
    status = checked(tmp_path / "sealed.pdf")
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.timestamp_validity is None


def test_the_seal_says_that_it_is_pades_and_whose_it_is(plain, tmp_path, db):
    seal_pdf(plain, tmp_path / "sealed.pdf")

    with pikepdf.open(tmp_path / "sealed.pdf") as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        assert field.V.SubFilter == "/ETSI.CAdES.detached"
        assert field.TU == "Seal of the organisation"
        assert [float(edge) for edge in field.Rect] != [0, 0, 0, 0]
        assert int(field.F) & 0b110 == 0b100  # printed, not hidden
        assert pdf.pages[0].obj.Tabs == "/S"


def test_one_changed_byte_breaks_the_seal(plain, tmp_path, db):
    seal_pdf(plain, tmp_path / "sealed.pdf")
    raw = bytearray((tmp_path / "sealed.pdf").read_bytes())
    raw[plain.stat().st_size // 2] ^= 1
    (tmp_path / "sealed.pdf").write_bytes(raw)

    assert not checked(tmp_path / "sealed.pdf").intact


def test_a_key_is_made_once_and_only_its_owner_may_read_it(settings, db):
    first = certificate_pem()

    assert settings.SEAL_KEY.stat().st_mode & 0o777 == 0o600
    assert certificate_pem() == first
    assert [path.name for path in settings.SEAL_KEY.parent.glob("seal*")] == ["seal.pem"]
    assert "PRIVATE" not in first


def test_a_key_that_others_may_read_does_not_seal(settings, db):
    certificate_pem()
    settings.SEAL_KEY.chmod(0o640)

    with pytest.raises(SealKeyError, match="chmod 600"):
        certificate_pem()


def test_an_organisation_seals_with_its_own_certificate(settings, tmp_path, plain, db):
    own = seal_key.seal_key()
    settings.SEAL_KEY, settings.SEAL_KEY_PASSWORD = tmp_path / "own.p12", "secret"
    lock = BestAvailableEncryption(b"secret")
    raw = pkcs12.serialize_key_and_certificates(b"own", own.private, own.certificate, None, lock)
    settings.SEAL_KEY.write_bytes(raw)
    settings.SEAL_KEY.chmod(0o600)

    assert seal_pdf(plain, tmp_path / "sealed.pdf").certificate_sha256 == own.sha256
    settings.SEAL_KEY_PASSWORD = "guess"
    with pytest.raises(SealKeyError, match="holds no key"):
        certificate_pem()


def test_a_right_time_stamp_is_in_the_seal(plain, tmp_path, tsa, db):
    tsa("/good")

    assert seal_pdf(plain, tmp_path / "sealed.pdf").level == SealLevel.TIMED
    status = checked(tmp_path / "sealed.pdf")
    assert status.bottom_line
    assert status.timestamp_validity.trusted


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_time_stamp_is_never_believed(wrong, tsa):
    tsa(wrong)

    with pytest.raises(StampError):
        stamp(DIGEST)


@pytest.mark.parametrize("wrong", ["/500", "/hash", "/expired"])
def test_without_a_right_time_stamp_the_seal_is_made_all_the_same(wrong, plain, tmp_path, tsa, db):
    tsa(wrong)

    assert seal_pdf(plain, tmp_path / "sealed.pdf").level == SealLevel.BASIC
    assert checked(tmp_path / "sealed.pdf").bottom_line


def test_a_slow_service_is_not_waited_for(tsa, monkeypatch):
    monkeypatch.setattr(timestamps, "SECONDS", 0.5)
    tsa("/slow")

    with pytest.raises(StampError, match="does not answer"):
        stamp(DIGEST)


def test_without_a_named_root_nobody_is_believed(tsa, settings, tmp_path):
    tsa("/good")
    settings.TIMESTAMP_CA = tmp_path / "nothing.pem"

    with pytest.raises(StampError, match="TIMESTAMP_CA_FILE"):
        stamp(DIGEST)


def test_the_answer_is_checked_by_another_program_too(tsa, settings, tmp_path):
    tsa("/good")
    (tmp_path / "pack").write_bytes(b"a pack")
    (tmp_path / "pack.tsr").write_bytes(stamp(DIGEST).response)

    question = ["-in", "pack.tsr", "-data", "pack", "-CAfile", str(settings.TIMESTAMP_CA)]
    told = subprocess.run(
        [shutil.which("openssl") or "", "ts", "-verify", *question],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Verification: OK" in told.stdout + told.stderr
