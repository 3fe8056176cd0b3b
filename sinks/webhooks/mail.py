"""An alert in, a mail out, and its way to the mail server.

The Message-ID is built from the alert's id, and `References` names the mail of the thread's head, so
that a mail program shows a thread as one conversation and a repeated try as the same mail.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import closing
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sinks.webhooks.chat import build_lines, build_title, find_link
from sinks.webhooks.endpoints import Endpoint, Mail
from streams.egress import is_public_address
from streams.errors import UnsafeAddressError
from streams.records import Alert


def render_mail(mail: Mail, alert: Alert) -> bytes:
    """Render the mail as bytes, headers and all."""
    domain = mail.sender.rsplit("@", 1)[-1].strip("> ")
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{alert.id}@{domain}>"
    if alert.references:
        message["In-Reply-To"] = f"<{alert.references[-1]}@{domain}>"
        message["References"] = " ".join(
            f"<{reference}@{domain}>" for reference in (alert.references[0], alert.references[-1])
        )
    message["Date"] = format_datetime(alert.at)
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to)
    title = " ".join(build_title(alert).split())
    message["Subject"] = _disarm(f"[{alert.severity}] {title}"[:200])
    message["Auto-Submitted"] = "auto-generated"
    lines = [title, "", alert.reason, ""]
    lines += [f"{name}: {' '.join(value.split())}" for name, value in build_lines(alert)]
    if link := find_link(alert):
        lines += ["", link]
    if alert.digest:
        lines += ["", *(f"- {' '.join(entry.split())}" for entry in alert.digest)]
    message.set_content("\n".join(lines))
    return message.as_bytes()


def _disarm(text: str) -> str:
    """Break what looks like an encoded word: Python decodes it, and a line end in it adds headers.

    Seen with 3.11.7: `=?utf-8?q?=0ABcc:=20x@y?=` as a headline gave the mail a Bcc.
    """
    return text.replace("=?", "=\u200b?")


def send_mail(endpoint: Endpoint, content: bytes) -> tuple[int, str]:
    """Send one mail; give the server's code and its words. Blocks: call it in a thread."""
    mail = endpoint.mail
    assert mail is not None
    context = ssl.create_default_context()
    try:
        # closing, not `with`: whatever the server says to QUIT, the mail has been taken by then
        with closing(_Pinned(endpoint, context)) as server:
            if mail.security == "starttls":
                server.starttls(context=context)
            if mail.username and endpoint.mail_password:
                server.login(mail.username, endpoint.mail_password)
            refused = server.sendmail(mail.sender, list(mail.to), content)
    except smtplib.SMTPResponseException as error:
        return error.smtp_code, type(error).__name__
    except smtplib.SMTPRecipientsRefused as error:
        return max(code for code, _ in error.recipients.values()), "every recipient was refused"
    except ValueError as error:
        # a password that the library cannot write; its own words may hold it
        return 0, type(error).__name__
    except (smtplib.SMTPException, OSError, UnsafeAddressError) as error:
        return 0, f"{type(error).__name__}: {error}"
    return 250, f"{len(refused)} recipients refused" if refused else "sent"


class _Pinned(smtplib.SMTP):
    """Connects to the address that was checked, and asks TLS for the name."""

    def __init__(self, endpoint: Endpoint, context: ssl.SSLContext) -> None:
        assert endpoint.mail is not None
        self._endpoint = endpoint
        self._context = context if endpoint.mail.security == "tls" else None
        super().__init__(endpoint.mail.host, endpoint.mail.port, timeout=endpoint.timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        address = _resolve(host, port, allow_private=self._endpoint.allow_private)
        plain = socket.create_connection((address, port), timeout)
        if self._context is None:
            return plain
        return self._context.wrap_socket(plain, server_hostname=host)


def _resolve(host: str, port: int, *, allow_private: bool) -> str:
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not allow_private:
        for address in found:
            if not is_public_address(address):
                raise UnsafeAddressError(host, f"resolves to {address}, which is not public")
    return found[0]
