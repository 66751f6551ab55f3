"""The seal in a pack's PDF: PAdES by the organisation, B-T where a third party gives its time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from governance.audit_packs.pdf_reading import BoundReader
from governance.audit_packs.seal_key import SealKey, seal_key
from governance.audit_packs.seal_rules import Promise, SealLevel
from governance.audit_packs.timestamps import (
    Authority,
    StampError,
    finished,
    has_service,
    service_answers,
)

FIELD = "Seal"
REASON = "Sealed by the registry; this does not state that a system meets the law."


@dataclass(frozen=True)
class SealInfo:
    """How a file was sealed."""

    level: SealLevel
    certificate_sha256: str
    at: datetime  # by our own clock


def promise() -> Promise:
    """Return what a seal would be at this moment; asks the time-stamping service once."""
    level = SealLevel.TIMED if service_answers() else SealLevel.BASIC
    return Promise(level, seal_key().sha256, has_service=has_service())


def seal_pdf(path_in: Path, path_out: Path, *, timed: bool = True) -> SealInfo:
    """Write the sealed file: the one that came in, byte for byte, with the seal after it.

    The level is B-T when a time-stamping service is set and answers rightly, else B-B; without
    `timed` none is asked. Raises SealKeyError when there is no key to seal with.
    """
    key, at = seal_key(), datetime.now(UTC)
    if timed and has_service():
        try:
            sign(path_in, path_out, key, Authority())
        except StampError:
            pass
        else:
            return SealInfo(SealLevel.TIMED, key.sha256, at)
    sign(path_in, path_out, key)
    return SealInfo(SealLevel.BASIC, key.sha256, at)


def sign(path_in: Path, path_out: Path, key: SealKey, authority: Authority | None = None) -> None:
    """Write the file with a seal of this key; raises StampError when the authority fails."""
    with path_in.open("rb") as source, path_out.open("w+b") as target:
        _sign(source, target, key, authority)


def _sign(source: BinaryIO, target: BinaryIO, key: SealKey, authority: Authority | None) -> None:
    hidden = InvisSigSettings(box_out_of_bounds=True)  # as PDF/A and PDF/UA both allow it
    signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            reason=REASON,
            name=key.certificate.subject.rfc4514_string()[:100],
        ),
        signer=_signer(key),
        timestamper=authority,
        new_field_spec=SigFieldSpec(
            FIELD,
            readable_field_name="Seal of the organisation",
            invis_sig_settings=hidden,
        ),
    )
    writer = IncrementalPdfFileWriter.from_reader(BoundReader(source))
    finished(signer.async_sign_pdf(writer, output=target))


def _signer(key: SealKey) -> SimpleSigner:
    private = key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    chain = [Certificate.load(one.public_bytes(Encoding.DER)) for one in key.chain]
    return SimpleSigner(
        signing_cert=Certificate.load(key.certificate.public_bytes(Encoding.DER)),
        signing_key=PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore.from_certs(chain),
    )
