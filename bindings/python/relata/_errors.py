# SPDX-License-Identifier: Apache-2.0
"""One exception for each status of the C interface; the one place that maps them."""

from __future__ import annotations


class Error(Exception):
    """What every failure of Relata is. `code` is the status of the C interface."""

    code = 0


class Unknown(Error):
    """The outcome of a commit is not known: repeat it with its operation id."""

    code = 2


class InvalidArgument(Error, ValueError):
    """The caller's input is wrong; nothing was done."""

    code = 3


class NotFound(Error, LookupError):
    """There is no such record, file or database."""

    code = 5


class AlreadyExists(Error):
    """A unique value or an external key is taken."""

    code = 6


class PermissionDenied(Error):
    """The actor may not do or read this."""

    code = 7


class ResourceExhausted(Error):
    """A stated limit, or memory."""

    code = 8


class FailedPrecondition(Error):
    """The state forbids it; trying again cannot help."""

    code = 9


class Aborted(Error):
    """Somebody else was faster; try again."""

    code = 10


class InternalError(Error):
    """A defect of the library."""

    code = 13


class Unavailable(Error):
    """The store cannot be reached; trying again may help."""

    code = 14


class DataLoss(Error):
    """What is stored is damaged."""

    code = 15


_BY_CODE = {kind.code: kind for kind in Error.__subclasses__()}


def error_of(code: int, message: str) -> Error:
    """The exception for a status other than OK."""
    error = _BY_CODE.get(code, Error)(message)
    error.code = code
    return error
