"""Our scripts as one: order, what is imported, what is refused."""
from __future__ import annotations

import shutil
import subprocess

import pytest

from locator.web.bundle import bundled, styled

MODULES = {
    "a.js": """import { two as pair, up } from "./b.js";
import * as c from "./c.js";
// a note
const said = [pair(3), up, c.name];
globalThis.found = said.join();
""",
    "b.js": """import { name } from "./c.js";
export function two(n) {
  return `${name}${2 * n}`;
}
export const up = "//not a note";
""",
    "c.js": """export const name = "x";
export async function never() {}
export class One {}
globalThis.runs = (globalThis.runs ?? 0) + 1;
""",
}


def test_each_module_stands_once_before_whoever_needs_it() -> None:
    text = bundled(MODULES, "a.js")
    assert text.count("const $c =") == 1 and text.index("$c =") < text.index("$b =") < text.index("$a =")
    assert "const { two: pair, up } = $b;" in text and "const c = $c;" in text and "return { name, never, One };" in text
    assert "a note\n" not in text and "import" not in text and "export" not in text


def test_it_does_what_the_modules_do() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here; tests/web/test_browser.py runs the page's own bundle in Chromium")
    program = bundled(MODULES, "a.js") + "console.log(found, runs);"
    ran = subprocess.run([node, "--input-type=module"], input=program, capture_output=True, text=True, timeout=30, check=True)
    assert ran.stdout == "x6,//not a note,x 1\n"


def test_a_second_script_leaves_out_what_the_first_has_brought() -> None:
    first, second = bundled(MODULES, "b.js"), bundled(MODULES, "a.js", after="b.js")
    assert "const $c =" in first and "const $c =" not in second and "const $b =" not in second and "const c = $c;" in second


@pytest.mark.parametrize(("text", "why"), [
    ('import x from "./b.js";\n', "cannot bundle"), ('import "./b.js";\n', "cannot bundle"),
    ("export let n = 1;\n", "cannot bundle"),
    ("export default 1;\n", "cannot bundle"), ("export { n };\n", "cannot bundle"), ("const s = `a\nb`;\n", "several lines"),
    ('const s = "</script>";\n', "inside an element"), ('const s = "<!--";\n', "inside an element"),
    ('import { a } from "./a.js";\n', "circle"),
])
def test_what_it_cannot_read_it_refuses(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        bundled({"a.js": text, "b.js": ""}, "a.js")


def test_styles_lose_their_comments_and_nothing_else() -> None:
    assert styled("/* a\n b */\na { b: c;\n  d: e }\n", "f { g: h }\n") == "a { b: c;d: e }f { g: h }"
    with pytest.raises(ValueError, match="inside an element"):
        styled("a::after { content: '</style>' }")
