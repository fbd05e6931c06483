What a role hides is hidden by every command alike, in titles and reasons too.

  $ mkdir crm
  $ cat > crm/accounts.csv <<'END'
  > Account ID,Account Name,Parent Account ID,Country
  > A1,Hidden Holding,,FR
  > A2,Hidden Works,A1,FR
  > END
  $ cat > crm/contacts.csv <<'END'
  > Contact ID,First Name,Last Name,Email,Account ID,Lifecycle Stage
  > C1,Marie,Hiddenson,marie@hidden.example,A2,lead
  > C2,Jean,Hiddenson,jean@hidden.example,A2,customer
  > END
  $ cat > crm/deals.csv <<'END'
  > Deal ID,Deal Name,Account ID,Contact ID,Stage,Amount,Closing Date
  > D1,Press,A2,C1,Qualification,12000,2026-06-30
  > END
  $ relata --db crm.db --now 2026-03-01T09:00:00Z --id-seed 1 import --preset generic --currency EUR crm | grep -c created
  3
  $ cat > role.json <<'END'
  > {"types": {"*": "read", "ticket": "none", "account": {"access": "read", "hidden": ["name"]},
  >            "contact": {"access": "read", "hidden": ["family_name", "email"]}},
  >  "rights": ["export"]}
  > END
  $ relata --db crm.db --now 2026-03-01T09:00:00Z define role service role.json
  role service, version 1
  $ cat > score.json <<'END'
  > {"type": "contact", "rules": [{"name": "lead", "when": "contact.lifecycle == 'lead'", "points": 5}]}
  > END
  $ relata --db crm.db --now 2026-03-01T09:00:00Z define score hot score.json
  score hot, version 1
  $ relata --db crm.db --now 2026-03-01T09:00:00Z segment define leads contact "contact.lifecycle == 'lead'"
  leads: 1 members, 0 undecided

Each of these tells an administrator something that the role hides, and tells the role none of it.

  $ cat > questions <<'END'
  > show contact/crm:C1
  > show account/crm:A2
  > brief account/crm:A2
  > brief contact/crm:C1
  > history account/crm:A2
  > history contact/crm:C1
  > timeline account/crm:A2
  > timeline contact/crm:C1
  > timeline opportunity/crm:D1
  > tree account/crm:A1
  > diff account --from 2026-02-01T00:00:00Z
  > diff contact --from 2026-02-01T00:00:00Z
  > diff account/crm:A1 --from 2026-02-01T00:00:00Z
  > why contact/crm:C1 contact.lifecycle=='lead'
  > query contact true --explain contact/crm:C1
  > query opportunity opportunity.account.country=='FR' --explain opportunity/crm:D1
  > segment members leads
  > segment why leads contact/crm:C1
  > audience leads --channel email --purpose marketing
  > score top hot
  > score why hot contact/crm:C1
  > END
  $ cat > ask.sh <<'END'
  > while read -r question; do
  >   all=$(relata --db crm.db --now 2026-03-02T09:00:00Z $question | grep -ci hidden)
  >   role=$(relata --db crm.db --now 2026-03-02T09:00:00Z --as sam --role service $question | grep -ci hidden)
  >   json=$(relata --db crm.db --now 2026-03-02T09:00:00Z --as sam --role service --json $question | grep -ci hidden)
  >   [ $all -gt 0 ] && [ $role$json = 00 ] || echo "$question: $all, $role, $json"
  > done < questions
  > END
  $ sh ask.sh

What it may not read at all is refused, and a field that it may not read cannot be asked about.

  $ relata --db crm.db --as sam --role service query ticket true 2>&1
  relata: the role may not read ticket
  [3]
  $ relata --db crm.db --as sam --role service query contact "contact.email != null" 2>&1
  relata: the role may not read contact.email
  [3]
  $ relata --db crm.db --as sam --role service query contact true --select family_name 2>&1
  relata: the role may not read contact.family_name
  [3]
  $ relata --db crm.db --as sam --role service export account --select name 2>&1
  relata: the role may not read account.name
  [3]
  $ relata --db crm.db --as sam --role service --now 2026-03-02T09:00:00Z export account 2>/dev/null | head -1 | tr , '\n' | grep -x -E "name|country"
  country
  $ relata --db crm.db --as sam query contact true 2>&1
  relata: roles are defined and 'sam' acts in none
  [3]

Nor does a segment tell it what its condition reads, one record at a time, or a ledger what a person said
that it may not read.

  $ relata --db crm.db --now 2026-03-02T09:00:00Z segment define hiddensons contact "contact.family_name == 'Hiddenson'"
  hiddensons: 2 members, 0 undecided
  $ relata --db crm.db --as sam --role service segment history hiddensons contact/crm:C1 2>&1
  relata: the role may not read contact.family_name
  [3]
  $ echo '{"types": {"*": "read", "contact": "none"}}' | relata --db crm.db --now 2026-03-02T09:00:00Z define role desk -
  role desk, version 1
  $ relata --db crm.db --as sam --role desk consent history contact/crm:C1 2>&1
  relata: the role may not read contact
  [3]

What it may not write is refused with the whole commit; an opt-out is taken from anybody.

  $ relata --db crm.db --now 2026-03-02T09:00:00Z --as sam --role desk consent record contact/crm:C1 withdraw --channel email --purpose newsletter 2>&1
  contact/crm:C1: withdraw recorded
  $ relata --db crm.db --now 2026-03-02T09:00:00Z --as sam --role desk consent record contact/crm:C1 grant --channel email --purpose newsletter 2>&1
  relata: the role may not write contact
  [3]
  $ relata --db crm.db --now 2026-03-02T09:00:00Z --as sam --role desk define role desk role.json 2>&1
  relata: the role may not define a role: it does not have the right "govern"
  [3]
