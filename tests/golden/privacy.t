Erasure is a plan first. The key of the installation is a file of 64 hexadecimal digits, outside the database.

  $ mkdir crm
  $ cat > crm/contacts.csv <<'END'
  > Contact ID,First Name,Last Name,Email,Phone,Country
  > C1,Marie,Vernay,marie.vernay@forez.example,04 77 12 80 46,FR
  > C2,Jean,Petit,jean@bolt.example,,FR
  > END
  $ python3 -c "print('5a' * 32)" > key.hex
  $ relata --db crm.db --now 2026-11-02 --id-seed 1 import crm
  crm/contacts.csv: contact (generic), 2 rows: 2 created, 0 updated, 0 unchanged, 0 refused
  $ relata --db crm.db --now 2026-11-03 consent record contact/crm:C1 grant --channel email --purpose newsletter --source web --text v1 --form v1 --reference page --double-opt-in
  contact/crm:C1: grant recorded
  $ relata --db crm.db --now 2026-11-12 privacy erase contact/crm:C1 --yes 2>&1
  relata: erasure needs the key of the installation: --privacy-key FILE with 64 hexadecimal digits, kept outside the database
  [2]
  $ relata --db crm.db --privacy-key key.hex --now 2026-11-12 privacy erase contact/crm:C1 --dry-run
  contact/crm:C1: nothing is changed; this would be done
  class             action                       what                                  number
  profile           erase                        contact                               1
  derived_index     erase                        keys, columns and indexes of records  1
  suppression_hash  retain                       keyed hash                            5
  consent_proof     erase                        grant                                 1
  change_history    shred_payload_keep_chain     histories of records                  1
  backup            replay_tombstone_on_restore  line of the journal                   1
  $ relata --db crm.db query contact "contact.family_name == 'Vernay'" --select given_name
  id                                            given_name
  contact/01a1998e-4400-7000-910a-2dec89025cc1  Marie
  1 true, 0 undecided

A legal hold keeps what it names.

  $ relata --db crm.db --now 2026-11-12 privacy hold "Petit v. Forez" --person contact/crm:C2 --reason "claim before the court"
  $ relata --db crm.db privacy holds
  Petit v. Forez: everything of one person: claim before the court
  $ relata --db crm.db --json privacy holds
  [{"case":"Petit v. Forez","classes":[],"reason":"claim before the court"}]
  $ relata --db crm.db --privacy-key key.hex --now 2026-11-12 --json privacy erase contact/crm:C2 --dry-run | python3 -c "import json, sys; p = json.load(sys.stdin)[0]; print(p['holds'], sorted({s['action'] for s in p['steps']}))"
  ['Petit v. Forez'] ['hold', 'replay_tombstone_on_restore', 'retain']
  $ relata --db crm.db --now 2026-11-12 privacy release "Petit v. Forez"
  $ relata --db crm.db privacy holds

Done, nothing of her is left in the bytes of the file; what is sent again does not bring her back to mail.

  $ relata --db crm.db --privacy-key key.hex --now 2026-11-12 --json privacy erase contact/crm:C1 --yes --why R-2026-1 | python3 -c "import json, sys; r = json.load(sys.stdin); print(r['persons'], r['already'], r['held'], r['scrubbed'], repr(r['pending']))"
  1 0 0 True ''
  $ cat crm.db* | grep -c -a -i -e vernay -e "77128046" -e "77 12 80 46"
  0
  [1]
  $ relata --db crm.db query contact "true" --select given_name
  id                                            given_name
  contact/01a1998e-4400-7001-beeb-8da1658eec67  Jean
  1 true, 0 undecided
  $ relata --db crm.db --privacy-key key.hex --now 2026-11-13 --id-seed 2 import crm
  1 erased persons were in the files and are erased again
  crm/contacts.csv: contact (generic), 2 rows: 1 created, 0 updated, 1 unchanged, 0 refused
  $ relata --db crm.db query contact "contact.family_name == 'Vernay'" --select given_name
  id  given_name
  0 true, 0 undecided
  $ relata --db crm.db --privacy-key key.hex --now 2026-11-13 privacy resume
  0 erased, 0 erased before, 0 partly held

Terms of retention, and what is due by them.

  $ relata --db crm.db --json privacy retention --rules | python3 -c "import json, sys; rules = json.load(sys.stdin); print(len(rules) > 5, all(r['trigger'] and r['basis'] for r in rules))"
  True True
  $ relata --db crm.db --now 2026-11-14 --json privacy retention --type contact
  [{"type":"contact","kept":1,"to_archive":0,"to_delete":0,"held":0}]
  $ relata --db crm.db --now 2031-11-14 --json privacy retention --type contact
  [{"type":"contact","kept":0,"to_archive":0,"to_delete":1,"held":0}]
  $ relata --db crm.db --now 2031-11-14 privacy retention --yes 2>&1
  relata: what is archived is sealed: give --privacy-key FILE
  [2]
  $ relata --db crm.db --privacy-key key.hex --now 2031-11-14 --json privacy retention --type contact --yes
  [{"type":"contact","kept":0,"to_archive":0,"to_delete":1,"held":0}]
  $ relata --db crm.db --privacy-key key.hex --now 2031-11-14 --json privacy retention --type contact --yes
  []
  $ relata --db crm.db query contact "true" --select given_name
  id  given_name
  0 true, 0 undecided
