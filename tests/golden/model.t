How probable an outcome is, learnt from those of whom it is known.

  $ python3 > leads.csv <<'END'
  > import random
  > random.seed(4)
  > print("Lead ID,Company,Status,Lead Source,Country")
  > for i in range(800):
  >     source, country = random.choice(["web", "event", "referral"]), random.choice(["FR", "DE", ""])
  >     won = random.random() < {"web": .1, "event": .3, "referral": .6}[source] * (1.3 if country == "FR" else .8)
  >     print(f"L{i},Company {i},{'converted' if won else 'disqualified'},{source},{country}")
  > END
  $ relata --db crm.db --now 2026-11-01 import --type lead leads.csv
  leads.csv: lead (generic), 800 rows: 800 created, 0 updated, 0 unchanged, 0 refused
  $ relata --db crm.db --now 2026-11-01 model train lead --target "lead.status == 'converted'" --features "lead.origin, lead.country" --time-split 0.7
  lead_propensity: version 1, logistic, 800 records, 249 with the outcome, 2 features
  5 folds: AUC 0.786 (0.753-0.820), log loss 0.5071 (base rate 0.6201), calibration error 0.036
  time split: AUC 0.775 (0.710-0.841), log loss 0.5155 (base rate 0.6144), calibration error 0.063
  records  predicted  actual (95 %)
  80       0.052      0.100 (0.052-0.185)
  80       0.072      0.075 (0.035-0.154)
  80       0.125      0.062 (0.027-0.138)
  80       0.174      0.225 (0.147-0.328)
  80       0.210      0.200 (0.127-0.300)
  80       0.316      0.325 (0.232-0.434)
  80       0.434      0.375 (0.277-0.485)
  80       0.466      0.450 (0.346-0.559)
  80       0.545      0.512 (0.405-0.619)
  80       0.720      0.787 (0.686-0.863)
  best  lift  found
  5 %   2.81  14 %
  10 %  2.53  25 %
  20 %  2.09  42 %
  30 %  1.87  56 %
  50 %  1.57  79 %
  feature       alone  weight
  lead.origin   0.752  1.095
  lead.country  0.584  0.475
  suspicious: lead.origin: ranks better alone (area 0.752) than all others together (0.607): is it known before the outcome?
  time split: all records are of one time, they count in the order of rows
  $ relata --db crm.db --now 2026-11-01 --json model train lead --target "lead.status == 'converted'" --auto --name all | python3 -c "import json, sys; m = json.load(sys.stdin); print(m['version'], len(m['features']) > 5, m['training']['cross_validated']['auc']['value'] > .65)"
  1 True True
  $ relata --db crm.db --now 2026-11-01 model score lead_propensity --limit 2 | sed 's/ *lead.*//; s/ *id .*//'
  chance
  72 %
  72 %
  $ relata --db crm.db --now 2026-11-01 --json query lead "score('lead_propensity') > 0.5" --count
  {"count":169,"errors":0}
  $ best=$(relata --db crm.db --now 2026-11-01 --json model score lead_propensity --limit 1 | python3 -c "import json, sys; print(json.load(sys.stdin)['records'][0]['id'])")
  > relata --db crm.db --now 2026-11-01 model why lead_propensity "$best" | tail -n +2
    +1.33  lead.origin = referral
    +0.65  lead.country = FR
    -1.04  the average record
  $ relata --db crm.db model list
  model            type  target                      AUC                  version
  all              lead  lead.status == 'converted'  0.752 (0.719-0.785)  1
  lead_propensity  lead  lead.status == 'converted'  0.786 (0.753-0.820)  1
  $ relata --db crm.db model export lead_propensity -o model.json; python3 -c "import json; m = json.load(open('model.json')); print(m['name'], m['target'], [f['name'] for f in m['model']['features']])"
  lead_propensity lead.status == 'converted' ['lead.origin', 'lead.country']

What is known only after the outcome is no feature: --as-of asks the graph as it was known then. The
outcome, and the rating that sales gave with it, come in a later import.

  $ python3 <<'END'
  > import random
  > random.seed(9)
  > leads = [(random.choice(["web", "event"]), random.random()) for _ in range(500)]
  > june, october = open("june.csv", "w"), open("october.csv", "w")
  > print("Lead ID,Company,Status,Lead Source", file=june)
  > print("Lead ID,Company,Status,Rating", file=october)
  > for i, (source, luck) in enumerate(leads):
  >     known = i < 60
  >     print(f"J{i},Firm {i},{'converted' if known else 'new'},{source}", file=june)
  >     won = luck < {"web": .2, "event": .5}[source]
  >     if not known and i < 480: print(f"J{i},Firm {i},{'converted' if won else 'disqualified'},{'hot' if won else 'cold'}", file=october)
  > END
  $ relata --db past.db --now 2026-06-01 import --type lead june.csv
  june.csv: lead (generic), 500 rows: 500 created, 0 updated, 0 unchanged, 0 refused
  $ relata --db past.db --now 2026-10-01 import --type lead october.csv
  october.csv: lead (generic), 420 rows: 0 created, 420 updated, 0 unchanged, 0 refused
  $ relata --db past.db --now 2026-11-01 model train lead --target "lead.status == 'converted'" --features "lead.origin, lead.rating" | grep AUC
  5 folds: AUC 0.991 (0.986-0.996), log loss 0.1011 (base rate 0.6714), calibration error 0.011
  $ relata --db past.db --now 2026-11-01 model train lead --target "lead.status == 'converted'" --features "lead.origin, lead.rating" --as-of 2026-07-01
  lead_propensity: version 2, logistic, 440 records, 138 with the outcome, 1 feature
  5 folds: AUC 0.664 (0.617-0.711), log loss 0.5798 (base rate 0.6220), calibration error 0.051
  records  predicted  actual (95 %)
  44       0.144      0.250 (0.146-0.394)
  44       0.173      0.182 (0.095-0.320)
  44       0.185      0.136 (0.064-0.267)
  44       0.196      0.182 (0.095-0.320)
  44       0.205      0.114 (0.050-0.240)
  44       0.380      0.455 (0.317-0.599)
  44       0.443      0.500 (0.358-0.642)
  44       0.465      0.432 (0.297-0.578)
  44       0.466      0.477 (0.338-0.621)
  44       0.477      0.409 (0.277-0.556)
  best  lift  found
  5 %   1.45  7 %
  10 %  1.30  13 %
  20 %  1.41  28 %
  30 %  1.40  42 %
  50 %  1.45  72 %
  feature      alone  weight
  lead.origin  0.664  0.671
  suspicious: lead.rating: what stands there by now ranks much better (area 1.000) than what was known on 2026-07-01 (0.500): it is written with the outcome or after it
  lead.rating: left out, it is the same everywhere
  60 records left out: decided at the cut-off already
  the features are as known on 2026-07-01, the outcome is what became of it by 2026-11-01
  $ relata --db past.db --now 2026-11-01 model score lead_propensity --limit 3 | wc -l
  4
  $ relata --db past.db --now 2026-11-01 --json model score lead_propensity --limit 0 | python3 -c "import json, sys; print(len(json.load(sys.stdin)['records']), 'not decided yet')"
  20 not decided yet
  $ relata --db past.db --now 2026-11-01 model train lead --target "lead.status == 'converted'" --features lead.origin --as-of 2026-12-01 2>&1
  relata: a model learns as of an instant before now
  [2]

What cannot be learnt is said.

  $ relata --db crm.db model train lead --target "lead.origin == 'nowhere'" --features lead.country 2>&1
  relata: too few examples to learn from: 0 of 800 records have the outcome; 40 with it and without it are needed
  [3]
  $ relata --db crm.db model train lead --target "1 / 0 == 1" --features lead.country 2>&1
  relata: too few examples to learn from: 0 of 0 records have the outcome; 40 with it and without it are needed; 800 records left out: the target cannot be decided
  [3]
  $ relata --db crm.db model train lead --target "lead.status == 'converted'" --features lead.country --time-split 0.01 2>&1
  relata: too few examples for the time split: of 8 earlier records 4 have the rarer outcome, 40 are needed; of 792 later ones 245, 1 is needed
  [3]
  $ relata --db crm.db model score lead_propensity --limit -1 2>&1
  --limit: a number from 0 on is expected, not -1
  Run with --help for more information.
  [2]
  $ relata --db crm.db model train lead --target "lead.statuz == 'converted'" 2>&1 | head -1
  relata: error 1:6: unknown field 'statuz' of lead; did you mean 'status'?
  $ relata --db crm.db model why other lead/1 2>&1
  relata: 'lead/1' names neither a public id nor an external key (system:key)
  [2]
