# SPDX-License-Identifier: Apache-2.0
"""The graph as it was."""

from datetime import datetime, timedelta, timezone

import pytest

import relata

NOW = datetime(2026, 3, 10, 10, tzinfo=timezone.utc)
MOVED = NOW + timedelta(days=2)
LATER = MOVED + timedelta(hours=1)
BETWEEN = NOW + timedelta(days=1)


@pytest.fixture
def crm():
    with relata.open(":memory:") as opened:
        key = {"system": "web", "key": "1"}
        fields = {"given_name": "Marie", "country": "FR", "lifecycle": "lead"}
        opened.put({"type": "contact", "key": key, "fields": fields}, NOW)
        opened.define_segment("french", "contact", "contact.country == 'FR'", NOW)
        # Marie had moved the day before this was told.
        opened.commit(
            {
                "effective_at": BETWEEN.isoformat(),
                "puts": [{"name": "contact/web:1", "fields": {"country": "BE"}}],
            },
            MOVED,
        )
        opened.put({"name": "contact/web:1", "fields": {"lifecycle": "customer"}}, LATER)
        yield opened


def test_what_was_so_and_what_was_known_are_two_things(crm):
    with crm.past(at=BETWEEN) as so, crm.past(known_at=BETWEEN) as known:
        assert so.get("contact/web:1", BETWEEN)["fields"]["country"] == "BE"
        assert known.get("contact/web:1", BETWEEN)["fields"]["country"] == "FR"
    with crm.past(at=NOW, known_at=LATER) as both:
        assert both.get("contact/web:1", NOW)["fields"]["country"] == "FR"


def test_questions_segments_and_the_view_are_of_that_day(crm):
    with crm.past(at=NOW) as then:
        answer = then.query("contact", "contact.country == 'FR'", NOW)
        assert (answer.count, answer.erased_since) == (1, 0)
        assert then.is_member("french", "contact/web:1", NOW)
        assert then.count("contact", "in_segment('french')", NOW) == 1
        view = then.overview("contact/web:1", NOW)
        assert view["profile"]["country"] == "FR"
        assert view["profile"]["lifecycle"] == "Lead"
    assert not crm.is_member("french", "contact/web:1", LATER)
    assert crm.overview("contact/web:1", LATER)["profile"]["lifecycle"] == "Customer"


def test_nobody_was_there_before(crm):
    with crm.past(at=NOW - timedelta(days=1)) as then:
        assert then.count("contact", "true", NOW) == 0
        with pytest.raises(relata.NotFound):
            then.overview("contact/web:1", NOW)


def test_history_and_timeline_end_at_the_instant(crm):
    assert [entry["op"] for entry in crm.history("contact/web:1", LATER)] == [
        "created",
        "updated",
        "updated",
    ]
    country = crm.history("contact/web:1", LATER)[1]
    assert country["changes"] == [{"field": "country", "before": "FR", "after": "BE"}]
    assert country["effective_at"].startswith("2026-03-11T10:00:00")
    states = [e for e in crm.timeline("contact/web:1", LATER) if e["kind"] == "state"]
    assert [state["text"] for state in states] == [
        "Life-cycle stage: Lead",
        "Life-cycle stage: Lead -> Customer",
    ]
    assert states[1]["lasted_seconds"] == 49 * 3600
    assert len(crm.timeline("contact/web:1", LATER, since=LATER)) == 1
    with crm.past(known_at=BETWEEN) as then:
        assert len(then.history("contact/web:1", BETWEEN)) == 1


def test_the_past_takes_no_change_and_outlives_the_graph(crm):
    then = crm.past(at=NOW)
    with pytest.raises(relata.FailedPrecondition):
        then.put({"type": "contact", "fields": {"given_name": "Paul"}}, LATER)
    with pytest.raises(relata.FailedPrecondition):
        then.define_segment("all", "contact", "true", LATER)
    crm.close()
    assert then.count("contact", "true", NOW) == 1
    then.close()
