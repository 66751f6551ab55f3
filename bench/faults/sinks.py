"""What receives mails and webhooks on this machine, and notes every one, also what came twice."""

import email
import email.policy
import json
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Mail:
    """One mail as it came."""

    at: float
    message_id: str
    recipient: str
    subject: str


class _Conversation(socketserver.StreamRequestHandler):
    """One connection: as much of SMTP as a sender needs."""

    server: "Mailbox"

    def handle(self) -> None:
        self.say("220 sink")
        recipient = ""
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.say("354 go on")
                self.keep(recipient)
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                recipient = line.decode().split(":", 1)[1] if word == b"RCPT" else recipient
                self.say("250 fine")

    def keep(self, recipient: str) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        text = b"".join(line[1:] if line.startswith(b"..") else line for line in lines)
        mail = email.message_from_bytes(text, policy=email.policy.default)
        names = (str(mail.get(name, "")) for name in ("Message-ID", "Subject"))
        self.server.mails.append(Mail(time.time(), next(names), recipient.strip(), next(names)))
        self.say("250 taken")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Mailbox(socketserver.ThreadingTCPServer):
    """The server; what it took is in `mails`, also what it took twice."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mails: list[Mail] = []
        self.port = int(self.server_address[1])
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment that sends mails here."""
        return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(self.port), "EMAIL_TLS": "0"}

    def received(self, to: str) -> Counter[str]:
        """Return how often each mail to such addresses came, by its Message-ID."""
        return Counter(mail.message_id for mail in self.mails if to in mail.recipient)

    def others(self, to: str) -> list[str]:
        """Return the subjects of the mails to anybody else."""
        return [mail.subject for mail in self.mails if to not in mail.recipient]

    def close(self) -> None:
        """Take no more."""
        self.shutdown()
        self.server_close()


class _Hook(BaseHTTPRequestHandler):
    """One request to the receiver of webhooks."""

    server: "Hooks"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        item = json.loads(body).get("data", {}).get("item", "")
        name, stamp = (self.headers.get(f"webhook-{one}", "") for one in ("id", "timestamp"))
        self.server.came.append((time.time(), name, float(stamp or 0), item))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Hooks(ThreadingHTTPServer):
    """The receiver of webhooks; what came is in `came`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.came: list[tuple[float, str, float, str]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/muster"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def received(self, items: Container[str]) -> Counter[str]:
        """Return how often each event about some items came, by its webhook-id."""
        return Counter(name for _, name, _, item in self.came if item in items)

    def close(self) -> None:
        """Take no more."""
        self.shutdown()
        self.server_close()
