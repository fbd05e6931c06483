Who is in a segment, why, since when; what another condition would change; and those to begin with.

  $ mkdir crm
  > cat > crm/contacts.csv <<'END'
  > Contact ID,First Name,Last Name,Country
  > C1,Ana,Un,FR
  > C2,Bea,Deux,FR
  > C3,Cleo,Trois,DE
  > C4,Dan,Quatre,
  > END
  > cat > crm/products.csv <<'END'
  > Product ID,Product Code,Product Name
  > P1,PRESS-7,Press
  > P2,CARE,Maintenance
  > END
  > cat > crm/orders.csv <<'END'
  > Order ID,Contact ID,At,Net
  > O1,C1,2026-01-10,900
  > O2,C2,2026-03-02,900
  > O3,C2,2026-03-09,120
  > O4,C3,2026-04-01,120
  > END
  > cat > crm/lines.csv <<'END'
  > Line ID,Order ID,Product ID,Quantity
  > L1,O1,P1,1
  > L2,O2,P1,1
  > L3,O3,P2,1
  > L4,O4,P2,1
  > END
  $ relata --db crm.db --now 2026-05-01 import crm
  crm/contacts.csv: contact (generic), 4 rows: 4 created, 0 updated, 0 unchanged, 0 refused
  crm/lines.csv: order_line (generic), 4 rows: 4 created, 0 updated, 0 unchanged, 0 refused
  crm/orders.csv: order (generic), 4 rows: 4 created, 0 updated, 0 unchanged, 0 refused
    row 2, Net '900': names no currency; read as EUR (this row and 3 others)
  crm/products.csv: product (generic), 2 rows: 2 created, 0 updated, 0 unchanged, 0 refused
  $ relata --db crm.db --now 2026-05-01 segment define french contact "contact.country == 'FR'"
  french: 2 members, 0 undecided
  $ relata --db crm.db --now 2026-05-01 segment define recent contact "contact.orders.exists(o, o.at > now - days(60))"
  recent: 2 members, 0 undecided
  $ relata --db crm.db --now 2026-05-01 segment show recent
  recent (contact)
    contact.orders.exists(o, o.at > now - days(60))
    2 members, 0 undecided, 2026-05-01T00:00:00Z
    kept up to date by every commit

Why one is in and another is not: the facts that decide, and what would change it.

  $ why() { relata --db crm.db --now 2026-05-01 "$@" | sed 's,/[0-9a-f]\{8\}-[0-9a-f-]*,/ID,g'; }
  > why segment why french contact/crm:C1
  > why segment why french contact/crm:C3
  > why segment why french contact/crm:C4
  > why segment why recent contact/crm:C1
  Ana Un: a member of french
    contact.country == 'FR' is true: country of Ana Un (contact/ID) is 'FR'
  Cleo Trois: not a member of french
    contact.country == 'FR' is false: country of Cleo Trois (contact/ID) is 'DE'; it would be true if contact.country were 'FR' instead of 'DE'
  Dan Quatre: not a member of french
    contact.country == 'FR' is false: country of Dan Quatre (contact/ID) is absent; it would be true if contact.country were 'FR' instead of absent
  Ana Un: not a member of recent
    contact.orders.exists(o, o.at > now - days(60)) is false: Ana Un (contact/ID) has 1 order
    o.at > now - days(60) is false: at of order/ID is 2026-01-10T00:00:00Z; it would be true if o.at were more than 2026-03-02T00:00:00Z instead of 2026-01-10T00:00:00Z
  $ relata --db crm.db --now 2026-05-01 segment why french contact/crm:C3 > no.txt
  [1]
  $ relata --db crm.db --now 2026-05-01 --lang fr segment why french contact/crm:C1 | head -1
  Ana Un: membre de french
  $ relata --db crm.db --now 2026-05-01 segment why french contact/crm:C9 2>&1
  relata: there is no contact/crm:C9
  [3]

What a commit did to the members is told with its cause.

  $ printf 'Contact ID,First Name,Last Name,Country\nC3,Cleo,Trois,FR\nC1,Ana,Un,BE\n' > crm/contacts.csv
  > relata --db crm.db --now 2026-06-02 import crm/contacts.csv
  crm/contacts.csv: contact (generic), 2 rows: 0 created, 2 updated, 0 unchanged, 0 refused
  $ relata --db crm.db --now 2026-06-02 segment history french contact/crm:C3 | sed 's,/[0-9a-f]\{8\}-[0-9a-f-]*,/ID,g'
  at                    what     cause
  2026-06-02T00:00:00Z  entered  field contact.country
  $ relata --db crm.db --now 2026-06-02 segment history french contact/crm:C1 | sed 's,/[0-9a-f]\{8\}-[0-9a-f-]*,/ID,g'
  at                    what     cause
  2026-05-01T00:00:00Z  entered  defined
  2026-06-02T00:00:00Z  left     field contact.country
  $ relata --db crm.db --now 2026-06-02 segment history recent contact/crm:C2 | sed 's,/[0-9a-f]\{8\}-[0-9a-f-]*,/ID,g'
  at                    what     cause
  2026-05-01T00:00:00Z  entered  defined
  $ relata --db crm.db --json segment history french contact/crm:C2
  [{"at":"2026-05-01T00:00:00Z","entered":true,"cause":"defined"}]

Before a definition is changed: who would come and who would go.

  $ relata --db crm.db --now 2026-06-02 segment diff french "contact.country in ['FR', 'BE']" | sed 's,/.*,/ID,'
  enter  contact/ID
  1 enter, 0 leave, 2 stay
  $ relata --db crm.db --now 2026-06-02 --json segment diff french "contact.country == 'BE'" | sed 's,/[0-9a-f-]*,/ID,g'
  {"segment":"french","stay":0,"enter":["contact/ID"],"leave":["contact/ID","contact/ID"]}
  $ relata --db crm.db --now 2026-06-02 segment diff french "contact.county == 'BE'" 2>&1
  relata: error 1:9: unknown field 'county' of contact; did you mean 'country'?
    contact.county == 'BE'
            ^~~~~~
  [2]

Two segments together, and one split in two for a test: nobody in both parts, nobody lost.

  $ relata --db crm.db --now 2026-06-02 segment overlap french recent
  0 in both, 2 only in french, 0 only in recent
  $ relata --db crm.db --now 2026-06-02 --json segment overlap french recent
  {"both":0,"only_first":2,"only_second":0}
  $ relata --db crm.db --now 2026-06-02 segment define everybody contact "contact.family_name != null"
  everybody: 4 members, 0 undecided
  $ relata --db crm.db --now 2026-06-02 segment split everybody --parts 2 | sed 's/: .*//'
  everybody_a
  everybody_b
  $ relata --db crm.db --now 2026-06-02 segment overlap everybody_a everybody_b | sed 's/, .*//'
  0 in both
  $ relata --db crm.db --now 2026-06-02 query contact "in_segment('everybody_a') || in_segment('everybody_b')" --count
  4 true, 0 undecided
  $ relata --db crm.db --now 2026-06-02 segment split everybody --parts 40 2>&1
  relata: a segment is split into 2 to 26 parts
  [2]

The starter catalogue, and its audience of those who bought one product and not another.

  $ relata --db crm.db --now 2026-06-02 segment starter
  hot_prospects: 0 members
  loyal_upsell: 0 members
  inactive_to_wake: 0 members
  lapsing: 0 members
  $ relata --db crm.db --now 2026-06-02 segment starter
  $ relata --db crm.db --now 2026-06-02 segment starter --bought PRESS-7 --not CARE
  bought_press_7_not_care: 1 members
  $ relata --db crm.db --now 2026-06-02 segment members bought_press_7_not_care | sed 's,^contact/[0-9a-f-]*,ID,; s/^id  *title/id title/'
  id title
  ID  Ana Un
  $ relata --db crm.db --now 2026-06-02 segment why bought_press_7_not_care contact/crm:C2 | sed 's,/[0-9a-f]\{8\}-[0-9a-f-]*,/ID,g'
  Bea Deux: not a member of bought_press_7_not_care
    contact.products_bought.exists(p, p.code == 'PRESS-7') && !contact.products_bought.exists(p, p.code == 'CARE') is false: Bea Deux (contact/ID) has 2 products
    p.code == 'CARE' is true: code of Maintenance (product/ID) is 'CARE'; it would be false if p.code were not 'CARE' instead of 'CARE'
  $ relata --db crm.db --now 2026-06-02 --lang fr segment starter --bought CARE --not PRESS-7 --name care_only
  care_only: 1 membres
  $ relata --db crm.db --now 2026-06-02 segment starter --bought PRESS-7 --not CARE 2>&1
  relata: there is a segment 'bought_press_7_not_care'
  [3]
  $ relata --db crm.db --now 2026-06-02 segment starter --bought PRESS-9 --not CARE 2>&1
  relata: no product has the code 'PRESS-9'
  [3]
  $ relata --db crm.db segment starter --bought PRESS-7 2>&1
  --bought requires --not
  Run with --help for more information.
  [2]

A choice compared with a word that is none of its options is nobody's: it is said when the segment is saved.

  $ relata --db crm.db --now 2026-06-02 segment define custmers contact "contact.lifecycle == 'custmer'" 2>&1
  relata: warning: note 1:22: 'custmer' is none of the options of lifecycle (lead, mql, sql, opportunity, customer, loyal, inactive); did you mean 'customer'?
    contact.lifecycle == 'custmer'
                         ^~~~~~~~~
    use: 'customer'
  custmers: 0 members, 0 undecided
  $ relata --db crm.db --now 2026-06-02 query contact "contact.lifecycle == 'custmer'" --count 2>&1
  relata: warning: note 1:22: 'custmer' is none of the options of lifecycle (lead, mql, sql, opportunity, customer, loyal, inactive); did you mean 'customer'?
    contact.lifecycle == 'custmer'
                         ^~~~~~~~~
    use: 'customer'
  0 true, 0 undecided
