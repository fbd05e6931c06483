# SPDX-License-Identifier: Apache-2.0
"""A customer graph, open: records, questions, segments, consent, import."""

from __future__ import annotations

import enum
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Union

from ._errors import InvalidArgument
from ._library import call, call_for_text, ffi, lib, text_in

Instant = Union[datetime, int]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _micros(instant: Instant) -> int:
    if isinstance(instant, int):
        return instant
    if instant.tzinfo is None:
        raise InvalidArgument("an instant needs a time zone: datetime(..., tzinfo=timezone.utc)")
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _instant(micros: int) -> datetime | None:
    return _EPOCH + timedelta(microseconds=micros) if micros else None


def version() -> str:
    """The version of the library that is loaded."""
    return ffi.string(lib.relata_version()).decode()


class Outcome(enum.IntEnum):
    """May the message be sent? Only ALLOW says yes."""

    DENY = 0
    NEEDS_EVIDENCE = 1
    ALLOW = 2


@dataclass(frozen=True)
class Decision:
    """The answer to a question of contact. True in a condition only when it allows."""

    outcome: Outcome
    rule: str
    basis: str
    jurisdiction: str
    pack_version: int
    retry_at: datetime | None

    def __bool__(self) -> bool:
        return self.outcome is Outcome.ALLOW


@dataclass(frozen=True)
class Ticket:
    """A permission to send one message. True in a condition only when it may be sent."""

    decision: Decision
    allowed: bool
    token: str
    address: str
    problem: str
    replayed: bool

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True)
class Answer:
    """The records for which a condition is true, and how many could not be decided."""

    count: int
    errors: int
    ids: list[str]
    first_error: str = ""
    erased_since: int = 0  # of the past: left out because they were erased since
    warnings: list[str] = field(default_factory=list)  # what may not ask what was meant


class Crm:
    """A customer graph, open. Made by `relata.open`; closed by `close` or the end of a `with`."""

    def __init__(self, handle: Any) -> None:
        self._owned = ffi.gc(handle, lib.relata_crm_close)

    def __enter__(self) -> Crm:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes it; closing again does nothing. No call may be running in another thread."""
        if self._owned is not None:
            ffi.release(self._owned)
            self._owned = None

    @property
    def _handle(self) -> Any:
        if self._owned is None:
            raise InvalidArgument("the Crm is closed")
        return self._owned

    def put(self, record: Mapping[str, Any], now: Instant) -> str:
        """Creates or changes one record, in a commit of its own; gives its name, "TYPE/ID"."""
        text = text_in(json.dumps(record))
        return call_for_text(lib.relata_crm_put, self._handle, *text, _micros(now))

    def get(self, name: str, now: Instant) -> dict[str, Any]:
        """The record with its name, keys and fields."""
        text = text_in(name)
        return json.loads(call_for_text(lib.relata_crm_get, self._handle, *text, _micros(now)))

    def overview(self, name: str, now: Instant, timeline: int = 20) -> dict[str, Any]:
        """The 360-degree view: fields by label, what belongs to it, what is open, what happened."""
        asked = (*text_in(name), _micros(now), timeline)
        return json.loads(call_for_text(lib.relata_crm_overview, self._handle, *asked))

    def past(self, at: Instant | None = None, known_at: Instant | None = None) -> Crm:
        """The graph as it was, to ask as this one: `at` is what was so then, `known_at` what was
        known then, both what was known then about an earlier day. It takes no change.

            with crm.past(at=day) as then:
                then.query("contact", "contact.country == 'FR'", now=day)
        """
        handle = ffi.new("relata_crm_t**")
        call(lib.relata_crm_past, self._handle, _open_end(at), _open_end(known_at), handle)
        return Crm(handle[0])

    def history(self, name: str, now: Instant) -> list[dict[str, Any]]:
        """What happened to a record, oldest first: one entry a commit, with the values before and
        after."""
        asked = (*text_in(name), _micros(now))
        return _lines(call_for_text(lib.relata_crm_history, self._handle, *asked))

    def timeline(
        self, name: str, now: Instant, since: Instant | None = None, until: Instant | None = None
    ) -> list[dict[str, Any]]:
        """Everything that happened to it, oldest first: changes, states, events, the records that
        name it, consent."""
        asked = (*text_in(name), _open_end(since), _open_end(until), _micros(now))
        return _lines(call_for_text(lib.relata_crm_timeline, self._handle, *asked))

    def diff(
        self,
        subject: str,
        now: Instant,
        since: Instant,
        until: Instant | None = None,
        known: bool = False,
    ) -> dict[str, Any]:
        """What is different of a record ("TYPE/ID") or of a type's records between two instants,
        the second being today when not given: by what was so, or with `known` by what was known."""
        asked = (*text_in(subject), _micros(since), _open_end(until), known, _micros(now))
        return json.loads(call_for_text(lib.relata_crm_diff, self._handle, *asked))

    def segment_diff(
        self,
        segment: str,
        now: Instant,
        since: Instant,
        until: Instant | None = None,
        known: bool = False,
    ) -> dict[str, Any]:
        """Who entered and who left a segment between two instants, and who changed and stayed."""
        asked = (*text_in(segment), _micros(since), _open_end(until), known, _micros(now))
        return json.loads(call_for_text(lib.relata_segment_diff, self._handle, *asked))

    def cohort(
        self,
        type: str,
        field: str,
        state: str,
        now: Instant,
        since: Instant | None = None,
        until: Instant | None = None,
    ) -> dict[str, Any]:
        """Of the records whose field entered the state in [since, until): where they are now and how
        they got there.

            crm.cohort("contact", "lifecycle", "customer", now, since=march, until=april)
        """
        asked = (*text_in(type), *text_in(field), *text_in(state))
        period = (_open_end(since), _open_end(until), _micros(now))
        return json.loads(call_for_text(lib.relata_crm_cohort, self._handle, *asked, *period))

    def transitions(
        self, type: str, field: str, now: Instant, since: Instant | None = None
    ) -> list[dict[str, Any]]:
        """From which state of a field to which, how often and after how long; most frequent first."""
        asked = (*text_in(type), *text_in(field), _open_end(since), _micros(now))
        return _lines(call_for_text(lib.relata_crm_transitions, self._handle, *asked))

    def tree(
        self, name: str, now: Instant, link: str = "parent", sum: str | None = None
    ) -> list[dict[str, Any]]:
        """The record and all that is below it by the link, parents first. `sum` is a number or an
        amount of one record: each then has its own and the total with everything below."""
        summed = text_in(sum) if sum else (ffi.NULL, 0)
        asked = (*text_in(name), *text_in(link), *summed, _micros(now))
        return _lines(call_for_text(lib.relata_crm_tree, self._handle, *asked))

    def commit(self, batch: Mapping[str, Any], now: Instant) -> dict[str, Any]:
        """Commits puts, deletes, merges, unmerges, events and consents together or not at all."""
        text = text_in(json.dumps(batch))
        return json.loads(call_for_text(lib.relata_crm_commit, self._handle, *text, _micros(now)))

    def advance(self, now: Instant) -> dict[str, Any]:
        """Moves time: records what time alone caused until now, such as workflows that fell due."""
        return json.loads(call_for_text(lib.relata_crm_advance, self._handle, _micros(now)))

    def define(self, kind: str, name: str, body: Mapping[str, Any], now: Instant) -> None:
        """Saves the next version of a "role", "pipeline", "workflow", "score", "rfm" or "job"."""
        texts = (*text_in(kind), *text_in(name), *text_in(json.dumps(body)))
        call(lib.relata_crm_define, self._handle, *texts, _micros(now))

    def definitions(self, kind: str) -> list[dict[str, Any]]:
        """The definitions of a kind ("segment" too) as they stand: kind, name, version, body."""
        return _lines(call_for_text(lib.relata_crm_definitions, self._handle, *text_in(kind)))

    def outbox(self, all: bool = False) -> list[dict[str, Any]]:
        """What workflows ask the host to do, in order; with `all` what is done too."""
        return _lines(call_for_text(lib.relata_outbox, self._handle, all))

    def outbox_done(self, item: int, now: Instant) -> None:
        """Records that the host did an item of the outbox; twice is fine."""
        call(lib.relata_outbox_done, self._handle, item, _micros(now))

    def query(self, type: str, expression: str, now: Instant, limit: int = 0) -> Answer:
        """The records of a type for which the expression is true; 0 sets no limit."""
        asked = (*text_in(type), *text_in(expression), _micros(now), limit)
        return Answer(**json.loads(call_for_text(lib.relata_crm_query, self._handle, *asked)))

    def count(self, type: str, expression: str, now: Instant) -> int:
        """For how many records of a type the expression is true."""
        count = ffi.new("int64_t*")
        asked = (*text_in(type), *text_in(expression), _micros(now))
        call(lib.relata_crm_count, self._handle, *asked, count, ffi.NULL)
        return int(count[0])

    def why(self, name: str, expression: str, now: Instant) -> list[str]:
        """Why the expression is true, false or undecided for a record: one text a fact."""
        asked = (*text_in(name), *text_in(expression), _micros(now))
        lines = call_for_text(lib.relata_why, self._handle, *asked).splitlines()
        return [json.loads(line)["fact"] for line in lines]

    def define_segment(self, name: str, type: str, expression: str, now: Instant) -> list[str]:
        """Saves a condition under a name, for in_segment('NAME') in expressions.

        Returns what the checker finds odd about it all the same, as segment_warnings does."""
        texts = (*text_in(name), *text_in(type), *text_in(expression))
        call(lib.relata_segment_define, self._handle, *texts, _micros(now))
        return self.segment_warnings(name)

    def segment_warnings(self, name: str) -> list[str]:
        """What is odd about a saved segment, such as a word that is no option of a choice."""
        found = call_for_text(lib.relata_segment_warnings, self._handle, *text_in(name))
        return list(json.loads(found))

    def is_member(self, segment: str, name: str, now: Instant) -> bool:
        """Whether the record ("contact/...", or its public id alone) is in the segment."""
        member = ffi.new("int32_t*")
        texts = (*text_in(segment), *text_in(name))
        call(lib.relata_segment_contains, self._handle, *texts, _micros(now), member)
        return bool(member[0])

    def score_top(self, score: str, now: Instant, limit: int = 0) -> list[dict[str, Any]]:
        """The records with the highest totals, highest first, each with what gave it its points."""
        asked = (*text_in(score), limit, _micros(now))
        return _lines(call_for_text(lib.relata_score_top, self._handle, *asked))

    def score_of(self, score: str, name: str, now: Instant) -> dict[str, Any]:
        """One record's total and grade, the rules that gave points and the events that counted."""
        asked = (*text_in(score), *text_in(name), _micros(now))
        return json.loads(call_for_text(lib.relata_score_of, self._handle, *asked))

    def rfm(self, now: Instant, type: str = "", definition: str = "") -> list[dict[str, Any]]:
        """Customers by recency, frequency and monetary value, with the cell each is in."""
        asked = (*text_in(type), *text_in(definition), _micros(now))
        return _lines(call_for_text(lib.relata_rfm, self._handle, *asked))

    def forecast(self, now: Instant, months: int = 6) -> list[dict[str, Any]]:
        """The weighted pipeline by month and currency, with the bounds of its 80 percent interval."""
        return _lines(call_for_text(lib.relata_forecast, self._handle, months, _micros(now)))

    def audience(
        self, segment: str, channel: str, purpose: str, at: Instant, **assertions: Any
    ) -> dict[str, Any]:
        """The members of a segment who may be reached ("ids"), and how many of the others are left
        out by which rule. The assertions are those of may_contact."""
        options, _kept = _options(assertions)
        asked = (*text_in(segment), *text_in(channel), *text_in(purpose), _micros(at), options)
        return json.loads(call_for_text(lib.relata_audience, self._handle, *asked))

    def may_contact(
        self, name: str, channel: str, purpose: str, at: Instant, **assertions: Any
    ) -> Decision:
        """Whether a contact or lead may be reached. The assertions of the sender are the members of
        relata_contact_options_t: similar_product=True, topic="events", known_at=..."""
        decision = ffi.new("relata_decision_t*")
        decision.struct_size = ffi.sizeof("relata_decision_t")
        options, _kept = _options(assertions)
        asked = (*text_in(name), *text_in(channel), *text_in(purpose), _micros(at), options)
        call(lib.relata_may_contact, self._handle, *asked, decision)
        return _decision(decision)

    def why_contact(
        self, name: str, channel: str, purpose: str, at: Instant, **assertions: Any
    ) -> dict[str, Any]:
        """The same with every rule tried, its article and the evidence that is missing."""
        options, _kept = _options(assertions)
        asked = (*text_in(name), *text_in(channel), *text_in(purpose), _micros(at), options)
        return json.loads(call_for_text(lib.relata_why_contact, self._handle, *asked))

    def contact_begin(
        self, name: str, channel: str, purpose: str, operation: str, now: Instant, **assertions: Any
    ) -> Ticket:
        """Decides once more and writes the attempt; to be called right before a message is sent.
        `operation` is the host's id of the message: doing it again counts once."""
        decision = ffi.new("relata_decision_t*")
        decision.struct_size = ffi.sizeof("relata_decision_t")
        options, _kept = _options(assertions)
        asked = (*text_in(name), *text_in(channel), *text_in(purpose), *text_in(operation))
        text = call_for_text(
            lib.relata_contact_begin, self._handle, *asked, _micros(now), options, decision
        )
        ticket = json.loads(text)
        return Ticket(
            decision=_decision(decision),
            allowed=ticket["allowed"],
            token=ticket.get("token", ""),
            address=ticket.get("address", ""),
            problem=ticket.get("problem", ""),
            replayed=ticket["replayed"],
        )

    def contact_end(self, token: str, outcome: str, now: Instant, detail: str = "") -> None:
        """Records what came of an attempt: "sent", "bounced", "complained", "refused", ..."""
        texts = (*text_in(token), *text_in(outcome), *text_in(detail))
        call(lib.relata_contact_end, self._handle, *texts, _micros(now))

    def unsubscribe_token(
        self, name: str, channel: str, purpose: str, expires_at: Instant | None = None
    ) -> str:
        """The token of a one-click unsubscribe link (RFC 8058), under the privacy key."""
        until = 0 if expires_at is None else _micros(expires_at)
        texts = (*text_in(name), *text_in(channel), *text_in(purpose))
        return call_for_text(lib.relata_unsubscribe_token, self._handle, *texts, until)

    def unsubscribe(self, method: str, token: str, body: str, now: Instant) -> bool:
        """Answers a request to an unsubscribe link. True when the person was taken off, which only
        the HTTP method "POST" does."""
        withdrawn = ffi.new("int32_t*")
        texts = (*text_in(method), *text_in(token), *text_in(body))
        call(lib.relata_unsubscribe, self._handle, *texts, _micros(now), withdrawn)
        return bool(withdrawn[0])

    def open_request(self, right: str, person: str, now: Instant, **more: str) -> dict[str, Any]:
        """Records a person's request ("access", "erasure", "objection", ...); gives its number and
        due day. `more` is requester, reply_to and received_at of NewRequest."""
        text = text_in(json.dumps({**more, "right": right, "person": person}))
        return json.loads(call_for_text(lib.relata_rights_open, self._handle, *text, _micros(now)))

    def requests(self, now: Instant, all: bool = False) -> list[dict[str, Any]]:
        """The requests of persons, the most urgent first; with `all` those closed too."""
        return _lines(call_for_text(lib.relata_rights_list, self._handle, all, _micros(now)))

    def export_request(self, number: str, now: Instant) -> dict[str, Any]:
        """The copy of the data that a request for access or portability asks for."""
        asked = (*text_in(number), _micros(now))
        return json.loads(call_for_text(lib.relata_rights_export, self._handle, *asked))

    def close_request(
        self, number: str, now: Instant, text: str = "", refused: bool = False
    ) -> None:
        """Closes a request: answered, or refused for a reason."""
        asked = (*text_in(number), refused, *text_in(text), _micros(now))
        call(lib.relata_rights_close, self._handle, *asked)

    def erasure_plan(self, person: str, now: Instant) -> dict[str, Any]:
        """What erasing a person would do, class by class; changes nothing."""
        asked = (*text_in(person), _micros(now))
        return json.loads(call_for_text(lib.relata_erasure_plan, self._handle, *asked))

    def erase(
        self, persons: Iterable[str], now: Instant, journal: str = "", why: str = ""
    ) -> dict[str, Any]:
        """Erases persons from the whole database, which cannot be undone; with none it finishes what
        was interrupted. The journal is the file that a restore of a backup is told by."""
        request = {"persons": list(persons), "journal": journal, "why": why}
        text = text_in(json.dumps(request))
        return json.loads(call_for_text(lib.relata_erase, self._handle, *text, _micros(now)))

    def verify(self) -> dict[str, Any]:
        """Reads everything back and compares it; "issues" is empty when nothing is wrong."""
        return json.loads(call_for_text(lib.relata_crm_verify, self._handle, ffi.NULL))

    def import_files(
        self, paths: Iterable[str | os.PathLike[str]], now: Instant, **options: Any
    ) -> dict[str, Any]:
        """Imports files and folders; the options are those of ImportRequest: preset="zoho"."""
        request = {**options, "paths": [os.fspath(path) for path in paths]}
        text = text_in(json.dumps(request))
        return json.loads(call_for_text(lib.relata_crm_import, self._handle, *text, _micros(now)))


def _open_end(instant: Instant | None) -> int:
    """An instant that may be left open."""
    return 0 if instant is None else _micros(instant)


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def _decision(decision: Any) -> Decision:
    """The C struct as a Decision."""
    return Decision(
        outcome=Outcome(decision.outcome),
        rule=ffi.string(decision.rule).decode(),
        basis=ffi.string(decision.basis).decode(),
        jurisdiction=ffi.string(decision.jurisdiction).decode(),
        pack_version=decision.pack_version,
        retry_at=_instant(decision.retry_at),
    )


def _options(assertions: Mapping[str, Any]) -> tuple[Any, list[Any]]:
    """The assertions as the C struct, and what must stay alive as long as it."""
    options = ffi.new("relata_contact_options_t*")
    options.struct_size = ffi.sizeof("relata_contact_options_t")
    kept: list[Any] = []
    flags = {"similar_product", "related_to_job", "related_to_contract", "presumed_interest",
             "mixed_promo"}
    for name, value in assertions.items():
        if name in flags:
            setattr(options, name, 1 if value else 0)
        elif name == "message_has_optout":
            known = lib.RELATA_KNOWN_YES if value else lib.RELATA_KNOWN_NO
            options.message_has_optout = lib.RELATA_NOT_KNOWN if value is None else known
        elif name == "topic":
            data, options.topic_size = text_in(value)
            options.topic = data
            kept.append(data)
        elif name == "known_at":
            options.known_at = _micros(value)
        else:
            raise TypeError(f"the sender cannot assert {name!r}")
    return options, kept


def backup(source: str | os.PathLike[str], target: str | os.PathLike[str], now: Instant) -> None:
    """Copies a database file to a new one while others write, checks the copy and records it."""
    texts = (*text_in(os.fspath(source)), *text_in(os.fspath(target)))
    call(lib.relata_backup, *texts, _micros(now))


def open(
    where: str | os.PathLike[str],
    *,
    read_only: bool = False,
    must_exist: bool = False,
    tenant: str = "",
    zone: str = "",
    actor: str = "",
    privacy_key: str = "",
    exclusive: bool = False,
    memory_limit: int = 0,
    threads: int = 1,
) -> Crm:
    """Opens or creates the database at a path, ":memory:" or "postgres://USER@HOST/DATABASE". The
    actor is who acts and asks: "user:amelie/sales", "system:nightly". The privacy key, 64
    hexadecimal digits that are kept outside the database, is needed once somebody was erased and
    for unsubscribe links. Exclusive: nobody else writes while it is open, so no question asks the
    store whether there is something newer. Loaded columns and indexes take at most memory_limit
    bytes (0: no limit); what is more is asked of the store by SQL. A question over a large
    population takes at most so many threads, 1 to 64."""
    if memory_limit < 0:
        raise InvalidArgument("memory_limit is a number of bytes, or 0 for none")
    options = ffi.new("relata_open_options_t*")
    options.struct_size = ffi.sizeof("relata_open_options_t")
    options.read_only = read_only
    options.must_exist = must_exist
    options.exclusive = exclusive
    options.memory_limit = memory_limit
    options.threads = threads
    kept = {"tenant": text_in(tenant), "zone": text_in(zone), "actor": text_in(actor),
            "privacy_key": text_in(privacy_key)}
    for name, (data, size) in kept.items():
        setattr(options, name, data)
        setattr(options, f"{name}_size", size)
    handle = ffi.new("relata_crm_t**")
    call(lib.relata_crm_open, *text_in(os.fspath(where)), options, handle)
    return Crm(handle[0])
