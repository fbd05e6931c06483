# SPDX-License-Identifier: Apache-2.0
"""The package as a program uses it."""

import threading
from datetime import datetime, timedelta, timezone

import pytest

import relata
from relata._library import declarations

NOW = datetime(2026, 3, 10, 10, tzinfo=timezone.utc)


@pytest.fixture
def crm():
    with relata.open(":memory:") as opened:
        opened.put(
            {
                "type": "account",
                "key": {"system": "erp", "key": "17"},
                "fields": {"name": "Société Générique", "founded_year": 1987},
            },
            NOW,
        )
        opened.commit(
            {
                "puts": [
                    {
                        "as": "marie",
                        "type": "contact",
                        "key": {"system": "web", "key": "1"},
                        "fields": {
                            "given_name": "Marie",
                            "email": "marie@example.fr",
                            "country": "FR",
                            "account": "account/erp:17",
                        },
                    },
                    {"type": "contact", "fields": {"given_name": "Paul", "country": "DE"}},
                ],
                "events": [
                    {
                        "type": "page_view",
                        "subject": "@marie",
                        "at": "2026-03-09T09:00:00Z",
                        "fields": {"path": "/pricing"},
                    }
                ],
                "consents": [
                    {
                        "event": "grant",
                        "person": "@marie",
                        "at": "2026-01-05T09:00:00Z",
                        "scope": {"channels": ["email"], "purposes": ["newsletter"]},
                        "evidence": {"source": "web", "text": "sha256:v3", "doi": "email"},
                    }
                ],
            },
            NOW,
        )
        yield opened


def test_the_version_has_three_numbers():
    assert len(relata.version().split(".")) == 3
    assert relata.__version__ == relata.version()


def test_a_record_reads_as_it_was_put(crm):
    account = crm.get("account/erp:17", NOW)
    assert account["fields"]["name"] == "Société Générique"
    assert account["fields"]["founded_year"] == 1987
    assert account["keys"] == [{"system": "erp", "key": "17"}]
    assert crm.get(account["name"], NOW) == account


def test_links_are_names_that_can_be_followed(crm):
    marie = crm.get("contact/web:1", NOW)
    assert crm.get(marie["fields"]["account"], NOW)["fields"]["name"] == "Société Générique"


def test_putting_the_same_again_changes_nothing(crm):
    put = {
        "type": "account",
        "key": {"system": "erp", "key": "17"},
        "fields": {"name": "Société Générique"},
    }
    done = crm.commit({"puts": [put]}, NOW)
    assert (done["created"], done["updated"], done["unchanged"]) == (0, 0, 1)
    assert done["names"] == [crm.get("account/erp:17", NOW)["name"]]


def test_a_field_is_cleared_by_none_and_stays_when_not_named(crm):
    name = crm.get("contact/web:1", NOW)["name"]
    assert crm.put({"name": name, "fields": {"email": None}}, NOW) == name
    fields = crm.get(name, NOW)["fields"]
    assert "email" not in fields
    assert fields["given_name"] == "Marie"


def test_a_deleted_record_is_not_found(crm):
    crm.commit({"deletes": ["contact/web:1"]}, NOW)
    with pytest.raises(relata.NotFound):
        crm.get("contact/web:1", NOW)


def test_one_operation_id_commits_once(crm):
    batch = {
        "operation_id": "a",
        "puts": [{"type": "account", "key": {"system": "erp", "key": "18"}, "fields": {"name": "B"}}],
    }
    first = crm.commit(batch, NOW)
    again = crm.commit(batch, NOW)
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["names"] == again["names"]


def test_a_batch_is_committed_whole_or_not_at_all(crm):
    before = crm.count("account", "true", NOW)
    with pytest.raises(relata.InvalidArgument):
        crm.commit(
            {"puts": [{"type": "account", "fields": {"name": "C"}}, {"type": "account"}, {}]}, NOW
        )
    assert crm.count("account", "true", NOW) == before


def test_query_counts_and_names(crm):
    answer = crm.query("contact", "contact.country == 'FR'", NOW)
    assert (answer.count, answer.errors) == (1, 0)
    assert answer.ids == [crm.get("contact/web:1", NOW)["name"]]
    assert crm.query("contact", "true", NOW, limit=1).count == 2
    assert len(crm.query("contact", "true", NOW, limit=1).ids) == 1
    assert crm.count("contact", "contact.account.name == 'Société Générique'", NOW) == 1


def test_why_names_the_facts(crm):
    facts = crm.why("contact/web:1", "contact.country == 'DE'", NOW)
    assert any("FR" in fact for fact in facts)


def test_a_segment_can_be_asked_for_by_name(crm):
    crm.define_segment("french", "contact", "contact.country == 'FR'", NOW)
    assert crm.count("contact", "in_segment('french')", NOW) == 1


def test_consent_allows_only_what_was_granted(crm):
    allowed = crm.may_contact("contact/web:1", "email", "newsletter", NOW)
    assert allowed and allowed.outcome is relata.Outcome.ALLOW
    assert (allowed.rule, allowed.basis, allowed.jurisdiction) == ("CONSENT.OK", "consent", "FR")
    denied = crm.may_contact("contact/web:1", "sms", "newsletter", NOW)
    assert not denied and denied.outcome is relata.Outcome.DENY
    earlier = NOW - timedelta(seconds=1)
    assert not crm.may_contact("contact/web:1", "email", "newsletter", NOW, known_at=earlier)
    assert not crm.may_contact("contact/web:1", "email", "no such purpose", NOW)


def test_why_contact_lists_the_rules_tried(crm):
    reasons = crm.why_contact("contact/web:1", "email", "newsletter", NOW)
    assert reasons["decision"] == "allow"
    assert reasons["steps"]


def test_import_twice_changes_nothing_the_second_time(crm, tmp_path):
    file = tmp_path / "accounts.csv"
    file.write_text("Name,Country\nGlobex,FR\nInitech,DE\n", encoding="utf-8")
    first = crm.import_files([file], NOW, preset="generic", type="account")["files"][0]
    again = crm.import_files([file], NOW, preset="generic", type="account")["files"][0]
    assert (first["rows"], first["created"]) == (2, 2)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)


def test_what_was_committed_is_there_after_reopening(tmp_path):
    path = tmp_path / "crm.db"
    with relata.open(path) as crm:
        name = crm.put({"type": "account", "fields": {"name": "Acme"}}, NOW)
    with relata.open(path, read_only=True, must_exist=True) as crm:
        assert crm.get(name, NOW)["fields"]["name"] == "Acme"
        with pytest.raises(relata.FailedPrecondition):
            crm.put({"type": "account", "fields": {"name": "B"}}, NOW)


def test_bounds_change_what_a_question_takes_and_not_its_answer(tmp_path):
    path = tmp_path / "crm.db"
    with relata.open(path) as crm:
        acme = crm.put({"type": "account", "fields": {"name": "Acme"}}, NOW)
        for name in ("Marie", "Paul"):
            crm.put({"type": "contact", "fields": {"given_name": name, "account": acme}}, NOW)
    asked = ("contact", "contact.account.name == 'Acme'", NOW)
    with relata.open(path) as crm:
        unbounded = crm.query(*asked)
    with relata.open(path, exclusive=True, memory_limit=1, threads=2) as crm:
        assert crm.query(*asked) == unbounded
    assert unbounded.count == 2


@pytest.mark.parametrize("bound", [{"threads": 65}, {"threads": -1}, {"memory_limit": -1}])
def test_a_wrong_bound_leaves_no_file(tmp_path, bound):
    with pytest.raises(relata.InvalidArgument, match=next(iter(bound))):
        relata.open(tmp_path / "crm.db", **bound)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("kind", "ask"),
    [
        (relata.InvalidArgument, lambda crm: crm.query("contact", "contact.hat == 1", NOW)),
        (relata.InvalidArgument, lambda crm: crm.put({"type": "wizard"}, NOW)),
        (relata.InvalidArgument, lambda crm: crm.get("contact/web:1", NOW.replace(tzinfo=None))),
        (relata.NotFound, lambda crm: crm.get("contact/web:none", NOW)),
        (relata.NotFound, lambda crm: crm.import_files(["/no/such/folder"], NOW)),
        (ValueError, lambda crm: crm.put({"type": "contact", "fields": {"email": 1}}, NOW)),
        (LookupError, lambda crm: crm.get("contact/web:none", NOW)),
        (TypeError, lambda crm: crm.may_contact("contact/web:1", "email", "offers", NOW, hat=1)),
    ],
)
def test_failures_are_typed_exceptions(crm, kind, ask):
    with pytest.raises(kind) as raised:
        ask(crm)
    assert str(raised.value)


def test_an_expression_that_does_not_check_points_at_the_place(crm):
    with pytest.raises(relata.InvalidArgument, match=r"\^"):
        crm.query("contact", "contact.hat == 1", NOW)


def test_a_closed_crm_says_so():
    crm = relata.open(":memory:")
    crm.close()
    crm.close()
    with pytest.raises(relata.InvalidArgument, match="closed"):
        crm.count("contact", "true", NOW)


def test_threads_share_a_crm(crm):
    counts = []

    def ask():
        counts.append(crm.count("contact", "contact.country == 'FR'", NOW))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [1, 1, 1, 1]


def test_declarations_keep_no_preprocessor_line():
    text = declarations('/* a */\n#ifdef __cplusplus\nextern "C" {\n#endif\nRELATA_API int f(int);\n')
    assert text.split() == ["int", "f(int);"]


PRIVACY_KEY = "7" * 64


def test_the_send_seam_counts_once_and_unsubscribes_by_post_only():
    with relata.open(":memory:", privacy_key=PRIVACY_KEY) as crm:
        crm.commit(
            {
                "puts": [
                    {"as": "marie", "type": "contact", "key": {"system": "web", "key": "1"},
                     "fields": {"given_name": "Marie", "country": "FR", "email": "m@mail.example"}},
                ],
                "consents": [
                    {"event": "grant", "person": "@marie", "at": "2026-01-05T09:00:00Z",
                     "scope": {"channels": ["email"], "purposes": ["marketing"]},
                     "evidence": {"source": "web", "text": "form", "doi": "email"}},
                ],
            },
            NOW,
        )
        ticket = crm.contact_begin("contact/web:1", "email", "marketing", "m1", NOW)
        assert ticket and ticket.address == "m@mail.example" and not ticket.replayed
        again = crm.contact_begin("contact/web:1", "email", "marketing", "m1", NOW)
        assert again.replayed and again.token == ticket.token
        crm.contact_end(ticket.token, "sent", NOW)
        link = crm.unsubscribe_token("contact/web:1", "email", "marketing")
        assert not crm.unsubscribe("GET", link, "", NOW)
        later = NOW + timedelta(minutes=1)
        assert crm.contact_begin("contact/web:1", "email", "marketing", "m2", later)
        assert crm.unsubscribe("POST", link, "List-Unsubscribe=One-Click", later)
        stopped = crm.contact_begin(
            "contact/web:1", "email", "marketing", "m3", later + timedelta(minutes=1)
        )
        assert not stopped and stopped.address == ""
        assert stopped.decision.rule == "OPTOUT.REQUEST"
