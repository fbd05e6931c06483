What is bought together, what comes next, who buys alike: over the orders of the invented company.

  $ relata generate vernay --contacts 200 --seed 7 > /dev/null
  $ relata --db crm.db --now 2026-11-12T17:00:00Z --id-seed 1 import vernay > /dev/null 2>&1
  $ relata --db crm.db --now 2026-11-12T17:00:00Z affinity pairs --limit 3
  bought    with     both  support  confidence        lift
  MAINT-AN  INST     7     0.318    1.00 (0.65-1.00)  1.83 (1.25-2.68)
  PH-100    INST     7     0.318    1.00 (0.65-1.00)  1.83 (1.25-2.68)
  POINC-12  JOINT-K  10    0.455    1.00 (0.72-1.00)  1.29 (1.03-1.62)
  $ relata --db crm.db --now 2026-11-12T17:00:00Z affinity sequence --limit 2 --least 3
  bought    then      both  support  confidence        lift              days
  POINC-12  JOINT-K   7     0.318    1.00 (0.65-1.00)  1.29 (1.03-1.62)  75
  PH-250    MAINT-AN  3     0.136    0.75 (0.30-0.95)  2.36 (1.02-5.42)  40
  $ relata --db crm.db --now 2026-11-12T17:00:00Z affinity next account/crm:A000003 --least 3
  MAINT-AN: of 4 who bought PH-250, 3 bought it too, 0.75 (0.30-0.95); lift 2.36 (1.02-5.42)

Nothing is offered that is not sure enough; who bought the press and not the maintenance is one call.

  $ relata --db crm.db --now 2026-11-12T17:00:00Z affinity next account/crm:A000001 --least 3
  nothing that is sure enough
  [1]
  $ relata --db crm.db --now 2026-11-12T17:00:00Z affinity similar account/crm:A000001 --limit 2 | sed 's/account.01a[-0-9a-f]*  //; s/id  *title/title/'
  similar  buys  is    title                     shares
  0.95     0.90  1.00  Chaudronnerie Bellecombe  account.industry, account.status, account.owner, PH-250
  0.76     0.53  1.00  Décolletage Delorme       account.industry, account.status, account.owner, POINC-12
  $ relata --db crm.db --now 2026-11-12T17:00:00Z affinity audience --bought PH-100 --not MAINT-AN --channel email --purpose marketing | head -3
  1 of 9 members of bought_ph_100_not_maint_an may be reached by email for marketing
    5  FR.B2B.NOT_JOB_RELATED, such as Daniel Delmas
    2  OBJECTION.ART21, such as Xavier Briand
  $ relata --db crm.db affinity audience --bought PR-9 --not OIL --channel email --purpose marketing 2>&1
  relata: there is no product 'PR-9'
  [3]
