"""Which tests hold the meaning of which OpenStreetMap tag: the table in docs/roads.md, written from the tests themselves.

In: the marks `@pytest.mark.tags("hgv=no", …)` in tests/.    Out: `python -m tests.tags` writes the table between its two marks.
Never knows: what the tests say; it does not run them.
"""
from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parent
PAGE = TESTS.parent / "docs" / "roads.md"
BEGIN, END = "<!-- tags: written by python -m tests.tags -->", "<!-- tags: end -->"


def marks(file: Path) -> Iterator[tuple[str, str]]:
    """(tag, name of the test) of every mark in a file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        for mark in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.tags":
                yield from ((str(ast.literal_eval(tag)), node.name) for tag in mark.args)


def tagged() -> dict[str, dict[Path, list[str]]]:
    """Tag -> file -> tests, in the order of tags and files."""
    found: dict[str, dict[Path, list[str]]] = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        for tag, test in marks(file):
            found.setdefault(tag, {}).setdefault(file, []).append(test)
    return dict(sorted(found.items(), key=lambda pair: (pair[0].partition("=")[0], pair[0])))


def table() -> str:
    """One row a key: its values, and the tests that hold them."""
    rows: dict[str, tuple[list[str], dict[Path, list[str]]]] = {}
    for tag, files in tagged().items():
        values, tests = rows.setdefault(tag.partition("=")[0], ([], {}))
        values.append(tag.partition("=")[2])
        for file, names in files.items():
            tests.setdefault(file, []).extend(name for name in names if name not in tests.get(file, []))
    lines = ["| key | values | tests |", "|---|---|---|"]
    return "\n".join(lines + [f"| `{key}` | {_values(values)} | {_links(tests)} |" for key, (values, tests) in rows.items()])


def _values(values: list[str]) -> str:
    return " ".join(f"`{value}`" for value in sorted(values) if value != "*") or "any"


def _links(tests: dict[Path, list[str]]) -> str:
    return "; ".join(f"[{file.stem.removeprefix('test_')}](../{file.relative_to(TESTS.parent)}): "
                     + ", ".join(name.removeprefix("test_").replace("_", " ") for name in names) for file, names in tests.items())


def with_table(text: str) -> str:
    """The page with the table as the tests have it now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
