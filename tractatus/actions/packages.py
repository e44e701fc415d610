"""The packages that code imports and manifests ask for."""

from __future__ import annotations

import re

from tractatus.actions.findings import Findings
from tractatus.actions.located import Located

_JS = re.compile(
    r"\b(?:from|import|require|import\s*\(|require\s*\(|jest\.mock\s*\()\s*\(?\s*[\"'`](?P<name>[^\"'`\s]{1,200})[\"'`]"
)
_PY = re.compile(
    r"^[ \t]*+(?:from[ \t]+(?P<name>[\w.]{1,100})[ \t]+import|import[ \t]+(?P<names>[\w., \t]{1,300}))", re.MULTILINE
)
_IMPORTS: dict[str, re.Pattern[str]] = {
    "javascript": _JS,
    "typescript": _JS,
    "vue": _JS,
    "python": _PY,
    "notebook": _PY,
    "go": re.compile(
        r"^[ \t]*+(?:import[ \t]+)?(?:[\w.]+[ \t]+)?\"(?P<name>[\w.-]+(?:/[\w.~-]+)*)\"[ \t]*+$", re.MULTILINE
    ),
    "rust": re.compile(r"^[ \t]*+(?:pub[ \t]+)?(?:use|extern[ \t]+crate)[ \t]+(?P<name>\w{1,80})", re.MULTILINE),
    "java": re.compile(r"^[ \t]*+import[ \t]+(?:static[ \t]+)?(?P<name>[\w.]{1,200})", re.MULTILINE),
    "ruby": re.compile(r"^[ \t]*+(?:require|gem)[ \t(]+[\"'](?P<name>[^\"'\s]{1,100})[\"']", re.MULTILINE),
    "php": re.compile(r"^[ \t]*+use[ \t]+(?P<name>\\?[A-Za-z_][\w\\]{0,200})", re.MULTILINE),
    "elixir": re.compile(
        r"^[ \t]*+(?:alias|use|import|require)[ \t]+(?P<name>[A-Z][\w.]{0,100})|(?<![\w:])"
        r"(?P<erl>:[a-z]\w{1,40})\.\w|\b(?P<call>[A-Z]\w{1,60})\.[a-z]\w*[!?]?\(",
        re.MULTILINE,
    ),
    "swift": re.compile(r"^[ \t]*+(?:@\w+[ \t]+)?import[ \t]+(?P<name>\w{1,100})", re.MULTILINE),
    "dart": re.compile(r"^[ \t]*+(?:import|export)[ \t]+[\"'](?P<name>[^\"'\s]{1,200})[\"']", re.MULTILINE),
    "c": re.compile(r"^[ \t]*+#[ \t]*include[ \t]*[<\"](?P<name>[^>\"\n]{1,200})[>\"]", re.MULTILINE),
    "c#": re.compile(
        r"^[ \t]*+(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?(?P<name>[A-Z][\w.]{0,200})[ \t]*;", re.MULTILINE
    ),
    "haskell": re.compile(r"^import[ \t]+(?:qualified[ \t]+)?(?P<name>[A-Z][\w.]{0,100})", re.MULTILINE),
    "r": re.compile(r"\b(?:library|require)\([\"']?(?P<name>[\w.]{1,80})[\"']?\)"),
    "julia": re.compile(r"^[ \t]*+(?:using|import)[ \t]+(?P<name>\w{1,80})", re.MULTILINE),
    "perl": re.compile(r"^[ \t]*+use[ \t]+(?P<name>[A-Z][\w:]{0,100})", re.MULTILINE),
    "lua": re.compile(r"\brequire[ \t(]*[\"'](?P<name>[\w./-]{1,100})[\"']"),
    "css": re.compile(r"@(?:import|use)[ \t]+(?:url\()?[\"'](?P<name>[^\"'\s]{1,200})[\"']"),
    "html": re.compile(r"<script[^>]{0,200}\bsrc=[\"'](?P<name>[^\"'\s]{1,300})[\"']"),
}
_IMPORTS |= {"kotlin": _IMPORTS["java"], "scala": _IMPORTS["java"], "gradle": _IMPORTS["java"], "c++": _IMPORTS["c"]}
_SCRIPT = re.compile(r"([A-Za-z]\w{0,60}?)(?:[-@.]v?\d[\w.]*)?(?:[.-](?:min|bundle|slim|umd|prod))*\.m?js(?:\?|\Z)")
_MANIFESTS = frozenset(
    [
        "package.json",
        "requirements.txt",
        "requirements.in",
        "pipfile",
        "cargo.toml",
        "go.mod",
        "mix.exs",
        "pubspec.yaml",
        "gemfile",
        "composer.json",
        "pyproject.toml",
        "build.gradle",
        "build.gradle.kts",
        "pom.xml",
        "package.swift",
        "podfile",
        "environment.yml",
        "setup.py",
        "setup.cfg",
    ]
)
_REQUIREMENT = re.compile(
    r"^[ \t]*+(?P<name>[A-Za-z][\w.-]{0,80})(?:\[[\w,. -]{0,100}\])?[ \t]*(?P<version>"
    r"(?:==|>=|<=|~=|!=|<|>)[^;#\n]{1,80})?[ \t]*(?:;[^\n]*)?$",
    re.MULTILINE,
)
_QUOTED_REQUIREMENT = re.compile(
    r"[\"'](?P<name>[A-Za-z][\w.-]{0,80})(?:\[[\w,. -]{0,100}\])?[ \t]*(?P<version>"
    r"(?:==|>=|<=|~=|!=|<|>)[^\"';\n]{1,80})?(?:;[^\"'\n]{0,100})?[\"']"
)
_MIX = re.compile(r"\{[ \t]*:(?P<name>[a-z]\w{0,60})[ \t]*,[ \t]*(?:\"(?P<version>[^\"\n]{1,60})\")?")
_GOMOD = re.compile(
    r"^[ \t]*+(?:require[ \t]+)?(?P<name>[\w.-]+\.[a-z]{2,}(?:/[\w.~-]+)+)[ \t]+(?P<version>v[\w.+-]{1,60})",
    re.MULTILINE,
)
_GEM = re.compile(
    r"^[ \t]*+(?:gem|pod)[ \t]+[\"'](?P<name>[\w./-]{1,80})[\"'](?:[ \t]*,[ \t]*[\"']"
    r"(?P<version>[^\"'\n]{1,60})[\"'])?",
    re.MULTILINE,
)
_MAVEN = re.compile(
    r"<artifactId>[ \t]*(?P<name>[\w.-]{1,100})[ \t]*</artifactId>(?:\s{0,40}<version>[ \t]*(?P<version>[^<\s]{1,60}))?"
)
_GRADLE = re.compile(
    r"\b(?:implementation|api|compileOnly|runtimeOnly|testImplementation|classpath|kapt)[ \t(]+"
    r"(?:platform\()?[\"'](?P<name>[\w.-]{1,100}:[\w.-]{1,100})(?::(?P<version>[\w.+-]{1,60}))?[\"']"
)
_SWIFT = re.compile(
    r"\.package\([^)\n]{0,200}?url:[ \t]*\"[^\"\n]{0,200}?/(?P<name>[\w-]{1,80})(?:\.git)?\"(?:[^)\n]{0,60}?\""
    r"(?P<version>\d[\w.-]{0,40})\")?"
)


def is_manifest(path: str) -> bool:
    """Whether a file lists the packages that a project needs."""
    name = path.rpartition("/")[2].lower()
    return name in _MANIFESTS or (name.endswith((".txt", ".in")) and "requirements" in path)


def imports(findings: Findings, found: Located, language: str) -> None:
    """The packages that code imports, each a fact of the parameter `package`."""
    pattern = _IMPORTS.get(language)
    if pattern is None:
        return
    for match in pattern.finditer(found.text):
        kind = match.lastgroup
        if kind == "names":
            start = match.start("names")
            for item in re.finditer(r"([A-Za-z_][\w.]*)(?:[ \t]+as[ \t]+\w+)?", match["names"]):
                _import(findings, found, start + item.start(1), item[1], language)
        elif kind is not None:
            _import(findings, found, match.start(kind), match[kind], language)


def _import(findings: Findings, found: Located, start: int, name: str, language: str) -> None:
    if language == "html":
        if match := _SCRIPT.search(name):
            findings.fact("package", found.part(start + match.start(1), start + match.end(1)), key="script")
        return
    if name.startswith((".", "/", "~", "@/", "#")):
        return  # a file of the project itself
    short = name
    if language == "python":
        short = name.partition(".")[0]
    elif language in ("javascript", "typescript", "vue", "css"):
        short = name.removeprefix("node:")
        start += len(name) - len(short)
        parts = short.split("/")
        short = "/".join(parts[:2]) if short.startswith("@") else parts[0]
    elif language == "dart":
        if not name.startswith("package:"):
            return
        start += 8
        short = name[8:].partition("/")[0]
    elif language == "elixir":
        start += name.startswith(":")
        short = name.removeprefix(":").partition(".")[0]
    findings.fact("package", found.part(start, start + len(short)), key="import")


def manifest(findings: Findings, found: Located, path: str) -> None:
    """The packages of a manifest whose entries are no plain settings."""
    name = path.rpartition("/")[2].lower()
    if name.endswith((".txt", ".in")):
        pattern = _REQUIREMENT
    elif name in ("pyproject.toml", "setup.py", "setup.cfg"):
        pattern = _QUOTED_REQUIREMENT
    else:
        pattern = _BY_NAME.get(name)  # type: ignore[assignment]
    if pattern is None:
        return
    for match in pattern.finditer(found.text):
        if pattern is _QUOTED_REQUIREMENT and match["version"] is None and not _listed(found.text, match.start()):
            continue
        findings.fact("package", found.part(*match.span("name")), key=name)
        if match["version"]:
            findings.fact("version", found.part(*match.span("version")), match["name"].lower(), key=match["name"])


def _listed(text: str, at: int) -> bool:
    """Whether a quoted name stands alone on its line, as an entry of a list does."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return not line.strip()


_BY_NAME = {
    "mix.exs": _MIX,
    "go.mod": _GOMOD,
    "gemfile": _GEM,
    "podfile": _GEM,
    "pom.xml": _MAVEN,
    "build.gradle": _GRADLE,
    "build.gradle.kts": _GRADLE,
    "package.swift": _SWIFT,
}
