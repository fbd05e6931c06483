# SPDX-License-Identifier: Apache-2.0
"""What changed between two instants, what became of a cohort, and trees."""

from datetime import datetime, timedelta, timezone

import pytest

import relata

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 10, 10, tzinfo=timezone.utc)
LATER = NOW + 5 * DAY


def put(crm, type, key, now, **fields):
    crm.put({"type": type, "key": {"system": "web", "key": key}, "fields": fields}, now)


@pytest.fixture
def crm():
    """Marie and Paul were leads; Marie is a customer two days later, and moved; Paul is deleted, and
    Lea came."""
    with relata.open(":memory:") as opened:
        put(opened, "contact", "marie", NOW, given_name="Marie", country="FR", lifecycle="lead")
        put(opened, "contact", "paul", NOW, given_name="Paul", country="FR", lifecycle="lead")
        opened.define_segment("french", "contact", "contact.country == 'FR'", NOW)
        moved = {"country": "BE", "lifecycle": "customer"}
        put(opened, "contact", "marie", NOW + 2 * DAY, **moved)
        opened.commit({"deletes": ["contact/web:paul"]}, NOW + 3 * DAY)
        put(opened, "contact", "lea", NOW + 3 * DAY, given_name="Lea", country="FR")
        yield opened


def test_a_record_at_two_instants(crm):
    marie = crm.get("contact/web:marie", LATER)["name"]
    diff = crm.diff("contact/web:marie", LATER, since=NOW + DAY)
    assert diff["name"] == marie
    assert (diff["existed"], diff["exists"]) == (True, True)
    assert {c["field"]: (c["before"], c["after"]) for c in diff["fields"]} == {
        "country": ("FR", "BE"),
        "lifecycle": ("lead", "customer"),
    }
    assert (diff["came"], diff["gone"]) == ([], [])
    same = crm.diff("contact/web:marie", LATER, since=NOW, until=NOW + DAY)
    assert same["fields"] == []


def test_the_records_of_a_type_at_two_instants(crm):
    paul = crm.past(at=NOW).get("contact/web:paul", NOW)["name"]
    lea = crm.get("contact/web:lea", LATER)["name"]
    diff = crm.diff("contact", LATER, since=NOW + DAY)
    assert (diff["joined"], diff["left"], diff["same"]) == ([lea], [paul], 0)
    assert [one["name"] for one in diff["changed"]] == [
        crm.get("contact/web:marie", LATER)["name"]
    ]


def test_who_entered_and_left_a_segment(crm):
    diff = crm.segment_diff("french", LATER, since=NOW + DAY)
    assert diff["joined"] == [crm.get("contact/web:lea", LATER)["name"]]
    assert len(diff["left"]) == 2


def test_a_difference_needs_a_beginning(crm):
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
    with pytest.raises(relata.InvalidArgument, match="from"):
        crm.diff("contact", LATER, since=epoch)
    with pytest.raises(relata.NotFound):
        crm.diff("contact/web:nobody", LATER, since=NOW)


def test_what_became_of_a_cohort(crm):
    cohort = crm.cohort("contact", "lifecycle", "lead", LATER, since=NOW, until=NOW + DAY)
    assert (cohort["size"], cohort["gone"]) == (2, 1)
    assert [(s["state"], s["count"]) for s in cohort["states"]] == [("customer", 1)]
    assert {"states": ["lead", "customer"], "count": 1, "median_seconds": 2 * 86400} in cohort["paths"]
    with pytest.raises(relata.InvalidArgument):
        crm.cohort("contact", "lifecycle", "king", LATER)


def test_transitions(crm):
    assert crm.transitions("contact", "lifecycle", LATER) == [
        {"from": "lead", "to": "customer", "count": 1, "median_seconds": 2 * 86400}
    ]


def test_a_tree_with_a_value_rolled_up(crm):
    put(crm, "account", "group", NOW, name="Group", headcount=10)
    put(crm, "account", "plant", NOW, name="Plant", headcount=5)
    crm.put({"name": "account/web:plant", "fields": {"parent": "account/web:group"}}, NOW)
    nodes = crm.tree("account/web:group", LATER, sum="account.headcount")
    assert [(n["title"], n["depth"], n["own"], n["total"]) for n in nodes] == [
        ("Group", 0, 10, 15),
        ("Plant", 1, 5, 5),
    ]
    assert "total" not in crm.tree("account/web:plant", LATER)[0]
    with pytest.raises(relata.NotFound):
        crm.tree("account/web:group", LATER, link="owner")
