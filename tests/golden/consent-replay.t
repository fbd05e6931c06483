Questions of consent answered from a file, without a database.

  $ cat > vectors.json <<'END'
  > {"vectors": [
  >   {"id": "granted", "jurisdiction": "FR", "facts": {"ledger": [
  >      {"event": "grant", "at": "2026-01-10T09:00:00Z", "scope": {"channel": "email", "purpose": "marketing"},
  >       "evidence": {"source": "web", "text": "sha256:abc"}}]},
  >    "question": {"channel": "email", "purpose": "marketing", "at": "2026-02-12T09:00:00Z"}},
  >   {"id": "unproven", "jurisdiction": "FR", "facts": {"ledger": [
  >      {"event": "grant", "at": "2026-01-10T09:00:00Z", "scope": {"channel": "email", "purpose": "marketing"},
  >       "evidence": {"source": "import"}}]},
  >    "question": {"channel": "email", "purpose": "marketing", "at": "2026-02-12T09:00:00Z"}},
  >   {"id": "nobody asked", "jurisdiction": "FR", "facts": {},
  >    "question": {"channel": "email", "purpose": "marketing", "at": "2026-02-12T09:00:00Z"}}
  > ]}
  > END
  $ relata consent replay vectors.json
  {"id":"granted","decision":"allow","reason":"CONSENT.OK","basis":"consent"}
  {"id":"unproven","decision":"needs_evidence","reason":"CONSENT.UNPROVEN"}
  {"id":"nobody asked","decision":"deny","reason":"DEFAULT.NO_BASIS"}
  $ relata consent replay - < vectors.json | wc -l
  3

A key that nobody reads is named, and changes nothing; a word that is none is an error with its place.

  $ cat > odd.json <<'END'
  > [{"id": "misspelt", "jurisdiction": "US", "facts": {"ledgers": []},
  >   "question": {"channel": "email", "purpose": "marketing", "at": "2026-02-12T09:00:00Z"}},
  >  {"id": "odd", "jurisdiction": "US", "facts": {"ledger": [{"event": "subscribe", "at": "2026-02-12T09:00:00Z"}]},
  >   "question": {"channel": "email", "purpose": "marketing", "at": "2026-02-12T09:00:00Z"}}]
  > END
  $ relata consent replay odd.json 2>&1
  relata: warning: vectors[0].facts.ledgers: nobody reads a key of this name
  {"id":"misspelt","decision":"allow","reason":"DEFAULT.OPT_OUT_REGIME","basis":"opt_out_regime"}
  {"id":"odd","error":"vectors[1].facts.ledger[0].event: \"subscribe\" is no event of the ledger"}
  [1]

What is not JSON, and what is not there.

  $ echo '{"vectors": 1}' | relata consent replay - 2>&1
  relata: vectors: a list is expected
  [2]
  $ relata consent replay nowhere.json 2>&1
  relata: cannot open nowhere.json
  [3]
