"""A time-stamping service as a process of its own, which errs in the way its path says.

Run: python -m tests.audit_packs.tsa FOLDER     writes ca.pem there, prints its port
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import tsp
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

NOW = datetime.now(UTC)
SLOW_SECONDS = 30


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject, public, issuer, key, days=(-1, 30)):
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
    )


def authority(name):
    """Return a root's key and certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _certificate(name, key.public_key(), name, key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return key, made.sign(key, hashes.SHA256())


def stamper(name, root, days=(-1, 30), use=ExtendedKeyUsageOID.TIME_STAMPING, **more):
    """Return a service whose certificate the root signed."""
    above, parent = root
    key = rsa.generate_private_key(65537, 2048)
    issuer = parent.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    made = _certificate(name, key.public_key(), issuer, above, days)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    made = made.add_extension(x509.ExtendedKeyUsage([use]), critical=True)
    signed = made.sign(above, hashes.SHA256())
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        Certificate.load(signed.public_bytes(Encoding.DER)), PrivateKeyInfo.load(private), **more
    )


ROOT = authority("Time root")
GOOD = stamper("Time service", ROOT)
OTHERS = {
    "/expired": stamper("Old time service", ROOT, days=(-30, -2)),
    "/backdated": stamper("Old again", ROOT, days=(-30, -2), fixed_dt=NOW - timedelta(days=10)),
    "/stranger": stamper("Somebody", authority("Somebody's root")),
    "/webserver": stamper("A web server", ROOT, use=ExtendedKeyUsageOID.SERVER_AUTH),
}


def answer(path, asked):
    """Return the response to a request, wrong in the way the path says."""
    request = tsp.TimeStampReq.load(asked)
    if path == "/nonce":
        request["nonce"] = 1
    if path == "/nononce":
        del request["nonce"]
    if path == "/hash":
        request["message_imprint"]["hashed_message"] = b"\x07" * 32
    if path == "/refused":
        return tsp.TimeStampResp({"status": tsp.PKIStatusInfo({"status": "rejection"})}).dump()
    told = OTHERS.get(path, GOOD).request_tsa_response(tsp.TimeStampReq.load(request.dump(True)))
    raw = bytearray(told.dump())
    if path == "/flipped":
        raw[-1] ^= 1
    return b"no stamp" if path == "/garbage" else bytes(raw)


class Service(BaseHTTPRequestHandler):
    """Answers one request."""

    def do_POST(self):
        """Answer with a stamp, or with what the path says."""
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        mode = Path(sys.argv[1], "mode")
        path = mode.read_text().strip() if self.path == "/mode" else self.path
        if path == "/slow":
            time.sleep(SLOW_SECONDS)
        body = answer(path, asked)
        self.send_response(500 if path == "/500" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        """Say nothing."""


if __name__ == "__main__":
    Path(sys.argv[1], "ca.pem").write_bytes(ROOT[1].public_bytes(Encoding.PEM))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
