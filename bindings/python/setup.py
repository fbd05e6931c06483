# SPDX-License-Identifier: Apache-2.0
"""Puts relata.h and, when RELATA_LIBRARY names it, librelata.so beside the package's modules. The
version is the one that CMakeLists.txt states."""

import os
import re
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parents[2]


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        package = Path(self.build_lib) / "relata"
        shutil.copy(ROOT / "capi" / "relata.h", package / "relata.h")
        library = os.environ.get("RELATA_LIBRARY")
        if library:
            shutil.copy(library, package / "librelata.so")


setup(
    version=re.search(r"project\(relata VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1],
    cmdclass={"build_py": BuildWithLibrary},
)
