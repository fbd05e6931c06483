Roles, pipelines and workflows are definitions: JSON in, and from then on the rule.

  $ cat > data.csv <<'END'
  > Contact ID,First Name,Last Name,Email
  > C1,Marie,Durand,marie@acme.example
  > C2,Jean,Petit,jean@bolt.example
  > END
  $ relata --db crm.db --now 2026-11-12 import --type contact data.csv
  data.csv: contact (generic), 2 rows: 2 created, 0 updated, 0 unchanged, 0 refused

A role hides a field from queries, from what is shown and from what is selected alike.

  $ echo '{"types": {"*": "read", "contact": {"access": "read", "hidden": ["email"]}}}' > role.json
  $ relata --db crm.db define role service role.json
  role service, version 1
  $ relata --db crm.db --as sam --role service query contact "contact.family_name == 'Durand'" --count
  1 true, 0 undecided
  $ relata --db crm.db --as sam --role service query contact "contact.email != null" --count 2>&1
  relata: the role may not read contact.email
  [3]
  $ relata --db crm.db --as sam --role service query contact "true" --select family_name,email 2>&1
  relata: the role may not read contact.email
  [3]
  $ relata --db crm.db --as sam --role service show "$(relata --db crm.db --json query contact "contact.family_name == 'Durand'" | python3 -c "import json, sys; print(json.load(sys.stdin)['ids'][0])")" | grep -c acme.example
  0
  [1]
  $ relata --db crm.db --as sam query contact true 2>&1
  relata: roles are defined and 'sam' acts in none
  [3]

What is wrong with a definition is said, and nothing is saved.

  $ echo '{"types": {"contract": "all"}}' | relata --db crm.db define role bad - 2>&1
  relata: role bad, contract: access is "none", "read" or "write"
  [2]
  $ echo '{"type": "opportunity", "stages": []}' | relata --db crm.db define pipeline sales - 2>&1
  relata: pipeline 'sales': stages are missing
  [2]
  $ echo '{"type": "ticket", "when": "ticket.severty == 1", "actions": [{"do": "notify"}]}' | relata --db crm.db define workflow w - 2>&1 | head -1
  relata: workflow 'w': error 1:8: unknown field 'severty' of ticket; did you mean 'severity'?
