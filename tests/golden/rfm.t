Customers by recency, frequency and monetary value, cut as a definition says.

  $ mkdir erp
  $ python3 - <<'END'
  > import csv
  > with open("erp/accounts.csv", "w") as f:
  >     w = csv.writer(f); w.writerow(["Account ID", "Account Name"])
  >     for i in range(1, 11): w.writerow([f"A{i}", f"Customer {i}"])
  > with open("erp/orders.csv", "w") as f:
  >     w = csv.writer(f); w.writerow(["Order ID", "Account ID", "Order Date", "Net Amount", "Currency", "Status"])
  >     n = 0
  >     for i in range(1, 11):
  >         for k in range(1 if i < 5 else i - 3):
  >             n += 1
  >             w.writerow([f"O{n}", f"A{i}", f"2026-{11 - k:02d}-{i:02d}", f"{100 * i}.00", "EUR", "delivered"])
  > END
  $ relata --db r.db --now 2026-11-20T00:00:00Z import --type account erp/accounts.csv
  erp/accounts.csv: account (generic), 10 rows: 10 created, 0 updated, 0 unchanged, 0 refused
  $ relata --db r.db --now 2026-11-20T00:00:00Z import --type order erp/orders.csv
  erp/orders.csv: order (generic), 31 rows: 31 created, 0 updated, 0 unchanged, 0 refused
  $ relata --db r.db --now 2026-11-20T00:00:00Z rfm
  cell                customers  bought
  champions           2          12400.00 EUR
  hibernating         2          700.00 EUR
  lost                2          300.00 EUR
  loyal               2          6800.00 EUR
  potential_loyalist  2          2800.00 EUR
  10 customers with a purchase, 5 bins, as of 2026-11-20T00:00:00Z
  $ relata --db r.db --now 2026-11-20T00:00:00Z rfm --scored 555,5*4 | sed 's/[0-9a-f-]\{36\}/ID/'
  id                                            title
  account/ID  Customer 9
  account/ID  Customer 10
  2 customers
  $ relata --db r.db --now 2026-11-20T00:00:00Z rfm --scored 56 2>&1
  relata: a pattern of scores is three digits or *
  [2]

Four customers ordered once: by ranks they stay together.

  $ echo '{"type": "account", "method": "ranks", "whole_days": true}' | relata --db r.db define rfm ranks -
  rfm ranks, version 1
  $ relata --db r.db --now 2026-11-20T00:00:00Z --json rfm --definition ranks | python3 -c 'import json, sys; print([c["frequency"] for c in json.load(sys.stdin)["customers"]])'
  [1, 1, 1, 1, 3, 3, 4, 4, 5, 5]
  $ relata --db r.db --now 2026-11-20T00:00:00Z --json rfm | python3 -c 'import json, sys; print([c["frequency"] for c in json.load(sys.stdin)["customers"]])'
  [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
  $ echo '{"bins": 40}' | relata --db r.db define rfm bad - 2>&1
  relata: rfm 'bad': there are 2 to 9 bins
  [2]
