"""Values that say more than one thing: addresses, host:port, images, packages with versions, port mappings, paths."""

from __future__ import annotations

import re

from tractatus.actions.findings import Findings
from tractatus.actions.located import Located
from tractatus.actions.names import default_of, subject_kinds, subject_of

URL = re.compile(
    r"(?<![\w+.-])(?P<scheme>(?:jdbc:)?[A-Za-z][A-Za-z0-9+.-]{1,20})://"
    r"(?:(?P<user>[^\s:@/'\"`<>]{0,200})(?::[^\s@/'\"`<>]{0,200})?@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[^\s:/?#,@'\"`<>()\\]{1,255})?"
    r"(?::(?P<port>\d{1,5})(?!\w))?(?P<other>:[^\s/])?"
    r"(?:/(?P<path>[^\s?#'\"`<>\\]{0,500}))?"
)
_HOST_PORT = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|localhost|\*|[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}\.)+[A-Za-z0-9_-]{1,62}"
    r"|[A-Za-z0-9_-]{1,62})?:(?P<port>\d{1,5})(?:/(?P<path>[\w-]{0,63}))?\Z"
)
HOST = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3}){3}|localhost|::1?|\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9_-]{1,62}\.)+[A-Za-z]{2,30})\Z"
)
_MAPPING = re.compile(
    r"(?:(?P<host>[^:\s]+):)?(?P<outside>\d{1,5}(?:-\d{1,5})?)?:(?P<inside>\d{1,5}(?:-\d{1,5})?)(?:/\w+)?\Z"
)
_PACKAGE = re.compile(
    r"(?P<name>@?[A-Za-z0-9][\w.-]{0,100}(?:/[\w.-]{1,100}){0,6})(?:\[[^\]\s]{0,200}\])?"
    r"(?:(?P<by>@|==|>=|<=|~=|!=|===|>|<|\^|=|:)\s*(?P<version>[\w.^~<>=!*+-][^\s;]{0,80}))?\Z"
)
_IMAGE = re.compile(
    r"(?P<name>[a-z0-9][\w.-]{0,127}(?::\d{1,5}(?=/))?(?:/[\w.-]{1,127}){0,6})"
    r"(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>sha256:\w+))?\Z"
)
VERSION = re.compile(r"[v^~<>=!\s]{0,4}\d[\w.*+^~<>=!|, -]{0,80}\Z")
_NO_FILE = frozenset({"-", "{}", ".", "..", "/", "./", "./..."})
_STORES = frozenset({"database", "cache", "search", "queue"})


def url(findings: Findings, found: Located, *, key: str = "", whole: bool = True) -> bool:
    """Read an address into host, port, database, user and protocol. False where it is none."""
    match = URL.match(found.text)
    if not match:
        return False
    url_match(findings, found, match, key=key, whole=whole)
    return True


def url_match(findings: Findings, found: Located, match: re.Match[str], *, key: str = "", whole: bool = True) -> None:
    scheme = match["scheme"].lower().removeprefix("jdbc:")
    subject = subject_of(scheme.partition("+")[0])
    store = subject if subject_kinds().get(subject) in _STORES else ""
    if whole:
        findings.fact("url", found.part(*match.span()), store, key=key)
    findings.fact("protocol", found.part(match.start("scheme"), match.start("scheme") + len(match["scheme"])), store)
    host = match["host"]
    if host and "$" not in host and "{" not in host:
        if scheme in ("s3", "gs"):
            findings.fact("bucket", found.part(*match.span("host")))
            return
        findings.fact("host", found.part(*match.span("host")), store)
        if not match["port"] and not match["other"] and "srv" not in scheme:
            implied = default_of(subject or scheme, "port")
            if implied:
                findings.implicit("port", store, implied)
    if match["port"]:
        findings.fact("port", found.part(*match.span("port")), store)
    if store:
        if match["user"]:
            findings.fact("user", found.part(*match.span("user")), store)
        if match["path"]:
            name = match["path"].split("/")[0]
            if name and "$" not in name:
                findings.fact("database", found.part(match.start("path"), match.start("path") + len(name)), store)


def host_port(findings: Findings, found: Located, subject: str = "") -> bool:
    """Read `db.internal:5439`, `:9090` or `localhost:27017/app`. False where it is none of them."""
    match = _HOST_PORT.match(found.text)
    if not match:
        return False
    if match["host"] and not match["host"].isdigit():
        findings.fact("host", found.part(*match.span("host")), subject)
    findings.fact("port", found.part(*match.span("port")), subject)
    if match["path"] and subject:
        findings.fact("database", found.part(*match.span("path")), subject)
    return True


def ports(findings: Findings, found: Located, subject: str = "", *, key: str = "") -> None:
    """Read a port, or a mapping of ports as containers have it: in `127.0.0.1:8080:80` the host's port is 8080."""
    text = found.text
    if text.isdigit():
        if len(text) <= 5:
            findings.fact("port", found, subject, key=key)
        return
    match = _MAPPING.match(text)
    if not match:
        return
    if match["host"]:
        findings.fact("host", found.part(*match.span("host")), subject, key=key)
    if match["outside"]:
        findings.fact("port", found.part(*match.span("outside")), subject, key=key)
    findings.fact("container_port", found.part(*match.span("inside")), subject, key=key)


def package(findings: Findings, found: Located, subject: str = "", *, key: str = "") -> str:
    """Read `left-pad@1.3.0`, `httpx[http2]>=0.27` or `@scope/name`; gives the name, empty where it is none."""
    match = _PACKAGE.match(found.text)
    if not match:
        return ""
    name = match["name"]
    findings.fact("package", found.part(*match.span("name")), key=key or subject)
    named = subject_of(name) or name.lower()
    if match["version"]:
        start = match.start("by") if match["by"] not in ("@", "==", ":", "=") else match.start("version")
        findings.fact("version", found.part(start, match.end("version")), named, key=key)
    return name


def image(findings: Findings, found: Located, *, key: str = "", implied: bool = True) -> str:
    """Read `registry.example/app/python:3.12-slim` into image, tag and version; gives the image's name."""
    match = _IMAGE.match(found.text)
    if not match:
        return ""
    name = match["name"].rpartition("/")[2]
    subject = subject_of(name) or name.lower()
    findings.fact("image", found.part(*match.span("name")), subject, key=key)
    if match["tag"]:
        findings.fact("tag", found.part(*match.span("tag")), subject, key=key)
        if any(character.isdigit() for character in match["tag"]):
            findings.fact("version", found.part(*match.span("tag")), subject, key=key)
    elif implied and not match["digest"]:
        findings.implicit("tag", subject, "latest")
    return name


def target(findings: Findings, found: Located, subject: str = "", *, key: str = "") -> None:
    """Read `user@host`, `user@host:path` or `host`, as ssh, scp and rsync have it."""
    text = found.text
    if text.startswith("ssh://"):
        url(findings, found, key=key)
        return
    at = text.find("@")
    if at > 0:
        findings.fact("user", found.part(0, at), subject, key=key)
    colon = text.find(":", at + 1)
    host = found.part(at + 1, len(text) if colon < 0 else colon)
    if host.text and "/" not in host.text:
        findings.fact("host", host, subject, key=key)
    if colon >= 0 and text[colon + 1 :]:
        findings.path(text[colon + 1 :])


def bind(findings: Findings, found: Located, subject: str = "", *, key: str = "") -> None:
    """Read what a server listens on: `0.0.0.0:8000`, `:8000`, `8000`, `127.0.0.1`."""
    if found.text.isdigit():
        findings.fact("port", found, subject, key=key)
    elif not url(findings, found, key=key, whole=False) and not host_port(findings, found, subject) and found.text:
        findings.fact("host", found, subject, key=key)


def path(findings: Findings, found: Located, *, key: str = "", fact: bool = True) -> None:
    """Note a file or folder."""
    if found.text and found.text not in _NO_FILE and found.text[0] != "$":
        findings.path(found.text)
        if fact:
            findings.fact("path", found, key=key)
