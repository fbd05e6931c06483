The rules that decide, the registers they ask, and what a person is given in writing.

  $ mkdir crm
  $ cat > crm/contacts.csv <<'END'
  > Contact ID,First Name,Last Name,Email,Phone,Country
  > C1,Marie,Vernay,marie.vernay@forez.example,04 77 12 80 46,FR
  > C2,Jean,Petit,jean@bolt.example,06 12 34 56 78,FR
  > C3,Anna,Klein,anna@klein.example,,DE
  > END
  $ relata --db crm.db --now 2026-03-02 --id-seed 1 import crm
  crm/contacts.csv: contact (generic), 3 rows: 3 created, 0 updated, 0 unchanged, 0 refused

Each pack has a version, each row its article and the time in which it holds.

  $ relata --db crm.db consent rules
  FR  2026.11
  DE  2026.11
  UK  2026.11
  EU  2026.11
  US  2026.11
  US-CA  2026.11
  CA  2026.11
  $ relata --db crm.db consent rules show FR | cut -c 1-150 | grep -E "rule|PHONE|LI.OK|BAN|BLOCTEL"
  rule                      channels            audience  from                  until                 written in
  REGISTER.BLOCTEL          phone               b2c                             2026-08-10T22:00:00Z  C. conso L223-1 (to 10 August 2026), L223-2
  FR.SECTOR_BAN             phone               b2c       2020-07-25T22:00:00Z                        C. conso L223-1; law 2020-901
  FR.SECTOR_BAN             email,sms,robocall  b2c       2025-07-01T22:00:00Z                        law 2025-594 art. 13 II
  LI.OK                     phone               b2b                                                   GDPR 6(1)(f); C. conso L223-1 (consumers only)
  FR.PHONE.CONTRACT.OK      phone               b2c                                                   C. conso L223-1
  FR.PHONE.PRESS.OK         phone               b2c                                                   C. conso L223-5 [U]
  LI.OK                     phone               b2c                             2026-08-10T22:00:00Z  C. conso L223-1 (to 10 August 2026)
  LI.OK                     post                all                                                   GDPR 6(1)(f), recital 47
  FR.PHONE.HOURS            phone,robocall      b2c                                                   C. conso D223-9 (decree 2022-1313); C. trav. L3133
  FR.PHONE.REFUSAL_60D      phone,robocall      b2c                                                   C. conso D223-9
  FR.PHONE.FREQ_4_PER_30D   phone,robocall      b2c                                                   C. conso D223-9
  $ relata --db crm.db --json consent rules show US-CA | python3 -c "import json, sys; [print(r['rule'], '-', r['citation']) for r in json.load(sys.stdin) if 'Civ' in r['citation']]"
  DEFAULT.OPT_OUT_REGIME - Civ. Code 1798.120
  US_CA.MINOR_OPTIN - Civ. Code 1798.120(c)
  $ relata --db crm.db consent rules show Mars 2>&1
  relata: 'Mars' is no pack: common, FR, DE, UK, EU, US, ...
  [2]

Numbers of a national register; a line that is no number is said and the others are kept.

  $ printf '0477128046;2026-01-05\n+33 6 12 34 56 78\n# a comment\nno number\n' > bloctel.txt
  $ relata --db crm.db --now 2026-03-03 consent register import bloctel.txt --register bloctel 2>&1
  relata: warning: 'no number' is no telephone number
  bloctel: 2 listed, 0 known already
  [1]
  $ relata --db crm.db --now 2026-03-03 --json consent register import bloctel.txt --register bloctel 2>&1
  relata: warning: 'no number' is no telephone number
  {"register":"bloctel","kept":0,"unchanged":2,"refused":["no number"]}
  [1]
  $ relata --db crm.db --now 2026-03-03 consent register import bloctel.txt --register robinson 2>&1
  relata: 'robinson' is no register: bloctel, TPS, CTPS or US-DNC
  [2]
  $ relata --db crm.db --now 2026-03-10T10:00:00Z consent decide contact/crm:C1 --channel phone --purpose marketing | head -1
  deny REGISTER.BLOCTEL (C. conso L223-1 (to 10 August 2026), L223-2): The number is on Bloctel.
  $ echo 0477128046 > left.txt
  $ relata --db crm.db --now 2026-03-11 consent register import left.txt --register bloctel --removed
  bloctel: 1 taken off, 0 were not on it
  $ relata --db crm.db --now 2026-03-12T10:00:00Z consent decide contact/crm:C1 --channel phone --purpose marketing | head -1
  allow LI.OK (C. conso L223-1 (to 10 August 2026)): Allowed on legitimate interest until the person objects.
  $ relata --db crm.db --now 2026-03-12T10:00:00Z consent decide contact/crm:C2 --channel phone --purpose marketing | head -1
  deny REGISTER.BLOCTEL (C. conso L223-1 (to 10 August 2026), L223-2): The number is on Bloctel.
  $ relata --db crm.db --now 2026-08-12T10:00:00Z consent decide contact/crm:C2 --channel phone --purpose marketing | head -1
  deny DEFAULT.NO_BASIS (GDPR 6(1); Directive 2002/58/EC 13(1)): Nothing in the ledger or the relations allows this contact.

What was said, and the receipts of it.

  $ relata --db crm.db --now 2026-03-05 consent record contact/crm:C1 grant --channel email --purpose newsletter --source web --text v1 --form v1 --reference page --double-opt-in
  contact/crm:C1: grant recorded
  $ relata --db crm.db --now 2026-03-20 consent record contact/crm:C1 withdraw --channel email --purpose newsletter --source web
  contact/crm:C1: withdraw recorded
  $ relata --db crm.db consent history contact/crm:C1
  #   when                  event     channel  purpose     source  words
  8   2026-03-05T00:00:00Z  grant     email    newsletter  web     v1
  10  2026-03-20T00:00:00Z  withdraw  email    newsletter  web
  $ relata --db crm.db --now 2026-03-21 consent receipt contact/crm:C1 --controller "Forez SAS" --controller-email dpo@forez.example --policy-url https://forez.example/privacy | python3 -m json.tool --no-ensure-ascii
  {
      "version": "KI-CR-v1.1.0",
      "jurisdiction": "FR",
      "consentTimestamp": 1773964800,
      "collectionMethod": "web form",
      "consentReceiptID": "contact/019cabd8-3800-7000-910a-2dec89025cc1#10",
      "language": "en",
      "piiPrincipalId": "contact/019cabd8-3800-7000-910a-2dec89025cc1",
      "piiControllers": [
          {
              "piiController": "Forez SAS",
              "contact": "",
              "address": "",
              "email": "dpo@forez.example",
              "phone": ""
          }
      ],
      "policyUrl": "https://forez.example/privacy",
      "services": [
          {
              "service": "",
              "purposes": [
                  {
                      "purpose": "newsletter",
                      "purposeCategory": [
                          "newsletter"
                      ],
                      "consentType": "EXPLICIT",
                      "piiCategory": [],
                      "primaryPurpose": true,
                      "termination": "",
                      "thirdPartyDisclosure": false
                  }
              ]
          }
      ],
      "sensitive": false,
      "spiCat": [],
      "record": {
          "record_metadata": {
              "schema_version": "ISO/IEC TS 27560:2023",
              "record_id": "contact/019cabd8-3800-7000-910a-2dec89025cc1#10",
              "pii_principal_id": "contact/019cabd8-3800-7000-910a-2dec89025cc1"
          },
          "pii_processing": {
              "privacy_notice": "",
              "language": "en",
              "purposes": [
                  {
                      "purpose": "newsletter",
                      "lawful_basis": "consent",
                      "pii_information": [],
                      "channels": [
                          "email"
                      ],
                      "jurisdiction": "FR",
                      "retention_period": "",
                      "withdrawal_method": "",
                      "recipient_third_parties": []
                  }
              ]
          },
          "party_identification": [
              {
                  "party_name": "Forez SAS",
                  "party_role": "controller",
                  "party_contact": "dpo@forez.example"
              }
          ],
          "events": [
              {
                  "event_time": "2026-03-20T00:00:00Z",
                  "recorded_time": "2026-03-20T00:00:00Z",
                  "event_type": "ExpressedConsent",
                  "event_state": "ConsentWithdrawn",
                  "entity_id": "contact/019cabd8-3800-7000-910a-2dec89025cc1"
              }
          ],
          "evidence": {
              "source": "web"
          }
      }
  }
  $ relata --db crm.db --now 2026-03-21 consent receipt contact/crm:C1 --entry $(relata --db crm.db consent history contact/crm:C1 | grep grant | cut -d' ' -f1) --controller "Forez SAS" --policy-url https://forez.example/privacy --service "Letter" --data e-mail | python3 -c "import json, sys; r = json.load(sys.stdin); print(r['services'][0]['service'], r['services'][0]['purposes'][0]['piiCategory'], r['record']['events'][0]['event_state'])"
  Letter ['e-mail'] ConsentGiven
  $ relata --db crm.db consent receipt contact/crm:C2 --controller "Forez SAS" --policy-url https://forez.example/privacy 2>&1
  relata: contact/crm:C2 has said nothing that a receipt is given for
  [3]

Why: every rule tried with its article, the entries that decided, what is missing. As of a day before the withdrawal the answer is what it was.

  $ relata --db crm.db --now 2026-03-21T10:00:00Z why contact/crm:C1 --channel email --purpose newsletter
  deny CONSENT.WITHDRAWN (GDPR 7(3)): Consent was withdrawn.
    FR 2026.11  passed  SUBJECT.DECEASED  (Loi Informatique et Libertés 85)
    FR 2026.11  passed  SUBJECT.RESTRICTED  (GDPR 18(1)-(2))
    FR 2026.11  passed  SUBJECT.ERASED  (GDPR 17(1))
    FR 2026.11  denies  CONSENT.WITHDRAWN  entry 10  (GDPR 7(3))
  [1]
  $ relata --db crm.db --now 2026-03-21T10:00:00Z why contact/crm:C1 --channel email --purpose newsletter --at 2026-03-19T10:00:00Z | head -1
  allow CONSENT.OK (GDPR 6(1)(a), 7): Proven consent covers this contact.
  $ relata --db crm.db --now 2026-03-21T10:00:00Z --lang fr why contact/crm:C3 --channel phone --purpose marketing
  deny DEFAULT.NO_BASIS (GDPR 6(1); Directive 2002/58/EC 13(1)): Rien dans le registre ni dans les relations ne permet ce contact.
    DE 2026.11  passed  SUBJECT.DECEASED  (Loi Informatique et Libertés 85)
    DE 2026.11  passed  SUBJECT.RESTRICTED  (GDPR 18(1)-(2))
    DE 2026.11  passed  SUBJECT.ERASED  (GDPR 17(1))
    DE 2026.11  denies  DEFAULT.NO_BASIS  (GDPR 6(1); Directive 2002/58/EC 13(1))
  [1]
  $ relata --db crm.db --now 2026-03-21T10:00:00Z --json why contact/crm:C1 --channel sms --purpose service
  {"person":"contact/crm:C1","at":"2026-03-21T10:00:00Z","decision":"allow","reason":"SERVICE.OK","basis":"contract","jurisdiction":"FR","pack":"2026.11","citation":"GDPR 6(1)(b), 6(1)(c)","sentence":"A service message, an answer to a request or a breach notice may always be sent.","entries":[],"candidates":[{"jurisdiction":"FR","decision":"allow","reason":"SERVICE.OK"}],"steps":[{"rule":"SERVICE.OK","verdict":"allows","jurisdiction":"FR","pack":"2026.11","citation":"GDPR 6(1)(b), 6(1)(c)"}]}

House rules and rows of one's own; what would make an answer looser is named by it.

  $ relata --db crm.db --now 2026-03-22 consent rules flag quiet_hours "20:00-09:00 email"
  $ relata --db crm.db --now 2026-03-22 consent rules flag fr_free_account allow
  $ relata --db crm.db --now 2026-03-22 consent rules flag no_such_flag on 2>&1
  relata: there is no policy flag "no_such_flag"
  [2]
  $ printf 'amend FR 2027.1 Europe/Paris\nban FR.SECTOR_BAN channels=email audience=b2c sectors=press | decision of the board, 2026-03-20\n' > own.rules
  $ relata --db crm.db --now 2026-03-22 consent rules load board own.rules
  $ relata --db crm.db consent rules
  FR  2027.1
  DE  2026.11
  UK  2026.11
  EU  2026.11
  US  2026.11
  US-CA  2026.11
  CA  2026.11
  own rules: board
  fr_free_account = allow
  quiet_hours = 20:00-09:00 email
  $ relata --db crm.db consent rules show FR | grep board
  FR.SECTOR_BAN             email               b2c                                                   decision of the board, 2026-03-20
  $ relata --db crm.db --now 2026-03-22T21:00:00Z consent decide contact/crm:C2 --channel email --purpose service | head -1
  allow SERVICE.OK (GDPR 6(1)(b), 6(1)(c)): A service message, an answer to a request or a breach notice may always be sent.
  $ relata --db crm.db --now 2026-03-23 consent rules drop board
  $ relata --db crm.db --now 2026-03-23 consent rules flag fr_free_account
  $ echo 'amend FR 2027.1 Mars/Base' > broken.rules
  $ relata --db crm.db --now 2026-03-23 consent rules load broken broken.rules 2>&1
  relata: rule pack line 1: "Mars/Base" is no known time zone
  [2]
  $ relata --db crm.db --json consent rules
  {"packs":{"FR":"2026.11","DE":"2026.11","UK":"2026.11","EU":"2026.11","US":"2026.11","US-CA":"2026.11","CA":"2026.11"},"own":[],"flags":{"quiet_hours":"20:00-09:00 email"}}

A file of questions is answered line by line; a question that cannot be read is named.

  $ cat > questions.json <<'END'
  > [{"id": "A", "jurisdiction": "FR", "facts": {}, "question": {"channel": "email", "purpose": "marketing", "at": "2026-03-10T10:00:00Z"}},
  >  {"id": "B", "kind": "deadline", "jurisdiction": "FR", "facts": {"from": "2026-01-31"}, "question": {"clock": "dsar_1m"}},
  >  {"id": "C", "kind": "erasure", "jurisdiction": "FR", "facts": {"at": "2026-03-10T10:00:00Z", "records": [{"id": "r", "class": "diary"}]}, "question": {}}]
  > END
  $ relata consent replay questions.json 2>&1
  {"id":"A","decision":"deny","reason":"DEFAULT.NO_BASIS"}
  {"id":"B","due":"2026-03-02"}
  {"id":"C","error":"vectors[2].facts.records[0].class: record r: \"diary\" is no class of records"}
  [1]
