"""The house itself: which room may open which door, and what every module owes its reader."""
from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALL = {"geodata", "maps", "locator", "locator.web", "locator.cli", "locator.wiring", "locator.words", "locator.printing"}
MAY_OPEN: dict[str, set[str]] = {  # room -> rooms it may import from, besides itself
    "geodata": set(),
    "maps": {"geodata"},
    "locator": {"geodata"},
    "locator.words": ALL,
    "locator.wiring": ALL,
    "locator.web": ALL,
    "locator.cli": ALL,
    "locator.printing": ALL,
}
PICTURE_LIBRARIES = {"folium", "branca", "jinja2"}
DOOR_LIBRARIES = PICTURE_LIBRARIES | {"flask", "apiflask", "flask_babel", "click", "babel", "granian"}
KNOWS = {"geodata": set[str](), "locator": set[str](), "maps": PICTURE_LIBRARIES}  # which of those, by room
TOP = {".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "docs", "geodata", "locator",
       "maps", "pyproject.toml", "requirements.txt", "tests"}
FILES = [f for top in ("geodata", "maps", "locator") for f in sorted((ROOT / top).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST = 400  # lines; past it two rooms share a file


def path_id(file: Path) -> str:
    return str(file.relative_to(ROOT))


def room_of(module: str) -> str | None:
    """The longest room name that `module` starts with, or None when it is not ours."""
    return max((r for r in MAY_OPEN if module == r or module.startswith(r + ".")), key=len, default=None)


def imported(file: Path) -> set[str]:
    """Dotted names of everything `file` imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only, so that a reader sees the room"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def home_of(file: Path) -> str:
    room = room_of(".".join(file.relative_to(ROOT).with_suffix("").parts))
    assert room is not None
    return room


@pytest.mark.parametrize("file", FILES, ids=path_id)
def test_a_room_opens_only_its_own_doors(file: Path) -> None:
    home = home_of(file)
    assert {room for name in imported(file) if (room := room_of(name))} <= MAY_OPEN[home] | {home}


@pytest.mark.parametrize("file", [f for f in FILES if home_of(f) in KNOWS], ids=path_id)
def test_inner_rooms_know_no_screen_and_no_language(file: Path) -> None:
    assert not {name.split(".")[0] for name in imported(file)} & (DOOR_LIBRARIES - KNOWS[home_of(file)])


@pytest.mark.parametrize("file", FILES + TESTS, ids=path_id)
def test_every_module_says_what_it_is_for(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "it opens with where the reader stands"


@pytest.mark.parametrize("file", FILES + TESTS, ids=path_id)
def test_no_file_holds_two_rooms(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_arrows_are_seen_when_they_point_the_wrong_way(tmp_path: Path) -> None:
    """The check itself can fail: an import inside a function is found, and so is its room."""
    (tmp_path / "bad.py").write_text("def f():\n    from locator.web import create_app\n", encoding="utf-8")
    assert {room_of(n) for n in imported(tmp_path / "bad.py")} == {"locator.web"}
    assert "locator.web" not in MAY_OPEN["geodata"] | MAY_OPEN["maps"] | MAY_OPEN["locator"]


def test_the_top_holds_only_what_is_meant_to_be_there() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, timeout=30)
    if listed.returncode:
        pytest.skip("not a git checkout")
    assert {name.split("/")[0].strip('"') for name in listed.stdout.splitlines()} <= TOP


def pins() -> dict[str, str]:
    """requirements.txt as {name: version}; every line is a comment or an exact pin."""
    text = re.sub(r"#.*", "", (ROOT / "requirements.txt").read_text(encoding="utf-8"))
    lines = text.split()
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*", line) for line in lines), "name==version, no more"
    return dict(line.split("==") for line in lines)


def test_every_package_the_project_names_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(project["dependencies"]) <= set(pins())


def test_every_import_is_a_named_dependency() -> None:
    """What the rooms import is in the standard library, ours, or in pyproject's dependencies and extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    modules = {name.removesuffix("-py").replace("-", "_") for name in named}
    modules |= {"branca", "werkzeug", "markupsafe", "jinja2", "marshmallow"}  # parts of folium and Flask
    used = {name.split(".")[0] for file in FILES for name in imported(file)}
    used = {"fonttools" if name == "fontTools" else name for name in used}     # the one whose module is spelt otherwise
    assert used <= modules | {"geodata", "locator", "maps"} | set(sys.stdlib_module_names)
