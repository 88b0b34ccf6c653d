"""One mail: neutral words in the person's language, plain and HTML, nothing remote, nothing that tells what came."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from html import escape
from typing import Final
from urllib.parse import urlsplit

from typing_extensions import override

from voute.app.city import City
from voute.app.notice_work import Outgoing
from voute.app.notices import SEPARATOR, code_of, mail_token, stop_token
from voute.app.ports import NoticeKit
from voute.core.ids import Slug
from voute.core.rows import MailKind
from voute.core.values import MICROSECONDS
from voute.messages import Messages, messages

STOP: Final = "/avis/stop"
MAX_NAMES: Final = 1_000
"""Characters of departments' names; with more a mail says how many departments wrote."""
# Colours of the pages (web/ui/theme/tokens.css), letters of the reader's own device: nothing may be fetched.
_STYLE: Final = (
    "body{margin:0;padding:24px 12px;background:#f3f4f3;color:#242d2b;"
    "font:18px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    "main{max-width:34em;margin:0 auto;padding:20px 24px 24px;background:#fff;border:1px solid #b9bcbc;"
    "border-top:4px solid #0f5c52;border-radius:12px}"
    "p{margin:0 0 1em;overflow-wrap:anywhere}.city{margin:0 0 .4em;font-size:16px;font-weight:600;color:#0f5c52}"
    "b{font-size:1.3em;letter-spacing:.08em;white-space:nowrap}"
    "footer{padding-top:1em;border-top:1px solid #b9bcbc;font-size:16px}"
    "h1{margin:0 0 .8em;font-size:22px;line-height:1.3;text-wrap:balance}a{color:#0f5c52}"
    "@media(prefers-color-scheme:dark){body{background:#1c2020;color:#ececec}main{background:#232928;border-color:#4b5150;"
    "border-top-color:#7ca6a1}.city,a{color:#97aca9}footer{border-color:#4b5150}}"
)


_WHOLE: Final = frozenset({"list-unsubscribe", "message-id"})


class WholeLinks(EmailPolicy):
    """Long addresses stay as they are: folding would write them as encoded words, which no mail program follows."""

    @override
    def fold(self, name: str, value: str) -> str:
        """Write a header."""
        return f"{name}: {value}{self.linesep}" if name.lower() in _WHOLE else super().fold(name, value)

    @override
    def fold_binary(self, name: str, value: str) -> bytes:
        """Write a header, as bytes."""
        return self.fold(name, value).encode("ascii") if name.lower() in _WHOLE else super().fold_binary(name, value)


_POLICY: Final = WholeLinks(linesep="\r\n")


def make_mail(city: City, kit: NoticeKit, sender: str, outgoing: Outgoing) -> EmailMessage:
    """Write a mail; the same row gives the same bytes, so that a repeat is recognised by its message id."""
    words = messages(outgoing.notice.language)
    origin = city.trust().root.origin
    host = urlsplit(origin).hostname or "localhost"
    link = f"{origin}{STOP}?t={stop_token(kit, outgoing.notice.notice_id).hex()}"
    title = words.text(f"notice-subject-{outgoing.mail.kind}")
    sender_name = _city_name(city, words)
    paragraphs = _paragraphs(city, kit, words, outgoing, urlsplit(origin).netloc)
    message = EmailMessage(policy=_POLICY)
    # Built from parts: no text can begin another header.
    message["From"] = Address(sender_name, addr_spec=sender)
    message["To"] = Address(addr_spec=outgoing.notice.address)
    message["Subject"] = title
    message["Date"] = datetime.fromtimestamp(outgoing.mail.created_at // MICROSECONDS, UTC)
    message["Message-ID"] = f"<{mail_token(kit, outgoing.notice.notice_id, outgoing.mail.mail_id).hex()}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{link}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    plain = "\n\n".join([*paragraphs, sender_name, words.text("notice-stop", {"link": link})])
    message.set_content(plain + "\n", cte="quoted-printable")
    html = _html(words, sender_name, title, paragraphs, link)
    if outgoing.mail.kind == MailKind.CONFIRM:
        code = code_of(kit, outgoing.notice)
        html = html.replace(code, f"<b>{code}</b>", 1)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    # Last: setting the parts takes headers of content away.
    message["Content-Language"] = words.language
    message.set_boundary(f"voute-{outgoing.mail.mail_id.hex()}")
    return message


def _city_name(city: City, words: Messages) -> str:
    return str(getattr(city.trust().root.names, words.language))


def _paragraphs(city: City, kit: NoticeKit, words: Messages, outgoing: Outgoing, place: str) -> list[str]:
    kind = outgoing.mail.kind
    if kind == MailKind.CONFIRM:
        said = [words.text("notice-confirm", {"code": code_of(kit, outgoing.notice)}), words.text("notice-confirm-not-you")]
        return [part for text in said for part in text.split("\n\n")]
    facts: dict[str, object] = {}
    if kind == MailKind.DOCUMENTS:
        names = issuer_names(city, words, outgoing.mail.issuers.split(SEPARATOR))
        facts = {"issuers": joined(words, names), "count": len(names)}
        if len(str(facts["issuers"])) > MAX_NAMES:
            kind, facts = "documents-many", {"count": len(names)}
    said = [words.text(f"notice-{kind}", facts), words.text("notice-where", {"place": place}), words.text("notice-never")]
    return [part for text in said for part in text.split("\n\n")]


def issuer_names(city: City, words: Messages, slugs: Sequence[str]) -> list[str]:
    """Return the public names; a department that left the trust root since is called by its short name."""
    known = {issuer.id: issuer.names for issuer in city.trust().root.issuers}
    return [str(getattr(known[slug], words.language)) if slug in known else slug for slug in map(Slug, slugs)]


def joined(words: Messages, names: Sequence[str]) -> str:
    """Write one name, or several as a sentence has them."""
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} {words.text('notice-and')} {names[-1]}"


def _html(words: Messages, city: str, title: str, paragraphs: Sequence[str], link: str) -> str:
    stop = f'<a href="{escape(link)}">{escape(words.text("notice-stop-word"))}</a>'
    body = "".join(f"<p>{escape(one)}</p>\n" for one in paragraphs)
    return (
        f'<!doctype html>\n<html lang="{words.language}"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f'<body><main><p class="city">{escape(city)}</p>\n<h1>{escape(title)}</h1>\n'
        f"{body}<footer>{stop}</footer></main></body></html>\n"
    )
