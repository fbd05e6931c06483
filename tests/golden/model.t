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

What cannot be learnt is said.

  $ relata --db crm.db model train lead --target "lead.origin == 'nowhere'" --features lead.country 2>&1
  relata: too few examples to learn from: 0 of 800 records have the outcome; 40 with it and without it are needed
  [3]
  $ relata --db crm.db model train lead --target "lead.statuz == 'converted'" 2>&1 | head -1
  relata: error 1:6: unknown field 'statuz' of lead; did you mean 'status'?
  $ relata --db crm.db model why other lead/1 2>&1
  relata: 'lead/1' names neither a public id nor an external key (system:key)
  [2]
