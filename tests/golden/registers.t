What an inspection asks for: wordings, coverage, registers, texts that must not be there, one signed file.

  $ mkdir crm
  $ cat > crm/contacts.csv <<'END'
  > Contact ID,First Name,Last Name,Email,Country,Description
  > C1,Marie,Vernay,marie.vernay@forez.example,FR,pleasant on the phone
  > C2,Jean,Petit,jean@bolt.example,FR,"en arrêt maladie, dépression"
  > END
  $ python3 -c "print('7b' * 32)" > sign.hex
  $ relata --db crm.db --now 2026-11-02 --id-seed 1 import crm
  crm/contacts.csv: contact (generic), 2 rows: 2 created, 0 updated, 0 unchanged, 0 refused

A wording is kept as it was shown, with its version and language.

  $ echo "Oui, je veux recevoir la lettre d'information." > newsletter.txt
  $ relata --db crm.db --now 2026-11-02 privacy wording newsletter 1 --language fr --file newsletter.txt
  sha256:53dcb3638b64793b3a6d896bc7b9534666e56b25bd8b4abcae989c22158c6fa3
  $ relata --db crm.db --json privacy wording | python3 -c "import json, sys; w = json.load(sys.stdin)[0]; print(w['name'], w['version'], w['language'], w['text'].strip())"
  newsletter 1 fr Oui, je veux recevoir la lettre d'information.
  $ relata --db crm.db --now 2026-11-03 privacy wording newsletter 1 --language fr --file sign.hex 2>&1
  relata: wording newsletter 1 (fr) stands for another text
  [3]

How far consent reaches.

  $ relata --db crm.db --now 2026-11-03 consent record contact/crm:C1 grant --channel email --purpose newsletter --source web --text v1 --form v1 --reference page --double-opt-in
  contact/crm:C1: grant recorded
  $ relata --db crm.db --now 2026-11-20 privacy coverage
  channel  purpose     allowed  unproven  denied  newest yes <1y/<2y/<3y/older  proven
  email    marketing   0        0         2       0/0/0/0                       0
  email    newsletter  1        0         1       1/0/0/0                       1
  $ relata --db crm.db --now 2026-11-20 --json privacy coverage
  [{"channel":"email","purpose":"marketing","allowed":0,"needs_evidence":0,"denied":2,"by_age":[0,0,0,0],"by_proof":{"none":0,"asserted":0,"recorded":0,"confirmed":0,"signed":0}},{"channel":"email","purpose":"newsletter","allowed":1,"needs_evidence":0,"denied":1,"by_age":[1,0,0,0],"by_proof":{"none":0,"asserted":0,"recorded":0,"confirmed":1,"signed":0}}]

Texts that hold what must not be there.

  $ relata --db crm.db privacy scan
  contact/01a1998e-4400-7001-beeb-8da1658eec67 description: health (arret maladie)
  contact/01a1998e-4400-7001-beeb-8da1658eec67 description: health (depressi)
  [1]
  $ relata --db crm.db --json privacy scan
  [{"record":"contact/01a1998e-4400-7001-beeb-8da1658eec67","field":"description","category":"health","found":"arret maladie"},{"record":"contact/01a1998e-4400-7001-beeb-8da1658eec67","field":"description","category":"health","found":"depressi"}]
  [1]

The register of processing comes from the schema and what is kept; the breaches have a register of their own.

  $ relata --db crm.db --now 2026-11-20 privacy register > register.json
  $ python3 -c "import json; print(sorted(json.load(open('register.json'))))"
  ['activities', 'controller', 'law', 'made_at', 'not_covered']
  $ relata --db crm.db --now 2026-11-20 privacy breaches
  []

One file, signed; a changed byte shows.

  $ relata --db crm.db --now 2026-11-20 privacy proof --sign-key sign.hex -o proof.json
  proof.json signed by 7f747b67bd3fe63c2a736739dfe40156d622347346e70f68f51c178a75ce5537
  $ python3 -c "import json; print(sorted(json.load(open('proof.json'))))"
  ['breaches', 'chain', 'consent_coverage', 'erasure', 'format', 'made_at', 'register', 'requests', 'retention', 'wordings']
  $ relata privacy verify-proof proof.json
  as it was signed
  $ sed -i 's/2026/2025/' proof.json
  $ relata privacy verify-proof proof.json
  not what was signed
  [1]
