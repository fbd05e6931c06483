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
  $ relata --db f.db --now 2026-02-28 forecast --backtest --months 1
  as of       month    forecast  80 %            actual  naive  of open deals  80 %            actual
  2025-03-31  2025-04  67445     22830 - 120311  87500   31833  61040          20500 - 108500  80500
  2025-04-30  2025-05  73490     30474 - 124123  55500   57333  67747          27799 - 115296  51000
  2025-05-31  2025-06  62022     28326 - 99593   57500   67667  57885          26180 - 93201   54000
  2025-06-30  2025-07  77173     39427 - 119809  65000   66833  72649          37091 - 113621  61000
  2025-07-31  2025-08  62314     32176 - 96960   73000   59333  57855          30240 - 89760   73000
  2025-08-31  2025-09  64947     36557 - 96286   90000   65167  61134          34087 - 90900   88500
  2025-09-30  2025-10  72891     42942 - 106901  60500   76000  67726          39384 - 100251  56000
  2025-10-31  2025-11  63088     36943 - 92327   66500   74500  59151          34304 - 86551   57000
  2025-11-30  2025-12  71855     44736 - 102040  71500   72333  66921          41218 - 95002   63000
  2025-12-31  2026-01  68974     44093 - 95678   75000   66167  63916          40132 - 88686   66000
  inside the intervals: 50 %: 80 %, 80 %: 100 %, 95 %: 100 %
  of open deals: 50 %: 70 %, 80 %: 100 %, 95 %: 100 %
  mean error 16 % (naive 20 %), root of the mean squared 19 % (naive 30 %), bias -3 %
  0 of 10 days from what was recorded by then, the others by the dates in the records; naive is the mean of the three months before
  1089 open deals: 23 % foreseen to be won, 23 % were
  $ relata --db f.db --now 2026-02-28 forecast --as-of 2025-11-30 --months 4
  2025-12  69919 EUR  50 % [54406 - 82834]  80 % [43962 - 98380]  95 % [33510 - 118039]  from open deals 64821  actual 71500
  2026-01  68594 EUR  50 % [52219 - 82300]  80 % [41783 - 97602]  95 % [31054 - 121080]  from open deals 39910  actual 75000
  2026-02  64818 EUR  50 % [48694 - 77965]  80 % [37469 - 94771]  95 % [26819 - 117247]  from open deals 13676
  2026-03  78023 EUR  50 % [59426 - 93209]  80 % [47151 - 111676]  95 % [35264 - 137151]  from open deals 1401
  105 open deals; learned from 611 closed ones, as of 2025-11-30
  by the dates in the records: nothing was recorded yet
  $ relata --db f.db --now 2026-02-28 forecast --learned --months 2 --why | head -6
  2026-03  72294 EUR  50 % [58640 - 84518]  80 % [48319 - 97691]  95 % [38001 - 116309]  from open deals 67075
  2026-04  64477 EUR  50 % [50450 - 76510]  80 % [40880 - 90660]  95 % [31042 - 108341]  from open deals 38315
  104 open deals; learned from 796 closed ones, as of 2026-02-28
    Deal 748: 3987 x 67 % in these months, 67 % in the end, closes about 2026-03-08
    Deal 776: 3987 x 66 % in these months, 66 % in the end, closes about 2026-03-16
    Deal 818: 3987 x 65 % in these months, 65 % in the end, closes about 2026-03-28
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
  $ relata --db f.db --now 2026-02-28 forecast --as-of 2026-03-01 2>&1
  relata: --as-of is a past day: nothing is known of later ones
  [2]
  $ relata --db f.db --now 2026-02-28 forecast --learned --months 0 2>&1
  relata: --months is 1 to 60
  [2]

What was known on a day is what the database had recorded by then: deals entered or corrected later do
not change the forecast of the day.

  $ relata --db f.db --now 2026-03-31 forecast --as-of 2026-03-01 --months 1 > before
  $ sed -i 's/O89\([0-9]\),Deal \(89[0-9]\),Proposal,open,[0-9]*,EUR,\([0-9-]*\),,/O89\1,Deal \2,Closed Won,won,90000,EUR,\3,2026-02-27,2026-02-27/' crm/opportunities.csv
  $ relata --db f.db --now 2026-03-30 import crm | tail -1
  crm/opportunities.csv: opportunity (generic), 900 rows: 0 created, 10 updated, 890 unchanged, 0 refused
  $ relata --db f.db --now 2026-03-31 forecast --as-of 2026-03-01 --months 1 > after; diff before after; grep recorded after
  from what was recorded by then
