What the command answers about the invented company is what is true of it.

  $ relata generate vernay --contacts 1000 --seed 5 > out
  $ relata --db v.db --now 2026-11-12T17:00:00Z --json import vernay > import.json
  $ cat > compare.py <<'END'
  > import json, subprocess, sys
  > truth = json.load(open("vernay/truth/truth.json"))
  > def ask(*words):
  >     command = ["relata", "--db", "v.db", "--now", truth["now"], "--json", *words]
  >     return json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
  > def compare(segment, type, expression):
  >     count = ask("query", type, expression, "--count")["count"]
  >     print(segment, "agrees" if count == truth["segment_sizes"][segment] else count)
  > compare("press_without_maintenance", "account",
  >         "account.products_bought.exists(p, p.code.startsWith('PH-')) && "
  >         "!account.products_bought.exists(p, p.code == 'MAINT-AN')")
  > compare("pricing_visitors_30d", "contact",
  >         "contact.events('page_view').filter(e, e.path != null && e.path.startsWith('/tarifs') && "
  >         "e.at > now - days(30)).size() >= 3")
  > compare("inactive_365", "account",
  >         "account.orders.exists(o, o.status != 'cancelled') && "
  >         "!account.orders.exists(o, o.status != 'cancelled' && o.at > now - days(366))")
  > forecast = ask("forecast", "--months", "12")
  > lines = forecast["months"] + forecast["overdue"]
  > weighted = sum(round(float(line["weighted"]["amount"]) * 100) for line in lines)
  > expected = round(float(truth["totals"]["weighted_pipeline"]) * 100)
  > print("forecast", "agrees" if abs(weighted - expected) <= len(lines) * 100 else (weighted, expected))
  > late = {row["id"] for row in ask("cadence", "--factor", "1.8", "--limit", "0")["customers"]}
  > alerts = [json.loads(line) for line in open("vernay/truth/segments.jsonl")]
  > missed = [a["key"] for a in alerts if a["segment"] == "cadence_alert"
  >           and ask("show", "account/erp:" + a["key"])["id"] not in late]
  > wrong = [a["key"] for a in alerts if a["segment"] == "cadence_on_time"
  >          and ask("show", "account/erp:" + a["key"])["id"] in late]
  > print("cadence", missed, wrong)
  > END
  $ python3 compare.py
  press_without_maintenance agrees
  pricing_visitors_30d agrees
  inactive_365 agrees
  forecast agrees
  cadence [] []
