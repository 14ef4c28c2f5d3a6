"""Our scripts as one: a phone far out waits two seconds for every file, however small.

In: modules by name, the name of the first one to run.    Out: the text of one script, for a <script> in the page.
Never knows: what a module does. It reads only the forms of import and export our own scripts use, and refuses others.

Each module becomes a function that is called once and gives back what it exports; whoever imports takes it from there.
Scripts of one page see each other's modules: a second one leaves out what the first has brought.
Comments on lines of their own and indentation are dropped; no text of ours spans lines.
"""
from __future__ import annotations

import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import (?:\* as (?P<whole>\w+)|\{(?P<names>[^}]*)\}) from "\./(?P<file>[\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?P<what>async function|function|class|const) (?P<name>\w+)", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_ENDS = re.compile(r"</(?:script|style)|<!--", re.IGNORECASE)          # would end or change the element it stands in


def bundled(modules: Mapping[str, str], entry: str, *, after: str | None = None) -> str:
    """The script of `entry` with everything it imports, each module once, before whoever needs it.

    after   the entry of a script that stands before this one in the page: what it holds is not repeated
    """
    brought = set() if after is None else set(_order(modules, after, ()))
    wrapped = [_wrapped(name, modules[name]) for name in _order(modules, entry, ()) if name not in brought]
    return _inline('"use strict";\n' + "".join(wrapped))


def plain(text: str) -> str:
    """A script that is no module, without its comments on lines of their own."""
    return _inline(_without_comments(text))


def styled(*sheets: str) -> str:
    """Style sheets as one, without comments and line ends."""
    plain = re.sub(r"/\*.*?\*/", "", "".join(sheets), flags=re.DOTALL)
    return _inline(re.sub(r"\s*\n\s*", "", plain))


def _order(modules: Mapping[str, str], name: str, above: tuple[str, ...]) -> list[str]:
    if name in above:
        raise ValueError(f"{' → '.join([*above, name])}: modules in a circle")
    order: list[str] = []
    for found in _IMPORT.finditer(modules[name]):
        order += [one for one in _order(modules, found["file"], (*above, name)) if one not in order]
    return [*order, name]


def _wrapped(name: str, text: str) -> str:
    exported = [found["name"] for found in _EXPORT.finditer(text)]
    body = _IMPORT.sub(_taken, text)
    body = _EXPORT.sub(lambda found: f"{found['what']} {found['name']}", body)
    if (other := _OTHER.search(body)) is not None:
        raise ValueError(f"{name}: cannot bundle {other[0]!r}")
    if any(line.count("`") % 2 for line in body.splitlines()):
        raise ValueError(f"{name}: a text over several lines")
    kept = _without_comments(body)
    return f"const {_variable(name)} = (() => {{\n{kept}\nreturn {{ {', '.join(exported)} }};\n}})();\n"


def _without_comments(text: str) -> str:
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _taken(found: re.Match[str]) -> str:
    names = found["whole"] or f"{{{found['names'].replace(' as ', ': ')}}}"
    return f"const {names} = {_variable(found['file'])};\n"


def _variable(file: str) -> str:
    return "$" + file.removesuffix(".js").replace("-", "_")


def _inline(text: str) -> str:
    if (found := _ENDS.search(text)) is not None:
        raise ValueError(f"{found[0]!r} cannot stand inside an element")
    return text
