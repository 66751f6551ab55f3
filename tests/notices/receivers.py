"""Real receivers on this machine: a mail server and a program that takes webhooks."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

TAKEN = "250 Message accepted for delivery"
Reply = Callable[["Sink"], tuple[int, dict[str, str]]]


@dataclass
class Mailbox:
    """What a mail server took, and what it answers."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)  # for the next mails; then all are taken
    refuse: str = ""  # the answer to every recipient

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else TAKEN
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=policy.default)
            mail["X-Envelope-To"] = ",".join(envelope.rcpt_tos)
            self.mails.append(mail)
        return answer


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run an SMTP server on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        mailbox = Mailbox(free.getsockname()[1])
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def text_of(mail: EmailMessage, kind: str) -> str:
    """Return the plain or HTML part of a mail."""
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


@dataclass
class Sink:
    """What a program was sent, and what it answers: a code with headers, for each request."""

    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    reply: Reply = lambda _: (204, {})


@contextmanager
def sink() -> Iterator[Sink]:
    """Run a program that takes webhooks on a free port."""
    taken = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.requests.append(({k.lower(): v for k, v in self.headers.items()}, body))
            code, headers = taken.reply(taken)
            if code == 0:
                self.connection.close()  # took it, and says nothing
                return
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    taken.url = f"http://127.0.0.1:{server.server_port}/hooks?tenant=7"
    try:
        yield taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
