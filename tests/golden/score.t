A rule score: fit and engagement, caps, decay and window together, repeats limited, grades.

  $ mkdir crm
  $ cat > crm/contacts.csv <<'END'
  > Contact ID,First Name,Last Name,Email,Job Title,Country
  > C1,Marie,Durand,marie@acme.example,Head of Purchasing,FR
  > C2,Jean,Petit,jean@bolt.example,Buyer,FR
  > C3,Anna,Klein,anna@cast.example,,DE
  > END
  $ cat > crm/events.csv <<'END'
  > Event ID,Contact ID,Lead ID,Event,At,Path,Campaign ID
  > E1,C1,,page_view,2026-11-11T09:00:00Z,/tarifs/presses,
  > E2,C1,,page_view,2026-10-13T09:00:00Z,/tarifs/presses,
  > E3,C1,,page_view,2026-06-01T09:00:00Z,/tarifs/presses,
  > E4,C2,,page_view,2026-11-12T08:00:00Z,/tarifs/presses,
  > E5,C2,,page_view,2026-11-12T08:10:00Z,/tarifs/presses,
  > E6,C2,,page_view,2026-11-12T08:20:00Z,/tarifs/presses,
  > END
  $ relata --db s.db --now 2026-11-12T09:00:00Z --id-seed 1 import crm | tail -1
  crm/events.csv: event (generic), 6 rows: 6 created, 0 updated, 0 unchanged, 0 refused
  $ cat > ripe.json <<'END'
  > {"type": "contact", "cap": 100,
  >  "groups": [{"name": "fit", "cap": 25}, {"name": "engagement", "cap": 60}],
  >  "rules": [
  >   {"name": "country", "group": "fit", "points": 15, "when": "contact.country == 'FR'"},
  >   {"name": "job", "group": "fit", "points": 15,
  >    "when": "contact.job_title != null && contact.job_title.startsWith('Head')"},
  >   {"name": "no job", "points": -5, "when": "contact.job_title == null"},
  >   {"name": "pricing", "group": "engagement", "points": 16, "event": "page_view",
  >    "where": "e.path != null && e.path.startsWith('/tarifs')",
  >    "window_days": 90, "half_life_days": 30, "apart_days": 1}],
  >  "grades": [{"name": "A", "from": 40}, {"name": "B", "from": 20}, {"name": "C", "from": 0}]}
  > END
  $ relata --db s.db --now 2026-11-12T09:00:00Z score define ripe ripe.json
  ripe: saved
  $ relata --db s.db score list
  score  type     rules  version
  ripe   contact  4      1

C1: 25 of fit (15 + 15, at most 25), 16 fading for a day, 8 a half-life ago and nothing for June.
C2: three views of one morning count once.

  $ relata --db s.db --now 2026-11-12T09:00:00Z score top ripe --limit 5 | cut -c1-15
  points  grade  
  48.63   A      
  30.98   B      
  -5             
  $ relata --db s.db --now 2026-11-12T09:00:00Z score why ripe contact/crm:C1
  Marie Durand: 48.63 A
    +15  country
    +15  job
    +23.63  pricing (2 events: #3, #4)
  $ relata --db s.db --now 2026-11-12T09:00:00Z score why ripe contact/crm:C3
  Anna Klein: -5
    -5  no job

The same at any other instant, with nothing run in between: a month later.

  $ relata --db s.db --now 2026-12-12T09:00:00Z score why ripe contact/crm:C2
  Jean Petit: 22.99 B
    +15  country
    +7.99  pricing (1 events: #6)
  $ relata --db s.db --now 2026-12-12T09:00:00Z query contact "score('ripe') >= 25.0" --count
  1 true, 0 undecided
  $ relata --db s.db --now 2026-11-12T09:00:00Z --json score top ripe --limit 1 | grep -o '"total":[0-9]*[.][0-9][0-9]'
  "total":48.63
