Signals found in the invented company are those that are true of it.

  $ relata generate vernay --contacts 900 --seed 11 > out
  $ relata --db v.db --now 2026-11-12T17:00:00Z --json import vernay > import.json
  $ relata --db v.db --now 2026-11-12T17:00:00Z signals --define
  5 segments and the score leaving saved
  $ cat > compare.py <<'END'
  > import json, subprocess
  > truth = {}
  > for line in map(json.loads, open("vernay/truth/segments.jsonl")):
  >     truth.setdefault(line["segment"], set()).add(line["key"])
  > def ask(*words):
  >     command = ["relata", "--db", "v.db", "--now", "2026-11-12T17:00:00Z", "--json", *words]
  >     return json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
  > found = {s["signal"]: s["ids"] for s in ask("signals", "--limit", "0")["signals"]}
  > def keys(ids, system):
  >     return {k["key"] for i in ids for k in ask("show", i)["keys"] if k["system"] == system}
  > judged = truth["signals_judged"]
  > for signal in ("frequency_falling", "tickets_rising"):
  >     seen = keys(found[signal], "erp") & judged
  >     print(signal, "agrees" if seen == truth.get(signal, set()) else seen ^ truth[signal], bool(seen))
  > for signal in ("engagement_gone", "satisfaction_dropped"):
  >     seen = keys(found[signal], "crm")
  >     print(signal, "agrees" if seen == truth.get(signal, set()) else seen ^ truth[signal], bool(seen))
  > END
  $ python3 compare.py
  frequency_falling agrees True
  tickets_rising agrees False
  engagement_gone agrees True
  satisfaction_dropped agrees True
  $ relata --db v.db --now 2026-11-12T17:00:00Z --json score top leaving --limit 3 | python3 -c 'import json, sys; print([r["total"] >= 20 for r in json.load(sys.stdin)["records"]])'
  [True, True, True]
  $ relata --db v.db --now 2026-11-12T17:00:00Z signals | sed 's/ *$//'
  signal                of       shown by  undecided
  frequency_falling     account  2         0
  tickets_rising        account  0         0
  contact_changed       account  7         0
  engagement_gone       contact  101       0
  satisfaction_dropped  contact  19        0
  $ relata --db v.db --now 2026-11-12T17:00:00Z signals tickets_rising --limit 2 | sed 's/  account.01.*//'
  signal          of       shown by  undecided
  tickets_rising  account  0         0
  $ relata --db v.db --now 2026-11-12T17:00:00Z score top leaving --limit 2 | sed 's/account.01[-0-9a-f]*//'
  points  grade  id                                            title
  55      high     Visserie du Midi
  50      high     Société nouvelle Bérard
  $ relata --db v.db --now 2026-11-12T17:00:00Z signals moon_phase 2>&1
  relata: there is no signal 'moon_phase'
  [3]
