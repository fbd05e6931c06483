A question as the database is asked it: the statement, what is bound to it, and what is decided again.

  $ printf 'Contact ID,First Name,Last Name,Country\nC1,Ana,Un,FR\nC2,Bea,Deux,FR\nC3,Cleo,Trois,DE\nC4,Dan,Quatre,\n' > contacts.csv
  > printf 'Order ID,Contact ID,At,Net\nO1,C1,2026-01-10,900\nO2,C2,2026-03-02,900\nO3,C2,2026-03-09,120\nO4,C3,2026-04-01,120\n' > orders.csv
  > relata --db crm.db --now 2026-05-01 import --type contact contacts.csv
  > relata --db crm.db --now 2026-05-01 import --type order orders.csv
  contacts.csv: contact (generic), 4 rows: 4 created, 0 updated, 0 unchanged, 0 refused
  orders.csv: order (generic), 4 rows: 4 created, 0 updated, 0 unchanged, 0 refused
    row 2, Net '900': names no currency; read as EUR (this row and 3 others)
  $ relata --db crm.db --now 2026-05-01 query contact "contact.country == 'FR' && contact.orders.exists(o, o.at > now - days(60))" --sql
  SELECT t0."row" FROM "r_contact" AS t0 WHERE t0.deleted = 0 AND ((t0."country" IS NOT NULL AND t0."country" = ?) AND (t0."row" IN (SELECT t0r."contact" FROM "r_order" AS t0r WHERE t0r.deleted = 0 AND t0r."contact" IS NOT NULL AND (t0r."at_6" IS NOT NULL AND t0r."at_6" > ?))))
    1: FR
    2: 2026-03-02T00:00:00Z
  exact: it finds the members
  $ relata --db crm.db --now 2026-05-01 query contact "contact.orders.map(o, o.net).sum() > money('1000', 'EUR')" --sql
  SELECT t0."row" FROM "r_contact" AS t0 WHERE t0.deleted = 0 AND (t0."row" IN (SELECT g.k FROM (SELECT t0r."contact" AS k, count(*) AS n, count(t0r."net") AS m, sum(t0r."net" / 4294967296) AS h, sum(t0r."net" % 4294967296) AS l, min(nullif(t0r."net_currency", '')) AS c1, max(nullif(t0r."net_currency", '')) AS c2 FROM "r_order" AS t0r WHERE t0r.deleted = 0 AND t0r."contact" IS NOT NULL AND TRUE GROUP BY t0r."contact") AS g WHERE (g.m = g.n AND (g.h + (g.l - ((g.l % 4294967296 + 4294967296) % 4294967296)) / 4294967296) BETWEEN -2147483648 AND 2147483647 AND coalesce(g.c1 = g.c2, TRUE) AND (((g.h + (g.l - ((g.l % 4294967296 + 4294967296) % 4294967296)) / 4294967296) = 0 AND ((g.l % 4294967296 + 4294967296) % 4294967296) = 0) OR coalesce(g.c2, '') = ?) AND ((g.h + (g.l - ((g.l % 4294967296 + 4294967296) % 4294967296)) / 4294967296) > 0 OR ((g.h + (g.l - ((g.l % 4294967296 + 4294967296) % 4294967296)) / 4294967296) = 0 AND ((g.l % 4294967296 + 4294967296) % 4294967296) > 10000000)))))
    1: EUR
  exact: it finds the members
  $ relata --db crm.db --now 2026-05-01 query contact "contact.country != null && fold(contact.family_name) == 'un'" --sql
  SELECT t0."row" FROM "r_contact" AS t0 WHERE t0.deleted = 0 AND ((t0."country" IS NOT NULL) AND TRUE)
  not exact: the engine decides again
    fold(contact.family_name) == 'un'
  $ relata --db crm.db --now 2026-05-01 --json query contact "contact.country == 'DE'" --sql
  {"statement":"SELECT t0.\"row\" FROM \"r_contact\" AS t0 WHERE t0.deleted = 0 AND (t0.\"country\" IS NOT NULL AND t0.\"country\" = ?)","parameters":["DE"],"exact":true,"residual":[],"now":"2026-05-01T00:00:00Z"}

With no memory for columns the same answers come from there.

  $ relata --db crm.db --now 2026-05-01 query contact "contact.country == 'FR' && contact.orders.exists(o, o.at > now - days(60))" --memory 0.001 --select given_name | sed 's,^contact/[0-9a-f-]*,ID,; s/^id  */id /'
  id given_name
  ID  Bea
  1 true, 0 undecided
  $ relata --db crm.db --now 2026-05-01 query contact "contact.orders.map(o, o.net).sum() > money('1000', 'EUR')" --memory 0.001 --count
  1 true, 0 undecided
  $ relata --db crm.db --now 2026-05-01 query contact "contact.orders.map(o, o.net).sum() > money('1000', 'EUR')" --count
  1 true, 0 undecided
  $ relata --db crm.db --now 2026-05-01 query contact "contact.country != null && fold(contact.family_name) == 'un'" --memory 0.001 --count
  1 true, 0 undecided
  $ relata --db crm.db --now 2026-05-01 query contact "contact.country.startsWith('F')" --memory 0.001 --count
  2 true, 1 undecided: decided in the store, which does not say why
