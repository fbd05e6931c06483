The whole path on the invented company: import, ask, decide, show.

  $ relata generate vernay --contacts 100 --seed 3 > out
  $ relata --db vernay.db --now 2026-11-12T17:00:00Z --id-seed 1 --json import vernay > import.json
  $ python3 -c 'import json; print(sorted({(f["type"], f["rows"]) for f in json.load(open("import.json"))["files"] if f["type"] in ("account", "contact", "order", "consent", "lead")}))'
  [('account', 17), ('account', 31), ('consent', 107), ('contact', 8), ('contact', 24), ('contact', 106), ('lead', 20), ('order', 106)]

Again, and nothing is created.

  $ relata --db vernay.db --now 2026-11-12T17:00:00Z --id-seed 2 --json import vernay > again.json
  $ python3 -c 'import json; print(sum(f["created"] for f in json.load(open("again.json"))["files"]))'
  0

Questions and their reasons.

  $ relata --db vernay.db --now 2026-11-12T17:00:00Z query contact "contact.family_name == 'Fontaine-Mercier'" --select given_name,account.name | sed 's/contact.[0-9a-f-]*/ID/'
  id                                            given_name  account.name
  ID  Claire      Fonderies de la Loire
  1 true, 0 undecided
  $ relata --db vernay.db --now 2026-11-12T17:00:00Z --json query contact "contact.email != null" --count
  {"count":129,"errors":0}
  $ relata --db vernay.db query contact "contact.emial != null" 2>&1 | head -3
  relata: error 1:9: unknown field 'emial' of contact; did you mean 'email'?
    contact.emial != null
            ^~~~~
  $ relata --db vernay.db --now 2026-11-12T17:00:00Z segment define press_only contact "contact.account.products_bought.exists(p, p.code.startsWith('PH-')) && !contact.account.products_bought.exists(p, p.code == 'MAINT-AN')"
  press_only: 26 members, 0 undecided
  $ relata --db vernay.db --now 2026-11-12T17:00:00Z segment why press_only contact/crm:C0000006 | head -1
  Thomas Perrault: a member of press_only
  $ relata --db vernay.db --now 2026-11-12T17:00:00Z segment why press_only contact/crm:C0000001 | head -1
  Claire Fontaine-Mercier: not a member of press_only
  $ relata --db vernay.db --now 2026-11-12T17:00:00Z audience press_only --channel email --purpose marketing | head -1
  5 of 26 members of press_only may be reached by email for marketing

Sophie Dubreuil was written to on 12 February and said no on 20 February.

  $ relata --db vernay.db why contact/crm:C0000009 --channel email --purpose marketing --at 2026-02-12T08:30:00Z | head -1
  allow CONSENT.OK (GDPR 6(1)(a), 7): Proven consent covers this contact.
  $ relata --db vernay.db consent decide contact/crm:C0000009 --channel email --purpose marketing --at 2026-11-12 --json > no.json
  [1]
  $ python3 -c 'import json; d = json.load(open("no.json")); print(d["decision"], d["reason"])'
  deny CONSENT.WITHDRAWN

The customer of tomorrow's meeting.

  $ relata --db vernay.db --now 2026-11-12T17:00:00Z brief contact/crm:C0000001
  Fonderies de la Loire
    - 1 invoice overdue: 2596.50 EUR, the oldest since 8 days
    - Ticket Fuite sur le vérin principal, série 2024 (High, New), opened 6 days ago
    - Ticket Bruit anormal à la descente (Medium, New), opened 16 days ago
    - satisfaction 6 out of 10, 25 days ago (9, 8, 6)
    - orders usually every 31 days, the last one 58 days ago (as long by chance: 32 %)
    - Quote, 49800.00 EUR (Sent), sent 12 days ago
    - Subscription CT000001, 6400.00 EUR (En cours), ends in 39 days
    - Opportunity PH-100 Fonderies de la Loire, 49800.00 EUR (Negotiation, Open), opened 95 days ago
    - Paul Garnier left 45 days ago
    - Hélène Astier (Responsable maintenance) is new in the job, since 30 days
    - 2026-11-13T08:30:00Z: Activity Point annuel et renouvellement (Planned)
    - last contact 90 days ago: Activity Visite d'atelier (Held): Envisage une seconde presse.
    - 3 visits, downloads and clicks since then, the newest: Page view /maintenance
  $ relata --db vernay.db --now 2026-11-12T17:00:00Z show account/crm:A000001 --timeline 3 | head -5
  Fonderies de la Loire  crm:A000001  erp:CL000001
    Name               Fonderies de la Loire
    SIREN              373687870
    VAT number         FR90373687870
    Customer number    CL000001
  $ relata --db vernay.db --now 2026-11-12T17:00:00Z cadence | head -1
  Forge des Deux Rives: usually every 60 days, now 470 (as long by chance: under 0.1 %)

What was said is kept with its proof; a no weighs at once.

  $ relata --db vernay.db --now 2026-11-12T17:00:00Z consent record contact/crm:C0000003 grant --channel email --purpose marketing --source web --text 'I agree.' --form f-1
  contact/crm:C0000003: grant recorded
  $ relata --db vernay.db --now 2026-11-12T18:00:00Z consent decide contact/crm:C0000003 --channel email --purpose marketing | head -1
  allow CONSENT.OK (GDPR 6(1)(a), 7): Proven consent covers this contact.
  $ relata --db vernay.db --now 2026-11-12T19:00:00Z consent record contact/crm:C0000003 withdraw
  contact/crm:C0000003: withdraw recorded
  $ relata --db vernay.db --now 2026-11-12T20:00:00Z consent decide contact/crm:C0000003 --channel email --purpose marketing | head -1
  deny CONSENT.WITHDRAWN (GDPR 7(3)): Consent was withdrawn.
  $ relata --db vernay.db consent record contact/crm:C0000003 grant --channel pigeon 2>&1
  relata: 'pigeon' is no channel
  [2]

Points for what was done, halved every thirty days, and what gave them.

  $ relata --db vernay.db --now 2026-11-12T20:00:00Z score define interest '{"type": "contact", "rules": [{"name": "prices", "points": 8, "event": "page_view", "where": "e.path.startsWith(\"/tarifs\")", "half_life_days": 30}, {"name": "buyer", "points": 5, "when": "contact.department == \"Achats\""}]}'
  interest: saved
  $ relata --db vernay.db --now 2026-11-12T20:00:00Z score why interest contact/crm:C0000001 | sed 's/#[0-9]*/#N/'
  Claire Fontaine-Mercier: 10.02
    +5.02  prices (1 events: #N)
    +5  buyer
  $ relata --db vernay.db --now 2026-11-12T20:00:00Z score list
  score     type     rules  version
  interest  contact  2      1

What keeps the base healthy, and is overdue.

  $ relata --db vernay.db --now 2026-11-12T20:00:00Z maintenance start
  job           what                  every    by       last run  due
  completeness  Measure completeness  90 days  steward  never     2027-02-10
  consents      Review consents       30 days  dpo      never     2026-12-12
  duplicates    Look for duplicates   7 days   steward  never     2026-11-19
  $ relata --db vernay.db --now 2027-01-01 maintenance --lang fr
  tâche         quoi                      tous les  par      dernière fois  échéance
  completeness  Mesurer la complétude     90 jours  steward  jamais         2027-02-10
  consents      Revoir les consentements  30 jours  dpo      jamais         2026-12-12  en retard
  duplicates    Chercher les doublons     7 jours   steward  jamais         2026-11-19  en retard
  [1]

The history of a record, and a record that is not there.

  $ relata --db vernay.db history contact/crm:C0000001 | sed -n 2,4p
    Civility: Mrs
    Given name: Claire
    Family name: Fontaine-Mercier
  $ relata --db vernay.db history contact/crm:C9 2>&1
  relata: there is no contact/crm:C9
  [3]
  $ relata query contact true 2>&1
  relata: no database: give --db FILE, --db :memory: or set RELATA_DB
  [2]

The imported deal history tells how deals moved:

  $ relata --db vernay.db --now 2026-11-12T17:00:00Z transitions opportunity stage
  from            to              count  median
  Qualification   Needs analysis  9      35 d
  Needs analysis  Proposal        7      29 d
  Proposal        Negotiation     6      22 d
  Negotiation     Closed Won      3      20 d
  Needs analysis  Closed Lost     1      44 d
  Negotiation     Closed Lost     1      16 d
  $ relata --db vernay.db --now 2026-11-12T17:00:00Z cohort opportunity --entered stage=Proposal --until 2026-09-01
  4 entered stage=Proposal
    Closed Won   3  75 %
    Closed Lost  1  25 %
    3  Proposal -> Negotiation -> Closed Won (39 d)
    1  Proposal -> Negotiation -> Closed Lost (59 d)
