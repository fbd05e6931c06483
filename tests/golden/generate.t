An invented company: three systems and the truth.

  $ relata generate vernay --contacts 200 --seed 3
  vernay: erp/, crm/ and tableur/ of Ateliers Vernay, as of 2026-11-12T17:00:00Z
  What is true about them is in truth/.
  $ ls vernay vernay/erp vernay/crm
  vernay:
  crm
  erp
  tableur
  truth

  vernay/crm:
  accounts.csv
  activities.csv
  campaign_members.csv
  campaigns.csv
  consents.csv
  contacts.csv
  employments.csv
  events.csv
  leads.csv
  opportunities.csv
  opportunity_history.csv
  quotes.csv
  survey_answers.csv
  tickets.csv
  users.csv

  vernay/erp:
  articles.csv
  clients.csv
  commandes.csv
  contrats.csv
  etablissements.csv
  factures.csv
  interlocuteurs.csv
  lignes_commande.csv
  $ relata --lang fr generate vernay --contacts 200 --seed 3
  vernay : erp/, crm/ et tableur/ des Ateliers Vernay, au 2026-11-12T17:00:00Z
  Ce qui est vrai à leur sujet est dans truth/.
  $ relata --json generate vernay --contacts 200 --seed 3
  {"directory":"vernay","contacts":200,"seed":3,"now":"2026-11-12T17:00:00Z"}

The first customer in each of them. The spreadsheet is not UTF-8.

  $ sed -n 2p vernay/erp/clients.csv
  CL000001;FONDERIES DE LA LOIRE SAS;373687870;FR90373687870;Métallurgie;40;5600000,00;Client;;Amélie Roux;45 jours;0;;T1;04/10/2022
  $ sed -n 2p vernay/crm/contacts.csv
  C0000001,Mme,Claire,Fontaine-Mercier,Responsable achats,Achats,A000001,claire.fontaine-mercier@fonderies-de-la-loire.example,04 65 71 30 10,06 39 98 40 10,Saint-Étienne,fr,trade fair,U1,,,,2023-01-12T17:00:00Z
  $ iconv -f cp1252 -t utf-8 vernay/tableur/suivi_clients.csv | sed -n 2p
  Fonderies de la Loire;37368787000015;Mme;MERCIER;Claire;Resp. achats;c.mercier@fonderies-de-la-loire.example;0639984010;Saint-Étienne;11 609,27;12 k€;O;O;18/10/2026;;

Fewer people than the story needs.

  $ relata generate vernay --contacts 10 2>&1
  relata: contacts must be 100 to 50000000, not 10
  [2]
