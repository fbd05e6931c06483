# SPDX-License-Identifier: Apache-2.0
"""Rule scores beside DuckDB computing the same numbers in SQL, in one run.

    .venv/bin/python bench/score_workload.py build/release/bench/score_workload [CONTACTS] [REPS]

Needs duckdb, numpy and pandas (PyPI). One thread each; times are of the processor, the median of REPS. The
totals must agree to 1e-6 for every contact, else the run fails.
"""

import json
import math
import statistics
import subprocess
import sys
import tempfile
import time

import duckdb
import numpy
import pandas

NOW = 1751241600
DAY = 86400
COUNTRIES = ["US", "DE", "FR", "GB", "ES", "IT"]
INDUSTRIES = ["software", "retail", "finance", "health", "energy"]
JOBS = ["Head of Purchasing", "Buyer", "Engineer", "Intern"]
PATHS = ["/", "/product", "/pricing", "/blog", "/docs", "/support", "/careers", "/checkout"]


def fade(points, half_life_days):
    return f"{points} * exp2((happened - {NOW}) / {half_life_days * DAY}.0)"


def recent(days):
    return f"happened > {NOW - days * DAY}"


SQL = f"""
with view as (
  select contact,
    sum({fade(5, 30)}) filter (where path = '/pricing' and {recent(90)}) r7,
    sum({fade(1, 60)}) r8,
    sum({fade(2, 14)}) filter (where path = '/product') r9,
    sum(-4) filter (where path = '/careers' and {recent(180)}) r10,
    sum(1.5) filter (where (path = '/docs' or path = '/support') and {recent(30)}) r12
  from page_view group by contact),
checkout as (
  select contact, sum({fade(10, 7)}) r11 from (
    select contact, happened, row_number() over (partition by contact order by happened desc) n
    from page_view where path = '/checkout') where n <= 3 group by contact),
opened as (
  select contact, sum({fade(2, 30)}) r13, sum(1) filter (where {recent(14)}) r14,
    sum({fade(0.5, 90)}) filter (where {recent(180)}) r15
  from email_opened group by contact),
newest as (
  select contact, sum({fade(12, 45)}) r16 from (
    select contact, happened, row_number() over (partition by contact order by happened desc) n
    from download) where n <= 2 group by contact),
downloads as (
  select contact, sum(1) filter (where {recent(365)}) r17 from download group by contact),
logins as (
  select contact, sum(1) filter (where {recent(30)}) r18, sum({fade(3, 10)}) r19,
    sum({fade(0.25, 120)}) filter (where {recent(365)}) r20
  from login group by contact)
select c.id, greatest(-200, least(200,
    greatest(-50, least(50,
      case when c.country = 'FR' then 15 else 0 end +
      case when c.country in ('DE', 'GB') then 5 else 0 end +
      case when a.industry = 'retail' then 20 else 0 end +
      case when c.job = 'Head of Purchasing' then 8 else 0 end +
      case when c.job = 'Intern' then -10 else 0 end)) +
    greatest(-120, least(120,
      least(30, coalesce(r7, 0)) + least(15, coalesce(r8, 0)) + least(10, coalesce(r9, 0)) +
      coalesce(r11, 0) + least(6, coalesce(r12, 0)) + least(20, coalesce(r13, 0)) +
      least(8, coalesce(r14, 0)) + least(5, coalesce(r15, 0)) + coalesce(r16, 0) +
      least(10, coalesce(r18, 0)) + least(25, coalesce(r19, 0)))) +
    case when c.job is null then -3 else 0 end +
    greatest(-12, coalesce(r10, 0)) + least(4, coalesce(r17, 0)) + least(3, coalesce(r20, 0)))) total
from contact c left join account a on a.id = c.account
  left join view on view.contact = c.id left join checkout on checkout.contact = c.id
  left join opened on opened.contact = c.id left join newest on newest.contact = c.id
  left join downloads on downloads.contact = c.id left join logins on logins.contact = c.id
"""


def load(db, folder):
    def read(name):
        return numpy.fromfile(f"{folder}/{name}", dtype=name.rsplit(".", 1)[1])

    def texts(name, words):
        codes = read(name)
        return numpy.array(words + [None], dtype=object)[numpy.where(codes == 255, len(words), codes)]

    def table(name, **columns):
        db.register("arrays", pandas.DataFrame(columns))
        db.execute(f"create table {name} as select * from arrays")
        db.unregister("arrays")

    industry = texts("account_industry.u1", INDUSTRIES)
    table("account", id=numpy.arange(len(industry), dtype="i4"), industry=industry)
    country = texts("contact_country.u1", COUNTRIES)
    table("contact", id=numpy.arange(len(country), dtype="i4"), country=country,
          job=texts("contact_job.u1", JOBS), account=read("contact_account.i4"))
    table("page_view", contact=read("page_view_contact.i4"), happened=read("page_view_at.i4"),
          path=texts("page_view_code.u1", PATHS))
    for name in ("email_opened", "download", "login"):
        table(name, contact=read(f"{name}_contact.i4"), happened=read(f"{name}_at.i4"))


def main():
    program = sys.argv[1]
    contacts = sys.argv[2] if len(sys.argv) > 2 else "1000000"
    repetitions = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    with tempfile.TemporaryDirectory() as folder:
        ours = json.loads(subprocess.run([program, folder, contacts, str(repetitions)], check=True,
                                         capture_output=True, text=True).stdout)
        db = duckdb.connect(config={"threads": 1})
        db.execute("create macro exp2(x) as pow(2.0, x)")
        load(db, folder)
        times = []
        for _ in range(repetitions):
            start = time.process_time()
            rows = db.execute(SQL).fetchnumpy()
            times.append(time.process_time() - start)
        expected = numpy.fromfile(f"{folder}/totals.f8", dtype="f8")
        totals = numpy.empty(len(expected))
        totals[numpy.asarray(rows["id"])] = numpy.asarray(rows["total"], dtype="f8")
        off = float(numpy.max(numpy.abs(totals - expected)))
    theirs = statistics.median(times)
    print(json.dumps({**ours, "duckdb": duckdb.__version__, "duckdb_seconds": round(theirs, 4),
                      "ratio": round(theirs / ours["seconds"], 2), "largest_difference": off}))
    return 0 if math.isfinite(off) and off < 1e-6 else 1


if __name__ == "__main__":
    sys.exit(main())
