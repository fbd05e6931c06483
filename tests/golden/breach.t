A breach: who read what, by when the authority must know, and the register of breaches.

  $ mkdir crm
  $ cat > crm/contacts.csv <<'END'
  > Contact ID,First Name,Last Name,Email,Country
  > C1,Marie,Vernay,marie.vernay@forez.example,FR
  > C2,Jean,Petit,jean@bolt.example,FR
  > C3,Anna,Klein,anna@klein.example,DE
  > END
  $ relata --db crm.db --now 2026-03-02 --id-seed 1 import crm
  crm/contacts.csv: contact (generic), 3 rows: 3 created, 0 updated, 0 unchanged, 0 refused

Nobody's reading is logged yet: the report says so and does not say "nobody".

  $ relata --db crm.db --now 2026-03-12T08:00:00Z privacy breach --from 2026-03-01 --until 2026-03-11
  {
   "law": "GDPR 33",
   "made_at": "2026-03-12T08:00:00Z",
   "aware_at": "2026-03-12T08:00:00Z",
   "notify_by": "2026-03-15T08:00:00Z",
   "hours_left": 72,
   "late": false,
   "persons": null,
   "countries": {},
   "types": [],
   "data_categories": [],
   "special_data": false,
   "read_by": [],
   "accesses": 0,
   "missing": [
    "nature",
    "consequences",
    "measures",
    "risk",
    "persons: no role has its accesses logged; name what was exposed"
   ],
   "inform_persons": "when the risk is high (GDPR 34)"
  }
  $ relata --db crm.db --now 2026-03-12T08:00:00Z privacy breach --type contact --aware 2026-03-09T07:30:00Z | grep -E '"(persons|notify_by|hours_left|late|FR|DE)"'
   "notify_by": "2026-03-12T07:30:00Z",
   "hours_left": 0,
   "late": true,
   "persons": 3,
    "DE": 1,
    "FR": 2
  $ relata --db crm.db --now 2026-03-12T08:00:00Z privacy breach --type nonsense 2>&1
  relata: there is no type of record 'nonsense'
  [2]
  $ relata --db crm.db --now 2026-03-12T08:00:00Z privacy breach --number B-1 2>&1
  relata: there is no breach B-1
  [3]
  $ relata --db crm.db --now 2026-03-12 privacy breaches
  []

The register of processing says what is kept and belongs to no declared activity.

  $ relata --db crm.db --now 2026-03-12 privacy register
  {
   "law": "GDPR 30",
   "made_at": "2026-03-12T00:00:00Z",
   "controller": null,
   "activities": [],
   "not_covered": [
    {
     "purpose": "marketing",
     "data_categories": [
      "contact",
      "identity",
      "profile"
     ],
     "records": 3
    },
    {
     "purpose": "service",
     "data_categories": [
      "contact",
      "identity",
      "profile"
     ],
     "records": 3
    }
   ]
  }

Terms, archive, and the copy that is told of erasures.

  $ python3 -c "print('5a' * 32)" > key.hex
  $ relata --db crm.db privacy retention --rules | grep -E "^(type|contact|invoice|page_view|ticket) "
  type                     active (months)  archive (months)  from                    basis
  contact                  36               0                 last act of the person  CNIL, gestion commerciale: 3 years from the last act
  invoice                  60               60                its latest date         C. com. L123-22: accounting, 10 years
  page_view                13               0                 its instant             CNIL 2020-091: trackers 13 months, their data 25: the shorter
  ticket                   36               24                its latest date         C. com. L110-4: claims of trade, 5 years
  $ relata --db crm.db --now 2028-03-12 privacy retention
  type     kept  to archive  to delete  held
  contact  3     0           0          0
  $ relata --db crm.db --now 2029-03-12 privacy retention
  type     kept  to archive  to delete  held
  contact  0     0           3          0
  $ relata --db crm.db privacy archive
  nothing is archived
  $ relata --db crm.db privacy archive --open audit 2>&1
  relata: the archive is opened with --privacy-key
  [2]
  $ cp crm.db copy.db
  $ relata --db crm.db --privacy-key key.hex --now 2026-03-13 privacy erase contact/crm:C1 --yes --why R-2026-1
  class             action                       what                                  number
  profile           erase                        contact                               1
  derived_index     erase                        keys, columns and indexes of records  1
  suppression_hash  retain                       keyed hash                            3
  change_history    shred_payload_keep_chain     histories of records                  1
  backup            replay_tombstone_on_restore  line of the journal                   1
  1 erased, 0 erased before, 0 partly held
  $ cp crm.db.erasures copy.db.erasures
  $ relata --db copy.db query contact "true" --count
  3 true, 0 undecided
  $ relata --db copy.db --privacy-key key.hex --now 2026-03-14 privacy replay
  class             action                    what                                  number
  profile           erase                     contact                               1
  derived_index     erase                     keys, columns and indexes of records  1
  suppression_hash  retain                    keyed hash                            3
  change_history    shred_payload_keep_chain  histories of records                  1
  1 erased, 0 erased before, 0 partly held
  $ relata --db copy.db query contact "true" --count
  2 true, 0 undecided
  $ relata --db copy.db --privacy-key key.hex --now 2026-03-14 privacy replay
  0 erased, 0 erased before, 0 partly held
  $ relata --db postgres://nobody@localhost/none --privacy-key key.hex privacy erase contact/crm:C1 --yes 2>&1
  relata: a server's database has no place beside it: say where the erasure journal is, --journal FILE, which is what a restored copy is told by
  [2]

The trail is whole; what is done behind its back is named.

  $ relata --db crm.db audit checkpoint > checkpoints
  $ relata --db crm.db audit verify --checkpoints checkpoints
  2 commits, 2 changes, 1 consent entries, 7 log lines, 2 records, 0 events, 2 external keys, 0 erased, 1 checkpoints: whole
  $ sqlite3 crm.db "UPDATE r_contact SET email = 'thief@x.example' WHERE row = 1"
  $ relata --db crm.db audit verify --checkpoints checkpoints
  contact rows 0 to 1023 are not what was committed
  2 commits, 2 changes, 1 consent entries, 7 log lines, 2 records, 0 events, 2 external keys, 0 erased, 1 checkpoints: damaged
  [1]
  $ relata --db crm.db --json audit verify | python3 -c "import json, sys; r = json.load(sys.stdin); print(r['ok'], r['issues'])"
  False [{'where': 'contact rows 0 to 1023', 'what': 'are not what was committed'}]
