Records leave as CSV or JSON lines, without what people are reached by.

  $ mkdir crm
  $ cat > crm/contacts.csv <<'END'
  > Contact ID,First Name,Last Name,Email,Phone,Country
  > C1,Marie,"Durand, ép. ""X""",marie@acme.example,04 77 12 80 46,FR
  > C2,Jean,Petit,jean@bolt.example,,FR
  > END
  $ relata --db crm.db --now 2026-11-12 --id-seed 1 import crm
  crm/contacts.csv: contact (generic), 2 rows: 2 created, 0 updated, 0 unchanged, 0 refused
  $ relata --db crm.db export contact --select given_name,family_name,country
  id,keys,given_name,family_name,country
  contact/01a1cd0d-dc00-7000-910a-2dec89025cc1,crm:C1,Marie,"Durand, ép. ""X""",FR
  contact/01a1cd0d-dc00-7001-beeb-8da1658eec67,crm:C2,Jean,Petit,FR
  $ relata --db crm.db --json export contact "contact.given_name == 'Jean'" --select given_name,country
  {"id":"contact/01a1cd0d-dc00-7001-beeb-8da1658eec67","keys":"crm:C2","given_name":"Jean","country":"FR"}
  $ relata --db crm.db export contact > all.csv
  $ head -1 all.csv | grep -c email
  0
  [1]
  $ relata --db crm.db export contact --select email 2>&1
  relata: contact.email is a contact point: name a channel and a purpose, or the reason for which it is taken
  [3]

For a message they leave for those who may be sent it; the others are counted by rule.

  $ relata --db crm.db --now 2026-11-12 consent record contact/crm:C1 grant --channel email --purpose newsletter --source web --text v1 --form v1 --reference page --double-opt-in
  contact/crm:C1: grant recorded
  $ relata --db crm.db --now 2026-11-13 export contact --select email,given_name --channel email --purpose newsletter -o mailing.csv
  mailing.csv: 1 rows
    1  DEFAULT.NO_BASIS
  $ cut -d, -f2- mailing.csv
  keys,email,given_name
  crm:C1,marie@acme.example,Marie
  $ relata --db crm.db --now 2026-11-13 export contact --select phone --channel email --purpose newsletter 2>&1
  relata: contact.phone is a contact point of another channel
  [3]

Under the right "export" they leave for a reason, which stays on record.

  $ echo '{"types": {"*": "read", "contact": {"access": "read", "hidden": ["family_name"]}}, "rights": ["export"]}' | relata --db crm.db define role steward -
  role steward, version 1
  $ echo '{"types": {"*": "read"}}' | relata --db crm.db define role sales -
  role sales, version 1
  $ relata --db crm.db --as eve --role sales export contact --select email --reason curious 2>&1
  relata: the role does not have the right "export"
  [3]
  $ relata --db crm.db --as ann --role steward --now 2026-11-14 export contact --select email --reason "move to the new mailer"
  id,keys,email
  contact/01a1cd0d-dc00-7000-910a-2dec89025cc1,crm:C1,marie@acme.example
  contact/01a1cd0d-dc00-7001-beeb-8da1658eec67,crm:C2,jean@bolt.example
  $ relata --db crm.db --as ann --role steward export contact --select family_name 2>&1
  relata: the role may not read contact.family_name
  [3]
  $ sqlite3 crm.db "SELECT json_extract(body, '$.by'), json_extract(body, '$.reason'), json_extract(body, '$.rows') FROM relata_log WHERE log = 'export'"
  user:ann/steward|move to the new mailer|2

A file is complete or not there.

  $ relata --db crm.db --as ann --role steward export contact "contact.nope == 1" -o x.csv 2>/dev/null
  [2]
  $ ls x.csv* 2>/dev/null
  [2]
