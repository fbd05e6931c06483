The forecast learned from deals that went before, on a year of drawn deals.

  $ mkdir crm
  $ python3 - <<'END'
  > import csv, datetime, random
  > random.seed(4)
  > day = datetime.date(2025, 1, 1)
  > with open("crm/opportunities.csv", "w") as f:
  >     w = csv.writer(f)
  >     w.writerow(["Opportunity ID", "Opportunity Name", "Stage", "Status", "Amount", "Currency", "Created At", "Close Date", "Closed At", "Lead Source"])
  >     for i in range(900):
  >         opened = day + datetime.timedelta(days=i * 420 // 900)
  >         fair = random.random() < 0.4
  >         life = random.randint(10, 90)
  >         closed = opened + datetime.timedelta(days=life)
  >         won = random.random() < (0.6 if fair else 0.3)
  >         ended = closed <= datetime.date(2026, 2, 24)
  >         status = ("won" if won else "lost") if ended else "open"
  >         w.writerow([f"O{i}", f"Deal {i}", "Closed Won" if status == "won" else "Closed Lost" if status == "lost" else "Proposal", status, 1000 + i % 7 * 500, "EUR", opened, closed if ended else "", closed if ended else "", "trade fair" if fair else "web"])
  > END
  $ relata --db f.db --now 2026-02-28 import crm | tail -1
  crm/opportunities.csv: opportunity (generic), 900 rows: 900 created, 0 updated, 0 unchanged, 0 refused
  $ relata --db f.db --now 2026-02-28 --json forecast --backtest --months 2 | python3 -c 'import json, sys; t = json.load(sys.stdin); print(len(t["forecasts"]) >= 14, t["coverage"][1] >= 0.6, t["coverage"][2] >= 0.75, abs(t["bias"]) < 0.15)'
  True True True True

A forecast of a past day, and what then happened; nothing later is looked at.

  $ relata --db f.db --now 2026-02-28 --json forecast --as-of 2025-11-30 --months 2 | python3 -c 'import json, sys; t = json.load(sys.stdin); print([m["month"] for m in t["months"]], all(m["intervals"]["95"][0] < m["actual"] < m["intervals"]["95"][1] for m in t["months"]))'
  ['2025-12', '2026-01'] True
  $ relata --db f.db --now 2026-02-28 forecast --channels | cut -c1-43
  channel          opened  won  lost  share  
  all              900     339  457   43 %   
  web              544     148  335   31 %   
  marketing_event  356     191  122   61 %   
  $ relata --db f.db --now 2026-02-28 --json forecast --patterns | python3 -c 'import json, sys; print([(p["kind"], p["name"], p["false_discovery_rate"] < 0.01) for p in json.load(sys.stdin)["patterns"]])'
  [('channel', 'marketing_event', True), ('channel', 'web', True)]
  $ relata --db f.db --now 2026-02-28 forecast --as-of yesterday 2>&1
  relata: --as-of is a day such as 2026-09-30
  [2]
