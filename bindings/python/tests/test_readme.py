# SPDX-License-Identifier: Apache-2.0
"""The Python examples of README.md run, and print what follows them."""

import re
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[3] / "README.md"
EXAMPLES = re.findall(
    r"^```python\n(.*?)^```\n(?:```text\n(.*?)^```$)?",
    README.read_text(encoding="utf-8"),
    flags=re.DOTALL | re.MULTILINE,
)


def test_there_is_an_example():
    assert EXAMPLES


@pytest.mark.parametrize(("code", "printed"), EXAMPLES)
def test_example_prints_what_follows_it(code, printed, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out == printed or not printed
