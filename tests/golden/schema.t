The schema in Markdown, in either language, and as JSON.

  $ relata schema team | head -12
  # Schema

  ## Team (`team`)

  People who work together and share objectives.

  | field | label | kind | use | personal | steward | notes |
  |---|---|---|---|---|---|---|
  | `name` | Name | text | steer, operate |  | administrator | required |
  | `parent` | Parent team | -> team | steer, operate |  | administrator | <- team.children |
  | `manager` | Manager | -> user | steer, operate |  | administrator | <- user.teams_managed |
  | `region` | Region | text | steer, operate |  | administrator |  |
  $ relata --lang fr schema team | head -8
  # Schéma

  ## Équipe (`team`)

  Des personnes qui travaillent ensemble et partagent des objectifs.

  | champ | libellé | nature | usage | personnel | garant | notes |
  |---|---|---|---|---|---|---|
  $ relata --json schema team | grep -c '"name"'
  16
  $ relata schema nothing 2>&1
  relata: there is no type 'nothing'
  [2]

The standard schema passes its own check.

  $ relata schema --lint

A database takes types and fields of its own, and keeps them.

  $ cat > machines.json <<'END'
  > {"types": [{"name": "machine", "label": {"en": "Machine", "fr": "Machine"}, "fields": [
  >     {"name": "code", "label": {"en": "Code", "fr": "Code"}, "required": true},
  >     {"name": "account", "kind": "link", "target": "account", "inverse": "machines"}]}],
  >  "fields": {"account": [{"name": "floor_size", "kind": "int"}]}}
  > END
  $ relata --db own.db schema --extend machines.json
  $ relata --db own.db schema machine
  # Schema

  ## Machine (`machine`)

  | field | label | kind | use | personal | steward | notes |
  |---|---|---|---|---|---|---|
  | `code` | Code | text |  | unstated |  | required |
  | `account` | account | -> account |  | unstated |  | <- account.machines |
  $ relata --db own.db schema machine --lint
  warning machine.code: no use: a field nobody needs should not be filled
  warning machine.code: no data steward
  warning machine.code: no data owner
  warning machine.code: no personal-data class
  warning machine.account: no use: a field nobody needs should not be filled
  warning machine.account: no data steward
  warning machine.account: no data owner
  warning machine.account: no personal-data class
  [1]
  $ relata --db own.db schema --extend machines.json 2>&1
  relata: there is a type "machine" already
  [3]

A field is retired, not lost.

  $ echo '{"states": {"account": {"floor_size": "deprecated"}}}' > retire.json
  $ relata --db own.db schema --extend retire.json
  $ relata --db own.db schema account | grep floor_size
  | `floor_size` | floor_size | whole number |  | unstated |  | deprecated |
