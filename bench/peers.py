# SPDX-License-Identifier: Apache-2.0
"""Runs the ten reference questions in DuckDB and SQLite, one at a time, as a co-process.

usage: peers.py FOLDER

FOLDER holds one CSV file a table (reference_data.h). Commands come a line at a time on standard
input; each answer is one line of JSON:

  load duckdb|sqlite       loads the tables, with SQLite's indexes; "keep" after it keeps what was
                           loaded for the next run, which works on a copy
  ask duckdb|sqlite Qn     count, sum of ids, sum of (id * id mod 1000003), seconds
  events duckdb|sqlite N   appends N events durably and answers all ten into a table of members

Seconds are of the processor and of the wall. DuckDB runs on one thread.
"""

import csv
import json
import os
import shutil
import sqlite3
import sys
import time

NOW = 1751241600
DAY = 86400

TABLES = {
    "accounts": "account_id INTEGER PRIMARY KEY, parent_id INTEGER, name TEXT, industry TEXT,"
                " country TEXT, employees INTEGER",
    "contacts": "contact_id INTEGER PRIMARY KEY, account_id INTEGER, first_name TEXT,"
                " last_name TEXT, email TEXT, phone TEXT, country TEXT, birth_year INTEGER,"
                " created_ts BIGINT, lifecycle TEXT",
    "orders": "order_id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL,"
              " product_id INTEGER NOT NULL, amount_cents BIGINT NOT NULL, ts BIGINT NOT NULL",
    "events": "event_id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL, type TEXT NOT NULL,"
              " page TEXT, ts BIGINT NOT NULL",
    "consents": "consent_id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL,"
                " channel TEXT NOT NULL, purpose TEXT NOT NULL, status TEXT NOT NULL,"
                " ts BIGINT NOT NULL",
    "opportunities": "opportunity_id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL,"
                     " stage TEXT NOT NULL, amount_cents BIGINT, probability INTEGER,"
                     " close_ts BIGINT",
    "tickets": "ticket_id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL,"
               " severity TEXT NOT NULL, status TEXT NOT NULL, created_ts BIGINT",
}

# What a careful user of SQLite would add; DuckDB does better without.
INDEXES = [
    "accounts(parent_id)", "accounts(industry)", "contacts(account_id)",
    "contacts(country, account_id)", "orders(contact_id, ts, amount_cents)",
    "orders(product_id, contact_id)", "events(contact_id, type, ts)",
    "events(type, page, ts, contact_id)", "consents(channel, purpose, contact_id, ts, status)",
    "opportunities(contact_id, stage)", "tickets(contact_id, status, severity)",
    "tickets(status, severity, contact_id)",
]


def since(days):
    return NOW - days * DAY


def latest_consent(engine):
    """The newest statement about e-mail offers of each contact."""
    if engine == "duckdb":
        columns = "contact_id, arg_max(status, ts) AS status, max(ts) AS ts"
    else:  # SQLite takes the bare column from the row of the maximum
        columns = "contact_id, status, max(ts) AS ts"
    return (f"SELECT {columns} FROM consents WHERE channel = 'email' AND purpose = 'offers'"
            " GROUP BY contact_id")


def question(name, engine):
    """The SQL of a question, the best form known for the engine."""
    if name == "Q1":
        return ("SELECT c.contact_id FROM contacts c JOIN accounts a USING (account_id)"
                " WHERE c.country = 'FR' AND a.industry = 'retail'")
    if name == "Q2":
        return ("SELECT DISTINCT o.contact_id FROM orders o WHERE o.product_id = 7 AND NOT EXISTS"
                " (SELECT 1 FROM orders x WHERE x.contact_id = o.contact_id AND x.product_id = 3)")
    if name == "Q3":
        return ("SELECT contact_id FROM (SELECT contact_id FROM events WHERE type = 'page_view'"
                f" AND page = 'pricing' AND ts >= {since(30)} GROUP BY contact_id"
                " HAVING count(*) >= 3) v WHERE EXISTS (SELECT 1 FROM events e WHERE"
                " e.contact_id = v.contact_id AND e.type = 'download') AND NOT EXISTS"
                " (SELECT 1 FROM opportunities o WHERE o.contact_id = v.contact_id AND"
                " o.stage NOT IN ('closed_won', 'closed_lost'))")
    if name == "Q4":
        return (f"SELECT contact_id FROM orders WHERE ts >= {since(365)} GROUP BY contact_id"
                f" HAVING sum(amount_cents) > 100000 AND max(ts) < {since(90)}")
    if name == "Q5":
        if engine == "sqlite":
            return (f"SELECT contact_id FROM orders WHERE ts >= {since(365)} EXCEPT SELECT"
                    " contact_id FROM events WHERE type = 'login' AND page IS NULL AND"
                    f" ts >= {since(42)}")
        return ("SELECT c.contact_id FROM contacts c WHERE EXISTS (SELECT 1 FROM orders o WHERE"
                f" o.contact_id = c.contact_id AND o.ts >= {since(365)}) AND NOT EXISTS (SELECT 1"
                " FROM events e WHERE e.contact_id = c.contact_id AND e.type = 'login' AND"
                f" e.ts >= {since(42)})")
    if name == "Q6":
        return ("WITH RECURSIVE t(account_id) AS (SELECT 1 UNION ALL SELECT a.account_id FROM"
                " accounts a JOIN t ON a.parent_id = t.account_id) SELECT c.contact_id FROM"
                " contacts c JOIN t ON t.account_id = c.account_id WHERE EXISTS (SELECT 1 FROM"
                " tickets k WHERE k.contact_id = c.contact_id AND k.status = 'open' AND"
                " k.severity = 'critical')")
    if name == "Q7":
        return (f"SELECT c.contact_id FROM ({latest_consent(engine)}) l JOIN contacts c"
                " ON c.contact_id = l.contact_id WHERE l.status = 'granted' AND c.birth_year"
                " BETWEEN 1991 AND 2000 AND NOT EXISTS (SELECT 1 FROM events e WHERE"
                " e.contact_id = c.contact_id AND e.type = 'unsubscribe' AND e.ts > l.ts)")
    if name == "Q8":
        return ("SELECT contact_id FROM (SELECT contact_id, ntile(5) OVER (ORDER BY r, contact_id)"
                " r5, ntile(5) OVER (ORDER BY f, contact_id) f5, ntile(5) OVER (ORDER BY m,"
                " contact_id) m5 FROM (SELECT contact_id, max(ts) r, count(*) f,"
                " sum(amount_cents) m FROM orders GROUP BY contact_id) a) n"
                " WHERE r5 = 5 AND f5 = 5 AND m5 = 5")
    if name == "Q9":
        return ("SELECT contact_id FROM orders GROUP BY contact_id HAVING count(*) >= 4 AND"
                f" ({NOW} - max(ts)) * (count(*) - 1) > 2 * (max(ts) - min(ts))")
    union = " UNION ".join(f"SELECT contact_id FROM ({question(q, engine)}) {q}"
                           for q in ("Q2", "Q4", "Q9"))
    return (f"SELECT contact_id FROM ({union}) u INTERSECT SELECT contact_id FROM"
            f" ({question('Q7', engine)}) d EXCEPT SELECT contact_id FROM"
            f" ({question('Q5', engine)}) e")


def made_once(folder, name, load, keep):
    """The path of a database loaded from the CSV files, for this run to change."""
    path, run = os.path.join(folder, name), os.path.join(folder, "run-" + name)
    for old in [run] if keep and os.path.exists(path + ".complete") else [run, path]:
        for suffix in ("", "-wal", "-shm", ".wal"):
            if os.path.exists(old + suffix):
                os.remove(old + suffix)
    if not os.path.exists(path):
        load(path, folder)
        open(path + ".complete", "w").close()
    (shutil.copyfile if keep else os.rename)(path, run)
    return run


class DuckDb:
    def __init__(self, folder, keep):
        import duckdb
        self.connection = duckdb.connect(made_once(folder, "peers.duckdb", self.load, keep))
        self.connection.execute("SET threads = 1")

    def load(self, path, folder):
        import duckdb
        self.connection = duckdb.connect(path)
        for table, columns in TABLES.items():
            plain = columns.replace(" PRIMARY KEY", "")
            self.connection.execute(f"CREATE TABLE {table}({plain})")
            self.connection.execute(
                f"COPY {table} FROM '{folder}/{table}.csv' (HEADER, DELIMITER ',', NULLSTR '')")
        self.connection.execute("CHECKPOINT")
        self.connection.close()

    def rows(self, sql):
        return self.connection.execute(sql).fetchall()

    def append(self, events):
        import duckdb  # noqa: F401
        self.connection.execute("BEGIN")
        values = ",".join(f"({i},{c},'{t}',{p},{ts})" for i, c, t, p, ts in
                          ((i, c, t, f"'{p}'" if p else "NULL", ts) for i, c, t, p, ts in events))
        self.connection.execute(f"INSERT INTO events VALUES {values}")
        self.connection.execute("COMMIT")

    def execute(self, sql):
        self.connection.execute(sql)


class Sqlite:
    def __init__(self, folder, keep):
        path = made_once(folder, "peers.sqlite", self.load, keep)
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.execute("PRAGMA journal_mode = WAL")
        self.execute("PRAGMA synchronous = NORMAL")
        self.execute("PRAGMA cache_size = -2000000")

    def load(self, path, folder):
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.execute("PRAGMA journal_mode = WAL")
        self.execute("PRAGMA synchronous = OFF")
        self.execute("PRAGMA cache_size = -2000000")
        self.execute("BEGIN")
        for table, columns in TABLES.items():
            self.execute(f"CREATE TABLE {table}({columns})")
            with open(os.path.join(folder, table + ".csv"), newline="") as lines:
                reader = csv.reader(lines)
                marks = ",".join("?" * len(next(reader)))
                self.connection.executemany(
                    f"INSERT INTO {table} VALUES ({marks})",
                    ([value if value != "" else None for value in row] for row in reader))
        for i, index in enumerate(INDEXES):
            self.execute(f"CREATE INDEX i{i} ON {index}")
        self.execute("COMMIT")
        self.execute("ANALYZE")
        self.connection.close()

    def rows(self, sql):
        return self.connection.execute(sql).fetchall()

    def append(self, events):
        self.execute("BEGIN")
        self.connection.executemany("INSERT INTO events VALUES (?,?,?,?,?)", events)
        self.execute("COMMIT")

    def execute(self, sql):
        self.connection.execute(sql)


def ask(engine, name, kind):
    sql = (f"SELECT count(*), sum(contact_id), sum(contact_id * contact_id % 1000003) FROM"
           f" ({question(name, kind)}) answer")
    if kind == "duckdb":
        sql = sql.replace("contact_id * contact_id", "contact_id::BIGINT * contact_id")
    wall, cpu = time.perf_counter(), time.process_time()
    count, total, squares = engine.rows(sql)[0]
    return {"count": count, "sum": int(total or 0), "squares": int(squares or 0),
            "cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


def refresh(engine, kind, count, first, contacts):
    """Events as they come in, and then every segment anew: what an engine without maintenance does."""
    types = ["page_view", "login", "download", "email_open"]
    events = [(first + i, 1 + (first + i) * 104729 % contacts, types[i % 4],
               "pricing" if i % 4 == 0 else None, NOW - 1) for i in range(count)]
    wall, cpu = time.perf_counter(), time.process_time()
    engine.append(events)
    append_wall, append_cpu = time.perf_counter() - wall, time.process_time() - cpu
    engine.execute("CREATE TABLE IF NOT EXISTS members(segment INTEGER, contact_id INTEGER)")
    wall, cpu = time.perf_counter(), time.process_time()
    engine.execute("BEGIN")
    engine.execute("DELETE FROM members")
    for i in range(1, 10):
        engine.execute(f"INSERT INTO members SELECT {i}, contact_id FROM"
                       f" ({question(f'Q{i}', kind)}) q")
    engine.execute("INSERT INTO members SELECT 10, contact_id FROM (SELECT contact_id FROM members"
                   " WHERE segment IN (2, 4, 9) INTERSECT SELECT contact_id FROM members WHERE"
                   " segment = 7 EXCEPT SELECT contact_id FROM members WHERE segment = 5) q")
    engine.execute("COMMIT")
    answer = {"append_cpu": append_cpu, "append_wall": append_wall,
              "cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    for segment, count, total in engine.rows(
            "SELECT segment, count(*), sum(contact_id) FROM members GROUP BY segment"):
        answer[f"Q{segment}"] = [count, int(total)]
    return answer


def main():
    folder = sys.argv[1]
    engines = {}
    for line in sys.stdin:
        words = line.split()
        if not words:
            continue
        try:
            kind = words[1]
            if words[0] == "load":
                start = time.perf_counter()
                peer = DuckDb if kind == "duckdb" else Sqlite
                engines[kind] = peer(folder, words[2:] == ["keep"])
                version = engines[kind].rows(
                    "SELECT version()" if kind == "duckdb" else "SELECT sqlite_version()")[0][0]
                answer = {"wall": time.perf_counter() - start, "version": version}
            elif words[0] == "ask":
                answer = ask(engines[kind], words[2], kind)
            else:
                answer = refresh(engines[kind], kind, int(words[2]), int(words[3]), int(words[4]))
        except Exception as error:  # the driver shows it and goes on with the other peer
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
