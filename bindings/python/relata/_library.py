# SPDX-License-Identifier: Apache-2.0
"""Loads librelata.so and declares its functions from relata.h itself, so that nothing is copied."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import cffi

from ._errors import error_of

_HERE = Path(__file__).resolve().parent


def _header() -> str:
    """relata.h: beside this file when installed, in capi/ in the source tree."""
    for path in (_HERE / "relata.h", _HERE.parents[2] / "capi" / "relata.h"):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise ImportError("relata.h is neither in the package nor in the source tree")


def declarations(header: str) -> str:
    """What cffi reads of the header: without comments, preprocessor lines and linkage."""
    text = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    text = re.sub(r"#ifdef __cplusplus.*?#endif", "", text, flags=re.DOTALL)
    text = re.sub(r"^[ \t]*#.*$", "", text, flags=re.MULTILINE)
    return text.replace("RELATA_API", "")


def _load(ffi: cffi.FFI) -> Any:
    """RELATA_LIBRARY, else the library beside this file, else the system's."""
    named = os.environ.get("RELATA_LIBRARY")
    beside = _HERE / "librelata.so"
    path = named or (str(beside) if beside.is_file() else "librelata.so")
    try:
        return ffi.dlopen(path)
    except OSError as failure:
        raise ImportError(f"librelata.so cannot be loaded; RELATA_LIBRARY names it: {failure}") from None


ffi = cffi.FFI()
ffi.cdef(declarations(_header()))
lib = _load(ffi)


def text_in(text: str) -> tuple[Any, int]:
    """A text as the pointer and length the C interface takes; the caller keeps the pointer alive."""
    data = text.encode("utf-8")
    return ffi.from_buffer(data), len(data)


def call(function: Any, *arguments: Any) -> None:
    """Calls a function of the one shape and raises what it reports."""
    error = ffi.new("relata_error_t**")
    code = function(*arguments, error)
    if code == lib.RELATA_OK:
        return
    message = ffi.string(lib.relata_error_message(error[0])).decode("utf-8", "replace")
    lib.relata_error_free(error[0])
    raise error_of(code, message)


def call_for_text(function: Any, *arguments: Any) -> str:
    """The same for a function whose last output is a buffer; gives its text."""
    out = ffi.new("relata_buffer_t**")
    call(function, *arguments, out)
    try:
        size = lib.relata_buffer_size(out[0])
        return ffi.unpack(lib.relata_buffer_data(out[0]), size).decode("utf-8") if size else ""
    finally:
        lib.relata_buffer_free(out[0])
