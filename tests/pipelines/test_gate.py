"""bin/muster-gate and servers of every kind: yes to a clear yes only; else no or cannot tell."""

import ast
import json
import socket
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.pipelines.tokens import Claims, audience, jwk, public_bytes, sign, times
from tests.pipelines.asking import DIGEST, GATE, answering, gate, server

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TOKEN = {"MUSTER_TOKEN": "mst_0123456789ab.secret"}
once = partial(gate, "--digest", DIGEST, "--tries", "1", env=TOKEN)


def decision(at: datetime | None = None, key: Ed25519PrivateKey = KEY, **over) -> str:
    """Return a token of a server."""
    given = {
        "iss": "https://muster.example",
        "aud": audience("prod"),
        "sub": DIGEST,
        "system": "AIS-014",
        "version": "3.2.1",
        "environment": "prod",
        "task": "",
        "release": "UPD-007",
        "state": "active",
        "decided_at": "2026-11-20T09:00:00Z",
        "jti": "c0ffee",
        **times(at or datetime.now(UTC)),
    }
    return sign(Claims(**given | over), key)


def yes(**over) -> dict:
    """Return the answer of a server that says yes."""
    given = {
        "deployable": True,
        "digest": DIGEST,
        "environment": "prod",
        "system": "AIS-014",
        "version": "3.2.1",
        "release": "UPD-007",
        "state": "active",
        "token": decision(),
    }
    return given | over


def no(*reasons: dict, **over) -> dict:
    """Return the problem of a server that says no."""
    given = {"code": "not-deployable", "deployable": False, "reasons": list(reasons)}
    return given | over


NOT_APPROVED = {"code": "in_review", "words": "UPD-007 waits for approval."}
EXPIRED = {"code": "expired", "words": "The approval has ended; recertify it first."}


def test_yes_is_nought():
    with server(answering(200, yes())) as url:
        ran = once("--url", url)

    assert ran.code == 0
    assert "Yes, this may be deployed (AIS-014, 3.2.1, UPD-007, active)." in ran.out


def test_no_is_one_with_every_reason():
    with server(answering(403, no(NOT_APPROVED, EXPIRED))) as url:
        ran = once("--url", url)

    assert ran.code == 1
    assert "waits for approval. [in_review]" in ran.out
    assert "recertify it first. [expired]" in ran.out


def test_a_digest_that_nobody_knows_is_a_no():
    body = {"code": "unknown-version", "detail": "No version that you may see has this digest."}
    with server(answering(404, body)) as url:
        ran = once("--url", url)

    assert ran.code == 1
    assert "No version that you may see" in ran.out


def test_json_is_one_object():
    with server(answering(200, yes())) as url:
        ran = once("--url", url, "--json")

    assert ran.told["answer"] == "yes"
    assert ran.told["token"].count(".") == 2


HOSTILE = {
    "says no with 200": answering(200, yes(deployable=False)),
    "says yes as a text": answering(200, yes(deployable="true")),
    "says yes as a number": answering(200, yes(deployable=1)),
    "says yes about another digest": answering(200, yes(digest="cd" * 32)),
    "says yes for another environment": answering(200, yes(environment="staging")),
    "says yes without a token": answering(200, yes(token=None)),
    "says yes with half a token": answering(200, yes(token="e30.e30")),
    "says yes with a token about another digest": answering(
        200, yes(token=decision(sub="cd" * 32))
    ),
    "says yes with a token for another environment": answering(
        200, yes(token=decision(environment="staging", aud=audience("staging")))
    ),
    "says yes with a token of yesterday": answering(
        200, yes(token=decision(datetime.now(UTC) - timedelta(days=1)))
    ),
    "says yes with a token of tomorrow": answering(
        200, yes(token=decision(datetime.now(UTC) + timedelta(days=1)))
    ),
    "garbage": answering(200, b"\x00\xff<html>"),
    "an empty body": answering(200, b""),
    "a list": answering(200, [yes()]),
    "a name twice": answering(200, b'{"deployable": false, "deployable": true}'),
    "not a number": answering(200, b'{"deployable": NaN}'),
    "nested without end": answering(200, b"[" * 60_000),
    "huge": answering(200, json.dumps(yes()).encode() + b" " * 70_000),
    "a redirect": answering(302, yes(), Location="https://evil.example/"),
    "a redirect for good": answering(308, yes(), Location="/elsewhere"),
    "201": answering(201, yes()),
    "204": answering(204, b""),
    "a refused token": answering(401, {"code": "authentication_failed", "detail": "Unknown."}),
    "a refused scope": answering(403, {"code": "permission_denied", "detail": "No scope."}),
    "a wall in between": answering(403, b"<html>Forbidden</html>"),
    "no without a reason": answering(403, no()),
    "no that says yes": answering(403, no(NOT_APPROVED, deployable=True)),
    "several systems": answering(409, {"code": "several-systems", "detail": "Say which system."}),
    "nothing there": answering(404, {"code": "not_found", "detail": "Not found."}),
    "a server error": answering(500, yes()),
    "too busy": answering(429, {"detail": "Later."}),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_no_unclear_answer_is_a_yes_or_a_no(case):
    with server(HOSTILE[case]) as url:
        ran = once("--url", url)

    assert ran.code == 2, ran.out
    assert "Cannot tell" in ran.out


def test_a_token_of_its_own_goes_nowhere_but_to_the_address():
    seen = []

    def redirect(handler):
        seen.append(handler.path)
        answering(302, {}, Location="/stolen")(handler)

    with server(redirect) as url:
        once("--url", url)

    assert seen == [f"/api/v1/model-versions/{DIGEST}/deployable?environment=prod"]


def test_a_server_that_trickles_is_cut_off():
    def trickle(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(600):
            try:
                handler.wfile.write(b" ")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    began = time.monotonic()
    with server(trickle) as url:
        ran = once("--url", url)
        took = time.monotonic() - began

    assert ran.code == 2
    assert took < 20


def test_a_server_that_is_silent_is_left():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ran = once("--url", f"http://127.0.0.1:{silent.getsockname()[1]}")

    assert ran.code == 2


def test_a_server_that_is_not_there_is_asked_three_times_at_most():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    began = time.monotonic()
    ran = gate("--digest", DIGEST, "--url", f"http://127.0.0.1:{port}", env=TOKEN)

    assert ran.code == 2
    assert time.monotonic() - began < 15


def test_a_failure_that_passes_is_asked_again():
    answers = [answering(503, {}), answering(200, yes())]

    def play(handler):
        answers.pop(0)(handler)

    with server(play) as url:
        ran = gate("--digest", DIGEST, "--url", url, env=TOKEN)

    assert ran.code == 0


def test_a_no_is_not_asked_again():
    asked = []

    def play(handler):
        asked.append(1)
        answering(403, no(NOT_APPROVED))(handler)

    with server(play) as url:
        gate("--digest", DIGEST, "--url", url, env=TOKEN)

    assert len(asked) == 1


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path):
    ran = None
    with tls(tmp_path, answering(200, yes())) as url:
        ran = once("--url", url)

    assert ran.code == 2
    assert "certificate" in ran.out


def test_a_certificate_that_is_named_is_trusted(tmp_path):
    with tls(tmp_path, answering(200, yes())) as url:
        ran = once("--url", url, "--cafile", str(tmp_path / "cert.pem"))

    assert ran.code == 0


def tls(folder, play):
    """Run a server with a certificate of its own."""
    import ssl
    from contextlib import contextmanager

    from tests.pipelines import asking

    certificate(folder)

    @contextmanager
    def run():
        stock = asking.ThreadingHTTPServer

        class Secure(stock):
            def server_bind(self):
                super().server_bind()
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
                self.socket = context.wrap_socket(self.socket, server_side=True)

            def handle_error(self, request, client_address):
                pass

        asking.ThreadingHTTPServer = Secure
        try:
            with asking.server(play) as url:
                yield url.replace("http://127.0.0.1", "https://localhost")
        finally:
            asking.ThreadingHTTPServer = stock

    return run()


def certificate(folder):
    """Write a certificate for localhost and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "key.pem").write_bytes(pem)


# --- what it is asked -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "env"),
    [
        (["--digest", DIGEST, "--url", "http://127.0.0.1:1"], {}),
        (["--digest", DIGEST, "--url", "http://muster.example"], TOKEN),
        (["--digest", DIGEST, "--url", "ftp://muster.example"], TOKEN),
        (["--digest", DIGEST, "--url", "https://a:b@muster.example"], TOKEN),
        (["--digest", DIGEST, "--url", "https://[muster"], TOKEN),
        (["--digest", DIGEST, "--url", ""], TOKEN),
        (["--digest", "ab", "--url", "https://muster.example"], TOKEN),
        (["--digest", DIGEST.upper(), "--url", "https://muster.example"], TOKEN),
        (["--url", "https://muster.example"], TOKEN),
        (["--bundle", "/nowhere.json", "--url", "https://muster.example"], TOKEN),
        (["--digest", DIGEST, "--url", "https://muster.example"], {"MUSTER_TOKEN": "two words"}),
        (["--digest", DIGEST, "--tries", "99"], TOKEN),
        (["--nonsense"], TOKEN),
    ],
)
def test_asked_wrongly_it_cannot_tell(words, env):
    assert gate(*words, env=env).code == 2


def test_the_token_may_lie_in_a_file(tmp_path):
    (tmp_path / "token").write_text("mst_0123456789ab.secret\n")
    seen = []

    def play(handler):
        seen.append(handler.headers["Authorization"])
        answering(200, yes())(handler)

    with server(play) as url:
        gate("--digest", DIGEST, "--url", url, "--token-file", str(tmp_path / "token"))

    assert seen == ["Bearer mst_0123456789ab.secret"]


def test_everything_may_come_from_the_environment():
    with server(answering(200, yes())) as url:
        env = {"MUSTER_URL": url, "MUSTER_DIGEST": DIGEST, "MUSTER_SYSTEM": "AIS-014"}

        assert gate(env=TOKEN | env).code == 0


def test_an_answer_about_another_system_is_no_answer():
    with server(answering(200, yes())) as url:
        assert once("--url", url, "--system", "AIS-099").code == 2


def test_words_of_a_server_command_no_pipeline():
    nasty = {"code": "x\r\n", "words": "no\n::set-env name=PATH::/evil\x1b[2J"}
    with server(answering(403, no(nasty))) as url:
        ran = once("--url", url)

    assert ran.code == 1
    assert "\x1b" not in ran.out
    assert not [line for line in ran.out.splitlines() if line.startswith("::")]


# --- keys that the pipeline keeps ---------------------------------------------------------------
@pytest.fixture
def keys(tmp_path):
    """A file with the public key of the server."""
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [jwk(public_bytes(KEY))]}))
    return path


def test_with_the_keys_at_hand_a_good_signature_is_a_yes(keys):
    with server(answering(200, yes())) as url:
        assert once("--url", url, "--jwks", str(keys)).code == 0


def test_with_the_keys_at_hand_a_forged_token_is_no_yes(keys):
    other = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
    forged = decision(key=other)
    good = decision().split(".")
    bent = ".".join([good[0], decision(release="UPD-666").split(".")[1], good[2]])
    for token in (forged, bent):
        with server(answering(200, yes(token=token))) as url:
            assert once("--url", url, "--jwks", str(keys)).code == 2


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"keys": 1}', '{"keys": ["x"]}'])
def test_a_file_that_holds_no_keys_is_refused(tmp_path, text):
    (tmp_path / "jwks").write_text(text)
    with server(answering(200, yes())) as url:
        assert once("--url", url, "--jwks", str(tmp_path / "jwks")).code == 2


def test_it_needs_nothing_newer_than_python_3_9():
    ast.parse(GATE.read_text(), feature_version=(3, 9))


def test_it_imports_nothing_but_the_standard_library():
    import sys

    names = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(GATE.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert names <= sys.stdlib_module_names
