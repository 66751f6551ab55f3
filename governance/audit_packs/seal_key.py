"""The key and certificate of the organisation's seal: its own, or one made at the first use."""

import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from django.conf import settings

from governance.accounts.models import BusinessUnit

OTHERS = stat.S_IRWXG | stat.S_IRWXO
MOST_BYTES = 100_000
YEARS = 10
PKCS12 = (".p12", ".pfx")


class SealKeyError(Exception):
    """A key that cannot seal. The words say what to do about it."""


@dataclass(frozen=True)
class SealKey:
    """The private key of the seal, its certificate, and the certificates above it."""

    private: PrivateKeyTypes
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def sha256(self) -> str:
        """Return the fingerprint of the certificate."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def pem(self) -> str:
        """Return the certificate with those above it, as anybody may have them."""
        every = (self.certificate, *self.chain)
        return "".join(one.public_bytes(Encoding.PEM).decode() for one in every)


def seal_key() -> SealKey:
    """Return what the seal is made with; the first time, make it.

    Raises SealKeyError when the file cannot be used, others may read it, or the certificate's
    time is not now.
    """
    path: Path = settings.SEAL_KEY
    try:
        if path.suffix not in PKCS12 and not path.exists():
            _make(path)
    except OSError as error:
        raise SealKeyError(f"No key can be laid at {path} ({error.strerror}).") from error
    key = _loaded(path, _read(path))
    now, certificate = datetime.now(UTC), key.certificate
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        day = certificate.not_valid_after_utc.date()
        raise SealKeyError(f"The certificate of the seal in {path} ends on {day}: put in another.")
    return key


def certificate_pem() -> str:
    """Return the certificate of the seal as PEM, for whoever checks it."""
    return seal_key().pem()


def _read(path: Path) -> bytes:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_mode & OTHERS:
                raise SealKeyError(f"Others may read the key {path}: run `chmod 600 {path}`.")
            if found.st_uid != os.geteuid() and os.geteuid() != 0:
                raise SealKeyError(f"The key {path} belongs to somebody else.")
            return file.read(MOST_BYTES)
    except OSError as error:
        raise SealKeyError(f"The key {path} cannot be read ({error.strerror}).") from error


def _loaded(path: Path, raw: bytes) -> SealKey:
    password = settings.SEAL_KEY_PASSWORD.encode() or None
    try:
        if path.suffix in PKCS12:
            private, first, above = pkcs12.load_key_and_certificates(raw, password)
            certificates = [one for one in (first, *above) if one]
        else:
            private = load_pem_private_key(raw, password)
            certificates = x509.load_pem_x509_certificates(raw)
    except (ValueError, TypeError) as error:
        raise SealKeyError(f"The file {path} holds no key with its certificate.") from error
    if private is None or not certificates or not _belong(private, certificates[0]):
        raise SealKeyError(f"The file {path} holds no key with its certificate.")
    return SealKey(private, certificates[0], tuple(certificates[1:]))


def _belong(private: PrivateKeyTypes, certificate: x509.Certificate) -> bool:
    return bool(private.public_key() == certificate.public_key())


def _make(path: Path) -> None:
    """Write a new key with its own certificate, unless another process was first."""
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem += _certificate(private).public_bytes(Encoding.PEM)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(aside, flags, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(aside)
    aside.unlink()


def _certificate(private: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = BusinessUnit.objects.filter(parent__isnull=True).values_list("name", flat=True).first()
    organisation = (name or "Muster")[:60]
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation[:44]}, evidence seal"),
        ]
    )
    now = datetime.now(UTC).replace(microsecond=0)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(private.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .sign(private, hashes.SHA256())
    )
