What a spreadsheet holds, before anything is imported. Findings are status 1.

  $ cat > clients.csv <<'END'
  > Société;SIREN;E-mail;Téléphone;Fax
  > Fonderies du Forez;732829320;contact@forez.example;01 99 00 11 22;
  > FONDERIES DU FOREZ SAS;732829320;n/a;0000000000;
  > END
  $ relata --json audit clients.csv > audit.json
  [1]
  $ python3 -c "import json; a = json.load(open('audit.json')); print(a['rows'], 'rows,', a['companies'], 'company')"
  2 rows, 1 company
  $ relata audit clients.csv | head -1
  Audit: 1 files, 2 rows
  $ relata --lang fr audit clients.csv | head -1
  Audit : 1 fichiers, 2 lignes
  $ relata audit nowhere 2>&1
  relata: nowhere: no such file or directory
  [3]
