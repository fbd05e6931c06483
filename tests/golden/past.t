The graph remembers: what was so on a day, what was known then, what changed between, what became of whom.

  $ mkdir crm
  $ cat > crm/accounts.csv <<'END'
  > Account ID,Account Name,Parent Account ID
  > A1,Groupe Vernay,
  > A2,Vernay France,A1
  > A3,Vernay Italia,A1
  > A4,Atelier de Lyon,A2
  > END
  $ cat > crm/contacts.csv <<'END'
  > Contact ID,First Name,Last Name,Email,Account ID,Lifecycle Stage
  > C1,Marie,Durand,marie@acme.example,A4,lead
  > C2,Jean,Petit,jean@bolt.example,A3,lead
  > C3,Paul,Roux,paul@roux.example,A3,lead
  > END
  $ cat > crm/deals.csv <<'END'
  > Deal ID,Deal Name,Account ID,Contact ID,Stage,Amount,Closing Date
  > D1,Press,A4,C1,Qualification,12000,2026-06-30
  > END
  $ cat > into.sh <<'END'
  > relata --db crm.db --now $1 --id-seed 1 import --preset generic --currency EUR --type $2 crm/$3
  > END
  $ sh into.sh 2026-01-10T09:00:00Z account accounts.csv
  crm/accounts.csv: account (generic), 4 rows: 4 created, 0 updated, 0 unchanged, 0 refused
  $ sh into.sh 2026-01-10T09:05:00Z contact contacts.csv
  crm/contacts.csv: contact (generic), 3 rows: 3 created, 0 updated, 0 unchanged, 0 refused
  $ sh into.sh 2026-01-20T09:00:00Z opportunity deals.csv
  crm/deals.csv: opportunity (generic), 1 rows: 1 created, 0 updated, 0 unchanged, 0 refused

In February Marie becomes a customer; in March Jean does, and Marie moves to another company of the group; in
April the deal is won; in May the workshop goes to Italy, which the export says in a link alone.

  $ sed -i 's/,A4,lead/,A4,customer/; s/jean@bolt/j.petit@bolt/' crm/contacts.csv
  $ sh into.sh 2026-02-10T09:00:00Z contact contacts.csv
  crm/contacts.csv: contact (generic), 3 rows: 0 created, 2 updated, 1 unchanged, 0 refused
  $ sed -i '/Jean/s/lead/customer/; s/,A4,customer/,A2,customer/' crm/contacts.csv
  $ sh into.sh 2026-03-10T09:00:00Z contact contacts.csv
  crm/contacts.csv: contact (generic), 3 rows: 0 created, 2 updated, 1 unchanged, 0 refused
  $ sed -i 's/Qualification/Closed Won/' crm/deals.csv
  $ sh into.sh 2026-04-19T09:00:00Z opportunity deals.csv
  crm/deals.csv: opportunity (generic), 1 rows: 0 created, 1 updated, 0 unchanged, 0 refused
  $ sed -i 's/Atelier de Lyon,A2/Atelier de Lyon,A3/' crm/accounts.csv
  $ sh into.sh 2026-05-01T00:00:00Z account accounts.csv
  crm/accounts.csv: account (generic), 4 rows: 0 created, 1 updated, 3 unchanged, 0 refused

What happened to a record, and what had happened by then.

  $ relata --db crm.db history contact/crm:C1
  2026-01-10T09:05:00Z  created  system:import  crm  import of crm/contacts.csv
    Given name: Marie
    Family name: Durand
    E-mail: marie@acme.example
    Account: Atelier de Lyon
    Life-cycle stage: Lead
    Do not contact: no
    Deceased: no
  2026-02-10T09:00:00Z  updated  system:import  crm  import of crm/contacts.csv
    Life-cycle stage: Lead -> Customer
  2026-03-10T09:00:00Z  updated  system:import  crm  import of crm/contacts.csv
    Account: Atelier de Lyon -> Vernay France
  $ relata --db crm.db history contact/crm:C1 --known-at 2026-01-20
  2026-01-10T09:05:00Z  created  system:import  crm  import of crm/contacts.csv
    Given name: Marie
    Family name: Durand
    E-mail: marie@acme.example
    Account: Atelier de Lyon
    Life-cycle stage: Lead
    Do not contact: no
    Deceased: no
  $ relata --db crm.db --json history account/crm:A4 --at 2026-01-31 | cut -c1-60
  {"id":"account/019ba722-4680-7003-b1c1-8690ee42c90b","entrie
  $ relata --db crm.db history account/crm:A4 | tail -2
  2026-05-01T00:00:00Z  updated  system:import  crm  import of crm/accounts.csv
    Parent account: Vernay France -> Vernay Italia

Everything that happened to it: a state with how long the one before lasted, a colleague from the day of joining.

  $ relata --db crm.db --now 2026-05-10 timeline contact/crm:C1
  2026-01-10T09:05:00Z  change  created from crm (import of crm/contacts.csv): Given name Marie, Family name Durand, E-mail marie@acme.example, Account Atelier de Lyon, Do not contact no, Deceased no  system:import
  2026-01-10T09:05:00Z  state  Life-cycle stage: Lead  system:import
  2026-01-20T09:00:00Z  record  Opportunity Press, 12000.00 EUR (Won)
  2026-02-10T09:00:00Z  state  Life-cycle stage: Lead -> Customer (after 31 d)  system:import
  2026-03-10T09:00:00Z  change  changed from crm (import of crm/contacts.csv): Account Atelier de Lyon -> Vernay France  system:import
  $ relata --db crm.db --now 2026-05-10 timeline contact/crm:C1 --at 2026-02-20
  2026-01-10T09:05:00Z  change  created from crm (import of crm/contacts.csv): Given name Marie, Family name Durand, E-mail marie@acme.example, Account Atelier de Lyon, Do not contact no, Deceased no  system:import
  2026-01-10T09:05:00Z  state  Life-cycle stage: Lead  system:import
  2026-01-20T09:00:00Z  record  Opportunity Press, 12000.00 EUR (Qualification, Open)
  2026-02-10T09:00:00Z  state  Life-cycle stage: Lead -> Customer (after 31 d)  system:import
  $ relata --db crm.db --now 2026-05-10 timeline contact/crm:C1 --from 2026-02-01 --until 2026-03-01
  2026-02-10T09:00:00Z  state  Life-cycle stage: Lead -> Customer (after 31 d)  system:import
  $ relata --db crm.db --now 2026-05-10 timeline account/crm:A2
  2026-01-10T09:00:00Z  change  created from crm (import of crm/accounts.csv): Name Vernay France, On hold no  system:import
  2026-01-10T09:00:00.000001Z  change  changed from crm (import of crm/accounts.csv): Parent account Groupe Vernay  system:import
  2026-03-10T09:00:00Z  record  Contact Marie Durand
  $ relata --db crm.db --now 2026-05-10 --lang fr timeline opportunity/crm:D1
  2026-01-20T09:00:00Z  change  créé depuis crm (import of crm/deals.csv): Nom Press, Compte Atelier de Lyon, Contact Marie Durand, Montant 12000.00 EUR, Clôture prévue 2026-06-30  system:import
  2026-01-20T09:00:00Z  state  Étape: Qualification  system:import
  2026-01-20T09:00:00Z  state  Statut: En cours  system:import
  2026-04-19T09:00:00Z  change  modifié depuis crm (import of crm/deals.csv): Montant gagné 12000.00 EUR, Clôturée le 2026-06-30  system:import
  2026-04-19T09:00:00Z  state  Étape: Qualification -> Gagnée (après 89 j)  system:import
  2026-04-19T09:00:00Z  state  Statut: En cours -> Gagnée (après 89 j)  system:import
  $ relata --db crm.db --now 2026-05-10 --json timeline opportunity/crm:D1 --from 2026-04-01 | python3 -m json.tool | grep -E 'kind|text|actor|lasted'
              "kind": "change",
              "text": "changed from crm (import of crm/deals.csv): Amount won 12000.00 EUR, Closed on 2026-06-30",
              "actor": "system:import"
              "kind": "state",
              "text": "Stage: Qualification -> Won",
              "actor": "system:import",
              "lasted_seconds": 7689600
              "kind": "state",
              "text": "Status: Open -> Won",
              "actor": "system:import",
              "lasted_seconds": 7689600

What is different between two instants: of a record, a type, a segment. Status 1 when something is.

  $ relata --db crm.db diff contact/crm:C1 --from 2026-01-15
  Account: Atelier de Lyon -> Vernay France
  Life-cycle stage: Lead -> Customer
  + Opportunity Press
  [1]
  $ relata --db crm.db diff contact/crm:C1 --from 2025-01-01 --to 2026-01-15
  was not there
  Given name: Marie
  Family name: Durand
  E-mail: marie@acme.example
  Account: Atelier de Lyon
  Life-cycle stage: Lead
  Do not contact: no
  Deceased: no
  [1]
  $ relata --db crm.db diff account/crm:A3 --from 2026-04-30
  + Account Atelier de Lyon
  [1]
  $ relata --db crm.db diff contact --from 2026-01-15 --to 2026-02-15
  ~ Marie Durand
      Life-cycle stage: Lead -> Customer
  ~ Jean Petit
      E-mail: jean@bolt.example -> j.petit@bolt.example
  0 more, 0 fewer, 2 changed, 1 the same
  [1]
  $ relata --db crm.db diff contact --from 2026-05-02
  0 more, 0 fewer, 0 changed, 3 the same
  $ relata --db crm.db diff contact/crm:C1 --from 2024-01-01 --to 2025-01-01 2>&1
  relata: the record was there at neither instant
  [3]
  $ relata --db crm.db --now 2026-05-02 segment define customers contact "contact.lifecycle == 'customer'"
  customers: 2 members, 0 undecided
  $ relata --db crm.db --now 2026-05-02 diff --segment customers --from 2026-02-15
  + Jean Petit
  ~ Marie Durand
      Account: Atelier de Lyon -> Vernay France
  1 more, 0 fewer, 1 changed, 0 the same
  [1]

Of those who entered a state: where they are, by which way, after how long.

  $ relata --db crm.db --now 2026-05-10 cohort contact --entered lifecycle=lead
  3 entered lifecycle=lead
    Customer  2  67 %
    Lead      1  33 %
    2  Lead -> Customer (45 d)
    1  Lead
  $ relata --db crm.db --now 2026-05-10 cohort contact --entered lifecycle=lead --known-at 2026-02-20
  3 entered lifecycle=lead
    Lead      2  67 %
    Customer  1  33 %
    2  Lead
    1  Lead -> Customer (31 d)
  $ relata --db crm.db --now 2026-05-10 cohort contact --entered lifecycle=Customer --from 2026-03-01 --until 2026-04-01
  1 entered lifecycle=Customer
    Customer  1  100 %
    1  Customer
  $ relata --db crm.db --now 2026-05-10 cohort contact --entered lifecycle=custmer 2>&1
  relata: 'custmer' is no state of contact.lifecycle; did you mean 'customer'?
  [2]
  $ relata --db crm.db --now 2026-05-10 cohort contact --entered email=x 2>&1
  relata: contact.email is no state: lifecycle, stage, status, or the field of a pipeline
  [2]
  $ relata --db crm.db --now 2026-05-10 transitions contact lifecycle
  from  to        count  median
  Lead  Customer  2      45 d
  $ relata --db crm.db --now 2026-05-10 --json transitions opportunity stage
  [{"from":"qualification","to":"won","count":1,"median_seconds":7689600}]

A tree at any date, with what is rolled up.

  $ relata --db crm.db tree account/crm:A1
  Groupe Vernay
    Vernay France
    Vernay Italia
      Atelier de Lyon
  $ relata --db crm.db tree account/crm:A1 --at 2026-04-20 --sum 'account.contacts.size()'
  Groupe Vernay  0 / 3
    Vernay France  1 / 1
      Atelier de Lyon  0 / 0
    Vernay Italia  2 / 2
  $ relata --db crm.db --json tree account/crm:A4 --known-at 2026-04-20 | cut -d, -f2-3
  "title":"Atelier de Lyon","depth":0}]
  $ relata --db crm.db tree account/crm:A1 --at 2025-01-01 2>&1
  relata: the record does not exist
  [3]
  $ relata --db crm.db tree contact/crm:C1 --link account 2>&1
  relata: contact.account is no link from one contact to another
  [3]
  $ sed -i 's/Groupe Vernay,$/Groupe Vernay,A4/' crm/accounts.csv
  $ sh into.sh 2026-05-02T00:00:00Z account accounts.csv
  crm/accounts.csv: account (generic), 4 rows: 0 created, 0 updated, 4 unchanged, 0 refused
    row 2, Parent Account ID 'A4': account.parent would make a cycle: Groupe Vernay -> Atelier de Lyon -> Vernay Italia -> Groupe Vernay

Any question can be asked of a day.

  $ relata --db crm.db query contact "contact.lifecycle == 'customer'" --at 2026-02-20 --select family_name | cut -c47-
  family_name
  Durand
  $ relata --db crm.db segment why customers contact/crm:C2 --at 2026-02-20
  Jean Petit: not a member of customers
    contact.lifecycle == 'customer' is false: lifecycle of Jean Petit (contact/019ba726-da60-7001-beeb-8da1658eec67) is 'lead'; it would be true if contact.lifecycle were 'customer' instead of 'lead'
  [1]
  $ relata --db crm.db show account/crm:A4 --at 2026-01-20
  Atelier de Lyon  crm:A4
    Name            Atelier de Lyon
    Parent account  Vernay France
    On hold         no
  Belongs to: Vernay France, Groupe Vernay
  People: Marie Durand
