# SPDX-License-Identifier: Apache-2.0
"""The same conversation with a file and with PostgreSQL, on a private server of this test."""

import subprocess
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import relata

CLUSTER = Path(__file__).resolve().parents[3] / "tests" / "support" / "postgres_cluster.sh"
NOW = datetime(2026, 3, 10, 10, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def server():
    if not list(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")):
        pytest.skip("PostgreSQL is not installed")
    # A socket's path is short, which a folder of pytest's is not.
    with tempfile.TemporaryDirectory(prefix="relata-pg-") as folder:
        Path(folder).chmod(0o755)
        place = f"{folder}/server"
        run = {"check": True, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        subprocess.run(["sh", CLUSTER, "start", place], **run)
        try:
            yield f"postgres://relata@/postgres?host={place}"
        finally:
            subprocess.run(["sh", CLUSTER, "stop", place], **run)


def converse(where: str) -> list[object]:
    """A company's first week; ids are random, so names are left out of what is heard."""
    heard: list[object] = []
    with relata.open(where) as crm:
        acme = crm.put({"type": "account", "fields": {"name": "Acme", "country": "FR"}}, NOW)
        for person in ("Marie", "Paul", "Zoé"):
            key = {"system": "web", "key": person}
            fields = {"given_name": person, "account": acme}
            crm.put({"type": "contact", "key": key, "fields": fields}, NOW)
        crm.define_segment("acme", "contact", "contact.account.name == 'Acme'", NOW)
        crm.put({"name": "contact/web:Paul", "fields": {"account": None}}, NOW + timedelta(days=1))
    with relata.open(where, memory_limit=1) as crm:
        later = NOW + timedelta(days=2)
        heard.append(crm.query("contact", "contact.given_name.contains('é')", later).count)
        heard.append(crm.query("contact", "in_segment('acme')", later).count)
        with crm.past(at=NOW) as then:
            heard.append(then.query("contact", "in_segment('acme')", later).count)
        heard.append(crm.get("contact/web:Paul", later)["fields"])
        heard.append([change["op"] for change in crm.history("contact/web:Paul", later)])
        heard.append(crm.verify()["issues"])
    return heard


def test_a_server_answers_as_a_file_does(server, tmp_path):
    assert converse(server) == converse(str(tmp_path / "crm.db"))


def test_a_server_that_does_not_answer_is_unavailable(tmp_path):
    with pytest.raises(relata.Unavailable):
        relata.open(f"postgres://relata@/postgres?host={tmp_path}")
