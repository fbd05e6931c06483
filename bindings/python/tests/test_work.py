# SPDX-License-Identifier: Apache-2.0
"""Definitions, workflows, scores, audiences, roles, rights, and what keeps a database."""

from datetime import datetime, timedelta, timezone

import pytest

import relata

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 10, 10, tzinfo=timezone.utc)
KEY = "5a" * 32


@pytest.fixture
def crm(tmp_path):
    """Marie of France said yes to the newsletter and looked at prices; Paul said nothing."""
    with relata.open(tmp_path / "crm.db", privacy_key=KEY) as opened:
        opened.commit(
            {
                "puts": [
                    {"as": "marie", "type": "contact", "key": {"system": "web", "key": "marie"},
                     "fields": {"given_name": "Marie", "country": "FR", "lifecycle": "lead",
                                "email": "marie@example.fr"}},
                    {"type": "contact", "key": {"system": "web", "key": "paul"},
                     "fields": {"given_name": "Paul", "country": "FR", "email": "paul@example.fr"}},
                ],
                "events": [{"type": "page_view", "subject": "@marie", "at": "2026-03-09T09:00:00Z",
                            "fields": {"path": "/pricing"}}],
                "consents": [{"event": "grant", "person": "@marie", "at": "2026-01-05T09:00:00Z",
                              "scope": {"channels": ["email"], "purposes": ["newsletter"]},
                              "evidence": {"source": "web", "text": "sha256:form-v3",
                                           "form_version": "v3", "doi": "email"}}],
            },
            NOW,
        )
        yield opened


def name(crm, key):
    return crm.get(f"contact/web:{key}", NOW)["name"]


def test_a_workflow_asks_for_something_once(crm):
    crm.define(
        "workflow",
        "call",
        {"type": "contact", "on": "change", "when": "contact.lifecycle == 'customer'",
         "actions": [{"do": "create_task", "text": "Call", "role": "sales", "days": 1}]},
        NOW,
    )
    assert [d["name"] for d in crm.definitions("workflow")] == ["call"]
    crm.put({"name": "contact/web:marie", "fields": {"lifecycle": "customer"}}, NOW + DAY)
    (item,) = crm.outbox()
    assert (item["workflow"], item["name"]) == ("call", name(crm, "marie"))
    assert item["action"]["text"] == "Call"
    crm.outbox_done(item["item"], NOW + DAY)
    assert crm.outbox() == []
    assert [i["done"] for i in crm.outbox(all=True)] == [True]
    with pytest.raises(relata.NotFound):
        crm.outbox_done(999_999, NOW + DAY)


def test_time_makes_a_workflow_fire(crm):
    crm.define(
        "workflow",
        "silent",
        {"type": "contact", "on": "time",
         "when": "contact.given_name == 'Marie' && "
                 "!contact.events('page_view').exists(e, e.at > now - days(30))",
         "actions": [{"do": "notify", "text": "Silent"}]},
        NOW,
    )
    crm.advance(NOW + DAY)
    assert crm.outbox() == []
    commit = crm.advance(NOW + 40 * DAY)
    assert commit["id"] > 0
    assert [item["workflow"] for item in crm.outbox()] == ["silent"]
    with pytest.raises(relata.InvalidArgument):
        crm.advance(NOW)


def test_a_definition_is_checked(crm):
    with pytest.raises(relata.InvalidArgument, match="wizard"):
        crm.define("wizard", "x", {}, NOW)
    with pytest.raises(relata.InvalidArgument):
        crm.define("score", "hot", {"type": "contact", "rules": [{"name": "a", "when": "nonsense"}]},
                   NOW)


def test_scores_say_what_gave_the_points(crm):
    crm.define(
        "score",
        "hot",
        {"type": "contact",
         "rules": [{"name": "lead", "when": "contact.lifecycle == 'lead'", "points": 5},
                   {"name": "prices", "event": "page_view", "where": "e.path == '/pricing'",
                    "points": 10}],
         "grades": [{"name": "A", "from": 15}, {"name": "B", "from": 0}]},
        NOW,
    )
    top = crm.score_top("hot", NOW, limit=1)
    assert [(t["name"], t["total"], t["grade"]) for t in top] == [(name(crm, "marie"), 15.0, "A")]
    assert top[0] == crm.score_of("hot", "contact/web:marie", NOW)
    assert [(c["rule"], c["points"], len(c["events"])) for c in top[0]["contributions"]] == [
        ("lead", 5.0, 0), ("prices", 10.0, 1)]
    assert crm.count("contact", "score('hot') > 10.0", NOW) == 1
    with pytest.raises(relata.NotFound):
        crm.score_top("cold", NOW)


def test_customers_and_the_pipeline(crm):
    eur = {"amount": "120.00", "currency": "EUR"}
    crm.commit(
        {"puts": [
            {"type": "order", "fields": {"contact": "contact/web:marie", "net": eur,
                                         "at": "2026-02-01T09:00:00Z"}},
            {"type": "opportunity", "fields": {"name": "Press", "amount": eur, "status": "open",
                                               "stage": "proposal", "probability": 50.0,
                                               "close_date": "2026-04-20"}}]},
        NOW,
    )
    (marie,) = crm.rfm(NOW, type="contact")
    assert (marie["name"], marie["orders"], marie["bought"]) == (name(crm, "marie"), 1, eur)
    (month,) = [m for m in crm.forecast(NOW, months=3) if m["deals"]]
    assert (month["month"], month["weighted"]["amount"], month["amount"]) == ("2026-04", "60.00", eur)


def test_an_audience_says_who_is_left_out(crm):
    crm.define_segment("french", "contact", "contact.country == 'FR'", NOW)
    audience = crm.audience("french", "email", "newsletter", NOW)
    assert (audience["members"], audience["ids"]) == (2, [name(crm, "marie")])
    (left_out,) = audience["excluded"]
    assert (left_out["count"], left_out["example"]) == (1, name(crm, "paul"))
    with pytest.raises(relata.InvalidArgument):
        crm.audience("french", "pigeon", "newsletter", NOW)


def test_a_merge_and_its_undoing(crm):
    marie, paul = name(crm, "marie"), name(crm, "paul")
    crm.commit({"merges": [{"name": paul, "into": marie}]}, NOW + DAY)
    assert crm.get(paul, NOW + DAY)["name"] == marie
    assert crm.count("contact", "true", NOW + DAY) == 1
    crm.commit({"unmerges": [paul]}, NOW + 2 * DAY)
    assert crm.get(paul, NOW + 2 * DAY)["fields"]["given_name"] == "Paul"
    with pytest.raises(relata.FailedPrecondition):
        crm.commit({"unmerges": [paul]}, NOW + 3 * DAY)
    with pytest.raises(relata.InvalidArgument, match="public id"):
        crm.commit({"unmerges": ["contact/web:paul"]}, NOW + 3 * DAY)


def test_a_role_writes_only_what_it_may(crm, tmp_path):
    crm.define("role", "reader", {"types": {"*": "read"}}, NOW)
    with relata.open(tmp_path / "crm.db", actor="user:rob/reader", privacy_key=KEY) as rob:
        assert rob.count("contact", "true", NOW) == 2
        for refused in (
            lambda: rob.put({"type": "contact", "fields": {"given_name": "Eve"}}, NOW),
            lambda: rob.commit({"deletes": ["contact/web:marie"]}, NOW),
            lambda: rob.define("role", "reader", {"types": {"*": "write"}}, NOW),
            lambda: rob.erase(["contact/web:marie"], NOW),
        ):
            with pytest.raises(relata.PermissionDenied):
                refused()
        withdrawal = {"event": "withdraw", "person": "contact/web:marie",
                      "at": "2026-03-10T09:00:00Z",
                      "scope": {"channels": ["email"], "purposes": ["newsletter"]}}
        rob.commit({"consents": [withdrawal]}, NOW)
    assert crm.get("contact/web:marie", NOW)["fields"]["given_name"] == "Marie"
    assert not crm.may_contact("contact/web:marie", "email", "newsletter", NOW + DAY)


def test_a_segment_says_what_is_odd_about_it(crm):
    assert crm.define_segment("french", "contact", "contact.country == 'FR'", NOW) == []
    [odd] = crm.define_segment("hasty", "ticket", "ticket.severity in ['high', 'criticl']", NOW)
    assert "'criticl' is none of the options of severity" in odd
    assert "did you mean" in odd
    assert crm.segment_warnings("hasty") == [odd]
    [guess] = crm.query("ticket", "in_segment('hasty') || ticket.severity == 'higher'", NOW).warnings
    assert "'higher' is none of the options" in guess
    with pytest.raises(relata.NotFound):
        crm.segment_warnings("nowhere")


def test_a_role_learns_nothing_from_a_segment_over_what_it_does_not_see(crm, tmp_path):
    crm.define_segment("french", "contact", "contact.country == 'FR'", NOW)
    crm.define("role", "blind", {"types": {"*": "read", "contact": {"hidden": ["country"]}}}, NOW)
    with relata.open(tmp_path / "crm.db", actor="user:rob/blind", privacy_key=KEY) as rob:
        rob.define_segment("belgian", "contact", "contact.country == 'BE'", NOW)
        for segment in ("french", "belgian"):
            with pytest.raises(relata.PermissionDenied, match="country"):
                rob.is_member(segment, "contact/web:marie", NOW)
        rob.define_segment("maries", "contact", "contact.given_name == 'Marie'", NOW)
        assert rob.is_member("maries", "contact/web:marie", NOW)
    assert crm.is_member("french", "contact/web:marie", NOW)


def test_a_request_for_a_copy(crm):
    request = crm.open_request("access", "contact/web:marie", NOW)
    assert (request["right"], request["due_at"][:10]) == ("access", "2026-04-10")
    assert [r["number"] for r in crm.requests(NOW)] == [request["number"]]
    assert "marie@example.fr" in str(crm.export_request(request["number"], NOW))
    crm.close_request(request["number"], NOW + DAY)
    assert crm.requests(NOW + DAY) == []
    assert len(crm.requests(NOW + DAY, all=True)) == 1
    with pytest.raises(relata.InvalidArgument, match="received_at"):
        crm.open_request("access", "contact/web:marie", NOW, received_at="yesterday")


def test_erasure_leaves_nothing_and_can_be_foretold(crm, tmp_path):
    marie = name(crm, "marie")
    plan = crm.erasure_plan("contact/web:marie", NOW)
    assert plan["person"] == marie
    assert sum(step["count"] for step in plan["steps"]) > 0
    assert crm.get("contact/web:marie", NOW)["fields"]["given_name"] == "Marie"
    report = crm.erase([marie], NOW + DAY, journal=str(tmp_path / "journal"), why="request R-2026-1")
    assert (report["persons"], report["scrubbed"]) == (1, True)
    with pytest.raises(relata.NotFound):
        crm.get(marie, NOW + DAY)
    assert b"marie@example.fr" not in (tmp_path / "crm.db").read_bytes()
    assert crm.verify()["issues"] == []


def test_erasure_needs_the_key():
    with relata.open(":memory:") as crm:
        marie = crm.put({"type": "contact", "fields": {"given_name": "Marie"}}, NOW)
        with pytest.raises(relata.FailedPrecondition, match="privacy key"):
            crm.erase([marie], NOW)


def test_a_backup_is_a_database(crm, tmp_path):
    relata.backup(tmp_path / "crm.db", tmp_path / "copy.db", NOW)
    with relata.open(tmp_path / "copy.db", read_only=True) as copy:
        assert copy.count("contact", "true", NOW) == 2
        found = copy.verify()
        assert (found["issues"], found["records"]) == ([], 2)
    with pytest.raises(relata.AlreadyExists):
        relata.backup(tmp_path / "crm.db", tmp_path / "copy.db", NOW)
