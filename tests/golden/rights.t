Requests of persons have clocks: one month, and never on a day when nobody works.

  $ mkdir crm
  $ cat > crm/contacts.csv <<'END'
  > Contact ID,First Name,Last Name,Email,Country
  > C1,Marie,Vernay,marie.vernay@forez.example,FR
  > C2,Jean,Petit,jean@bolt.example,FR
  > END
  $ relata --db crm.db --now 2026-11-02 --id-seed 1 import crm
  crm/contacts.csv: contact (generic), 2 rows: 2 created, 0 updated, 0 unchanged, 0 refused
  $ relata --db crm.db --now 2026-11-12 rights open access contact/crm:C1 --received 2026-11-10T09:00:00Z
  R-2026-1: access, received, due 2026-12-10
  $ relata --db crm.db --now 2026-11-13 rights open objection contact/crm:C2
  R-2026-2: objection, received, due 2026-12-14
  $ relata --db crm.db --now 2026-11-13 rights open nonsense contact/crm:C2 2>&1
  relata: 'nonsense' is no right
  [2]
  $ relata --db crm.db --now 2026-11-13 rights list
  number    right      status    received    due
  R-2026-1  access     received  2026-11-10  2026-12-10
  R-2026-2  objection  received  2026-11-13  2026-12-14
  $ relata --db crm.db --now 2026-11-13 rights identity R-2026-1 verified
  R-2026-1: access, received, due 2026-12-10
  $ relata --db crm.db --now 2026-11-13 --json rights list
  [{"number":"R-2026-1","right":"access","status":"received","received_at":"2026-11-10T09:00:00Z","due_at":"2026-12-10T23:59:59.999999Z","overdue":false,"person":"contact/01a1998e-4400-7000-910a-2dec89025cc1","identity":"verified"},{"number":"R-2026-2","right":"objection","status":"received","received_at":"2026-11-13T00:00:00Z","due_at":"2026-12-14T23:59:59.999999Z","overdue":false,"person":"contact/01a1998e-4400-7001-beeb-8da1658eec67"}]

The copy of an access request holds what is kept about the person, and nothing of others.

  $ relata --db crm.db --now 2026-11-14 rights export R-2026-1 -o copy.json
  $ grep -c marie.vernay@forez.example copy.json
  1
  $ grep -c jean@bolt.example copy.json
  0
  [1]

A correction, one extension, an answer.

  $ relata --db crm.db --now 2026-11-14 rights open rectification contact/crm:C1
  R-2026-3: rectification, received, due 2026-12-14
  $ relata --db crm.db --now 2026-11-14 rights identity R-2026-3 verified
  R-2026-3: rectification, received, due 2026-12-14
  $ relata --db crm.db --now 2026-11-15 rights rectify R-2026-3 family_name=Vernet
  R-2026-3: rectification, answered, due 2026-12-14
  $ relata --db crm.db query contact "contact.given_name == 'Marie'" --select family_name
  id                                            family_name
  contact/01a1998e-4400-7000-910a-2dec89025cc1  Vernet
  1 true, 0 undecided
  $ relata --db crm.db --now 2026-11-16 rights extend R-2026-1 "many documents"
  R-2026-1: access, extended, due 2027-02-10
  $ relata --db crm.db --now 2026-11-16 rights extend R-2026-1 "again" 2>&1
  relata: a request can be extended once
  [3]
  $ relata --db crm.db --now 2026-11-17 rights close R-2026-1
  R-2026-1: access, answered, due 2027-02-10
  $ relata --db crm.db --now 2027-01-20 rights list
  number    right      status    received    due
  R-2026-2  objection  received  2026-11-13  2026-12-14  late
  [1]
  $ relata --db crm.db --now 2027-01-20 rights list --all
  number    right          status    received    due
  R-2026-2  objection      received  2026-11-13  2026-12-14  late
  R-2026-3  rectification  answered  2026-11-14  2026-12-14
  R-2026-1  access         answered  2026-11-10  2027-02-10
  [1]
