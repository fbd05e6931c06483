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
  2025-03-31  2025-04  68666     23000 - 121000  87500   31833  62233          21500 - 110500  80500
  2025-04-30  2025-05  73335     30414 - 124832  55500   57333  67680          28144 - 115300  51000
  2025-05-31  2025-06  62946     28519 - 104223  57500   67667  58751          26445 - 98001   54000
  2025-06-30  2025-07  77181     41188 - 117479  65000   66833  72703          38380 - 110927  61000
  2025-07-31  2025-08  62538     34423 - 93707   73000   59333  58119          32032 - 87492   73000
  2025-08-31  2025-09  64822     37958 - 94156   90000   65167  61021          35493 - 88733   88500
  2025-09-30  2025-10  72542     42421 - 104774  60500   76000  67409          39354 - 97619   56000
  2025-10-31  2025-11  63193     37909 - 90560   66500   74500  59307          35803 - 84769   57000
  2025-11-30  2025-12  72064     45581 - 99176   71500   72333  66982          42075 - 93166   63000
  2025-12-31  2026-01  69117     44438 - 95295   75000   66167  63993          40982 - 88382   66000
  inside the intervals: 50 %: 80 %, 80 %: 100 %, 95 %: 100 %
  of open deals: 50 %: 70 %, 80 %: 100 %, 95 %: 100 %
  mean error 16 % (naive 20 %), root of the mean squared 19 % (naive 30 %), bias -2 %
  0 of 10 days from what was recorded by then, the others by the dates in the records; naive is the mean of the three months before
  1089 open deals: 23 % foreseen to be won, 23 % were
  $ relata --db f.db --now 2026-02-28 forecast --as-of 2025-11-30 --months 4
  2025-12  70166 EUR  50 % [55414 - 82861]  80 % [43502 - 98398]  95 % [33145 - 119631]  from open deals 64960  actual 71500
  2026-01  68583 EUR  50 % [52861 - 81934]  80 % [41760 - 97793]  95 % [31717 - 116294]  from open deals 39916  actual 75000
  2026-02  65389 EUR  50 % [49809 - 79141]  80 % [39294 - 93530]  95 % [28778 - 114007]  from open deals 13749
  2026-03  78006 EUR  50 % [60431 - 92312]  80 % [48535 - 110393]  95 % [37115 - 133709]  from open deals 1276
  105 open deals; learned from 611 closed ones, as of 2025-11-30
  by the dates in the records: nothing was recorded yet
  $ relata --db f.db --now 2026-02-28 forecast --learned --months 2 --why | head -6
  2026-03  72617 EUR  50 % [59330 - 84286]  80 % [49441 - 96999]  95 % [39082 - 112067]  from open deals 67326
  2026-04  64942 EUR  50 % [51846 - 76245]  80 % [43205 - 88444]  95 % [32531 - 105726]  from open deals 38583
  104 open deals; learned from 796 closed ones, as of 2026-02-28
    Deal 748: 4003 x 67 % in these months, 67 % in the end, closes about 2026-03-08
    Deal 776: 4003 x 66 % in these months, 66 % in the end, closes about 2026-03-16
    Deal 818: 4003 x 65 % in these months, 65 % in the end, closes about 2026-03-28
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

What was known on a day is what the database had recorded by then: deals entered or corrected later do
not change the forecast of the day.

  $ relata --db f.db --now 2026-03-31 forecast --as-of 2026-03-01 --months 1 > before
  $ sed -i 's/O89\([0-9]\),Deal \(89[0-9]\),Proposal,open,[0-9]*,EUR,\([0-9-]*\),,/O89\1,Deal \2,Closed Won,won,90000,EUR,\3,2026-02-27,2026-02-27/' crm/opportunities.csv
  $ relata --db f.db --now 2026-03-30 import crm | tail -1
  crm/opportunities.csv: opportunity (generic), 900 rows: 0 created, 10 updated, 890 unchanged, 0 refused
  $ relata --db f.db --now 2026-03-31 forecast --as-of 2026-03-01 --months 1 > after; diff before after; grep recorded after
  from what was recorded by then
