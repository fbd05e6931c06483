A backup holds people who were erased after it was made; what is restored does not.

  $ mkdir crm
  $ printf 'Contact ID,First Name,Last Name,Email\nC1,Marie,Durand,marie@acme.example\nC2,Jean,Petit,jean@bolt.example\n' > crm/contacts.csv
  $ relata --db crm.db --now 2026-11-12 --id-seed 1 import crm
  crm/contacts.csv: contact (generic), 2 rows: 2 created, 0 updated, 0 unchanged, 0 refused
  $ relata --db crm.db --now 2026-11-12T01:00:00Z backup copy.db | cut -d, -f1
  copy.db: up to commit 1
  $ printf '%064d' 7 > key.hex
  $ relata --db crm.db --now 2026-11-13 --privacy-key key.hex privacy erase contact/crm:C1 --yes --why R-1 >/dev/null
  $ relata restore copy.db crm.db --replace 2>&1
  relata: crm.db.erasures names people who have been erased: give --privacy-key, so that they are erased in the copy too
  [3]
  $ relata --now 2026-11-14 --privacy-key key.hex restore copy.db crm.db --replace
  crm.db: restored up to commit 1
    1 commits, 1 changes, 2 records, 0 events, 0 consent entries
    1 erased again
  $ relata --db crm.db query contact true --select family_name | cut -c47-
  family_name
  Petit
  $ grep -c marie@acme.example crm.db
  0
  [1]
  $ relata --db crm.db audit verify | grep -c whole
  1

A dump is the backup where there is no file to copy, and loading it the restore: it too holds people erased since.

  $ relata --db crm.db dump crm.dump
  crm.dump: 3 commits, 1 records, 0 events
  $ relata --db crm.db --now 2026-11-15 --privacy-key key.hex privacy erase contact/crm:C2 --yes --why R-2 >/dev/null
  $ relata --db new.db load crm.dump --journal crm.db.erasures 2>&1
  relata: crm.db.erasures names people who have been erased: give --privacy-key, so that they are erased in the copy too
  [3]
  $ relata --db new.db --now 2026-11-16 --privacy-key key.hex load crm.dump --journal crm.db.erasures
  crm.dump: 3 commits, 1 records, 0 events
    1 erased again
  $ relata --db new.db query contact "contact.family_name != null" --count
  0 true, 0 undecided
  $ relata --db new.db verify
  5 commits, 3 changes, 0 records, 0 events, 2 consent entries
  nothing wrong
  $ relata --db new.db load crm.dump 2>&1
  relata: new.db is there already
  [3]
