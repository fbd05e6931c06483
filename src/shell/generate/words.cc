// SPDX-License-Identifier: Apache-2.0

#include "shell/generate/words.h"

namespace relata::shell {
namespace {

constexpr std::string_view kWomen[] = {
    "Adèle",      "Agathe",     "Agnès",     "Alice",       "Aline",     "Amandine",   "Amélie",
    "Anaïs",      "Andrée",     "Angélique", "Anne",        "Annick",    "Apolline",   "Ariane",
    "Audrey",     "Aurélie",    "Aurore",    "Béatrice",    "Bénédicte", "Brigitte",   "Camille",
    "Caroline",   "Catherine",  "Cécile",    "Céline",      "Chantal",   "Charlotte",  "Christelle",
    "Christine",  "Clara",      "Claudine",  "Clémence",    "Coralie",   "Corinne",    "Danielle",
    "Delphine",   "Diane",      "Dominique", "Édith",       "Élisabeth", "Élise",      "Élodie",
    "Émilie",     "Emma",       "Estelle",   "Eugénie",     "Ève",       "Fabienne",   "Fanny",
    "Farida",     "Fatima",     "Flavie",    "Florence",    "Françoise", "Frédérique", "Gaëlle",
    "Geneviève",  "Ghislaine",  "Hélène",    "Inès",        "Ingrid",    "Irène",      "Isabelle",
    "Jacqueline", "Jade",       "Jeanne",    "Joëlle",      "Joséphine", "Julie",      "Juliette",
    "Karine",     "Khadija",    "Laëtitia",  "Laure",       "Laurence",  "Léa",        "Léonie",
    "Lina",       "Louise",     "Lucie",     "Ludivine",    "Madeleine", "Magali",     "Manon",
    "Margaux",    "Marguerite", "Marie",     "Marie-Laure", "Marine",    "Marion",     "Martine",
    "Mathilde",   "Maud",       "Mélanie",   "Mireille",    "Monique",   "Muriel",     "Myriam",
    "Nadège",     "Nadia",      "Nathalie",  "Nicole",      "Noémie",    "Odile",      "Océane",
    "Pascale",    "Patricia",   "Pauline",   "Rachel",      "Régine",    "Romane",     "Roxane",
    "Sabine",     "Salomé",     "Samira",    "Sandrine",    "Sarah",     "Séverine",   "Simone",
    "Solène",     "Sonia",      "Sophie",    "Stéphanie",   "Suzanne",   "Sylvie",     "Tiphaine",
    "Valentine",  "Valérie",    "Véronique", "Victoire",    "Virginie",  "Yasmine",    "Zoé"};

constexpr std::string_view kMen[] = {
    "Adrien",  "Ahmed",    "Alain",     "Alexandre", "Alexis",    "André",       "Antoine",
    "Arnaud",  "Arthur",   "Aurélien",  "Baptiste",  "Bastien",   "Benjamin",    "Benoît",
    "Bernard", "Bertrand", "Bruno",     "Cédric",    "Charles",   "Christian",   "Christophe",
    "Clément", "Cyril",    "Damien",    "Daniel",    "David",     "Denis",       "Didier",
    "Édouard", "Émile",    "Emmanuel",  "Éric",      "Étienne",   "Fabien",      "Fabrice",
    "Farid",   "Florent",  "Florian",   "Franck",    "François",  "Frédéric",    "Gabriel",
    "Gaël",    "Gaspard",  "Gauthier",  "Geoffrey",  "Georges",   "Gérald",      "Gérard",
    "Gilles",  "Grégory",  "Guillaume", "Guy",       "Henri",     "Hervé",       "Hubert",
    "Hugo",    "Jacques",  "Jean",      "Jean-Marc", "Jean-Paul", "Jean-Pierre", "Jérémy",
    "Jérôme",  "Joël",     "Jonathan",  "Joseph",    "Julien",    "Karim",       "Kévin",
    "Laurent", "Léo",      "Lionel",    "Loïc",      "Louis",     "Luc",         "Lucas",
    "Ludovic", "Malik",    "Marc",      "Martin",    "Mathieu",   "Maurice",     "Maxime",
    "Mehdi",   "Michel",   "Mickaël",   "Mohamed",   "Nathan",    "Nicolas",     "Noël",
    "Olivier", "Pascal",   "Patrice",   "Patrick",   "Paul",      "Philippe",    "Pierre",
    "Quentin", "Rachid",   "Raphaël",   "Raymond",   "Régis",     "Rémi",        "Renaud",
    "René",    "Robert",   "Rodolphe",  "Romain",    "Samuel",    "Sébastien",   "Serge",
    "Simon",   "Stéphane", "Sylvain",   "Théo",      "Thibault",  "Thierry",     "Thomas",
    "Tristan", "Valentin", "Victor",    "Vincent",   "Xavier",    "Yann",        "Yves"};

constexpr std::string_view kFamilies[] = {
    "Abadie",   "Adam",       "Albert",     "Alix",        "Allard",    "Amiot",    "André",
    "Arnaud",   "Aubert",     "Aubry",      "Auger",       "Bailly",    "Barbier",  "Baron",
    "Barre",    "Barthélemy", "Baudry",     "Bazin",       "Beaumont",  "Belkacem", "Benali",
    "Benoît",   "Bérard",     "Berger",     "Bernard",     "Berthelot", "Bertin",   "Besnard",
    "Besson",   "Bigot",      "Billard",    "Blanchet",    "Blondel",   "Bodin",    "Boisseau",
    "Bonnet",   "Boucher",    "Bouchet",    "Boudet",      "Boulanger", "Bourdon",  "Bourgeois",
    "Bouvier",  "Boyer",      "Breton",     "Briand",      "Brunet",    "Buisson",  "Cadet",
    "Camus",    "Carlier",    "Caron",      "Carpentier",  "Carré",     "Cartier",  "Chabert",
    "Chambon",  "Champion",   "Chapuis",    "Charpentier", "Chartier",  "Chauvet",  "Chevalier",
    "Clavel",   "Clerc",      "Colas",      "Collet",      "Colin",     "Cordier",  "Costa",
    "Coulon",   "Courtois",   "Cousin",     "Coutant",     "Crépin",    "Da Silva", "Daniel",
    "Darras",   "David",      "De Almeida", "Delannoy",    "Delattre",  "Delaunay", "Delmas",
    "Delorme",  "Deschamps",  "Desjardins", "Devaux",      "Diallo",    "Dubois",   "Dubreuil",
    "Duclos",   "Dufour",     "Duhamel",    "Dumas",       "Dumont",    "Dupin",    "Dupont",
    "Dupuis",   "Durand",     "Duval",      "El Amrani",   "Fabre",     "Faivre",   "Faure",
    "Favre",    "Fernandez",  "Ferrand",    "Fischer",     "Fleury",    "Fontaine", "Forestier",
    "Fournier", "François",   "Gaillard",   "Garcia",      "Garnier",   "Gaudin",   "Gauthier",
    "Gérard",   "Germain",    "Gilbert",    "Girard",      "Giraud",    "Godard",   "Goncalves",
    "Granger",  "Grenier",    "Grosjean",   "Guérin",      "Guichard",  "Guillet",  "Guillot",
    "Guyot",    "Hamel",      "Hardy",      "Hébert",      "Henry",     "Hervé",    "Hoarau",
    "Huet",     "Hubert",     "Humbert",    "Imbert",      "Jacob",     "Jacquet",  "Jacquot",
    "Joly",     "Jourdan",    "Julien",     "Klein",       "Labbé",     "Lacombe",  "Lacroix",
    "Lagarde",  "Lambert",    "Lamy",       "Langlois",    "Laporte",   "Laroche",  "Laurent",
    "Lebon",    "Lebrun",     "Leclerc",    "Leconte",     "Lefèvre",   "Léger",    "Legrand",
    "Lejeune",  "Lemaire",    "Lemoine",    "Lenoir",      "Leroux",    "Lévêque",  "Lopez",
    "Loiseau",  "Lucas",      "Maillard",   "Mallet",      "Marchal",   "Marchand", "Maréchal",
    "Marin",    "Marion",     "Martel",     "Martin",      "Martinez",  "Marty",    "Masson",
    "Mathieu",  "Maury",      "Mercier",    "Merle",       "Meunier",   "Meyer",    "Michaud",
    "Millet",   "Monnier",    "Moreau",     "Morel",       "Morin",     "Moulin",   "Muller",
    "Navarro",  "Nguyen",     "Nicolas",    "Noël",        "Olivier",   "Ollivier", "Paris",
    "Pascal",   "Pasquier",   "Paul",       "Payet",       "Pelletier", "Pereira",  "Perez",
    "Perrault", "Perret",     "Perrier",    "Perrin",      "Petit",     "Philippe", "Picard",
    "Pichon",   "Pineau",     "Poirier",    "Pons",        "Poulain",   "Prévost",  "Prunier",
    "Raymond",  "Regnier",    "Renard",     "Renaud",      "Rey",       "Reynaud",  "Ribeiro",
    "Richard",  "Rivière",    "Robin",      "Roche",       "Rodriguez", "Roger",    "Rolland",
    "Rousseau", "Roussel",    "Roux",       "Roy",         "Royer",     "Salmon",   "Sanchez",
    "Sauvage",  "Schmitt",    "Schneider",  "Seguin",      "Simon",     "Tanguy",   "Tessier",
    "Texier",   "Thomas",     "Tissier",    "Toussaint",   "Tran",      "Traoré",   "Vallée",
    "Vasseur",  "Verdier",    "Vernet",     "Vidal",       "Vigneron",  "Villard",  "Vincent",
    "Voisin",   "Wagner",     "Weber"};

constexpr City kCities[] = {{"Lyon", "69003", 0},
                            {"Villeurbanne", "69100", 0},
                            {"Saint-Étienne", "42000", 0},
                            {"Grenoble", "38000", 0},
                            {"Valence", "26000", 0},
                            {"Annecy", "74000", 0},
                            {"Chambéry", "73000", 0},
                            {"Oyonnax", "01100", 0},
                            {"Roanne", "42300", 0},
                            {"Vienne", "38200", 0},
                            {"Dijon", "21000", 1},
                            {"Nevers", "58000", 1},
                            {"Besançon", "25000", 1},
                            {"Belfort", "90000", 1},
                            {"Montbéliard", "25200", 1},
                            {"Strasbourg", "67000", 1},
                            {"Mulhouse", "68100", 1},
                            {"Nancy", "54000", 1},
                            {"Metz", "57000", 1},
                            {"Épinal", "88000", 1},
                            {"Lille", "59000", 2},
                            {"Roubaix", "59100", 2},
                            {"Valenciennes", "59300", 2},
                            {"Maubeuge", "59600", 2},
                            {"Dunkerque", "59140", 2},
                            {"Amiens", "80000", 2},
                            {"Saint-Quentin", "02100", 2},
                            {"Reims", "51100", 2},
                            {"Charleville-Mézières", "08000", 2},
                            {"Arras", "62000", 2},
                            {"Paris", "75011", 3},
                            {"Saint-Denis", "93200", 3},
                            {"Cergy", "95000", 3},
                            {"Évry-Courcouronnes", "91000", 3},
                            {"Mantes-la-Jolie", "78200", 3},
                            {"Melun", "77000", 3},
                            {"Orléans", "45000", 3},
                            {"Chartres", "28000", 3},
                            {"Dreux", "28100", 3},
                            {"Montargis", "45200", 3},
                            {"Nantes", "44000", 4},
                            {"Saint-Nazaire", "44600", 4},
                            {"Rennes", "35000", 4},
                            {"Brest", "29200", 4},
                            {"Lorient", "56100", 4},
                            {"Cholet", "49300", 4},
                            {"Angers", "49000", 4},
                            {"Le Mans", "72000", 4},
                            {"Laval", "53000", 4},
                            {"La Roche-sur-Yon", "85000", 4},
                            {"Le Havre", "76600", 4},
                            {"Rouen", "76000", 4},
                            {"Caen", "14000", 4},
                            {"Bordeaux", "33000", 5},
                            {"Toulouse", "31000", 5},
                            {"Figeac", "46100", 5},
                            {"Pau", "64000", 5},
                            {"Tarbes", "65000", 5},
                            {"Limoges", "87000", 5},
                            {"Angoulême", "16000", 5},
                            {"Poitiers", "86000", 5},
                            {"Châtellerault", "86100", 5},
                            {"Brive-la-Gaillarde", "19100", 5},
                            {"Rodez", "12000", 5},
                            {"Marseille", "13002", 5},
                            {"Aix-en-Provence", "13100", 5},
                            {"Nîmes", "30000", 5},
                            {"Clermont-Ferrand", "63000", 0},
                            {"Thiers", "63300", 0},
                            {"Montluçon", "03100", 0},
                            {"Vichy", "03200", 0},
                            {"Cluses", "74300", 0}};

constexpr std::string_view kStreets[] = {"rue de la Forge",
                                         "rue des Ateliers",
                                         "avenue de l'Industrie",
                                         "rue du Port",
                                         "boulevard Carnot",
                                         "rue Gambetta",
                                         "avenue Jean Jaurès",
                                         "rue de l'Église",
                                         "chemin des Prés",
                                         "zone industrielle Nord",
                                         "rue Ampère",
                                         "rue Denis Papin",
                                         "rue Gustave Eiffel",
                                         "allée des Tilleuls",
                                         "rue du Moulin",
                                         "quai de la Gare",
                                         "impasse des Tanneurs",
                                         "route de Lyon",
                                         "route nationale",
                                         "rue Marie Curie",
                                         "rue des Frères Lumière",
                                         "parc d'activités Est",
                                         "rue du 8 Mai 1945",
                                         "place du Marché",
                                         "rue de la République",
                                         "cours de la Libération",
                                         "rue Pasteur",
                                         "rue des Fondeurs",
                                         "rue du Haut Fourneau",
                                         "avenue du Général Leclerc"};

constexpr std::string_view kTrades[] = {
    "Mécanique",        "Fonderie",    "Chaudronnerie",    "Usinage",       "Tôlerie",
    "Plasturgie",       "Décolletage", "Outillage",        "Emboutissage",  "Découpe",
    "Métallerie",       "Forge",       "Tréfilerie",       "Robinetterie",  "Visserie",
    "Carrosserie",      "Menuiserie",  "Papeterie",        "Verrerie",      "Câblerie",
    "Électromécanique", "Hydraulique", "Machines",         "Constructions", "Établissements",
    "Ateliers",         "Industries",  "Société nouvelle", "Laminoirs",     "Galvanisation"};

constexpr std::string_view kComplements[] = {
    "du Forez",     "du Jura",     "de l'Ain",    "des Vosges",   "de Bresse",    "du Vimeu",
    "de Thiérache", "du Berry",    "du Maine",    "de l'Anjou",   "du Limousin",  "de Bigorre",
    "du Rouergue",  "de Provence", "du Dauphiné", "de Savoie",    "de la Vallée", "des Deux Rives",
    "du Pays Haut", "de la Loire", "du Rhône",    "de Champagne", "d'Armor",      "du Ponant",
    "de l'Ouest",   "du Nord",     "de l'Est",    "du Midi",      "des Flandres", "de l'Artois"};

constexpr std::string_view kLegalForms[] = {"SAS",  "SARL", "SA",   "SAS",
                                            "EURL", "SARL", "SASU", "SNC"};

constexpr Sector kSectors[] = {{"Automobile", "automotive"},
                               {"Aéronautique", "aerospace"},
                               {"Agroalimentaire", "food"},
                               {"Bâtiment", "construction"},
                               {"Chimie", "chemicals"},
                               {"Électronique", "electronics"},
                               {"Emballage", "packaging"},
                               {"Énergie", "energy"},
                               {"Ferroviaire", "rail"},
                               {"Luxe", "luxury"},
                               {"Machinisme agricole", "agricultural machinery"},
                               {"Médical", "medical devices"},
                               {"Métallurgie", "metalworking"},
                               {"Naval", "shipbuilding"},
                               {"Plasturgie", "plastics"},
                               {"Textile", "textile"}};

constexpr Job kJobs[] = {{"Acheteur", "Achats", "Achats"},
                         {"Responsable achats", "Resp. achats", "Achats"},
                         {"Directeur industriel", "Dir. indus.", "Production"},
                         {"Responsable maintenance", "Resp. maint.", "Maintenance"},
                         {"Technicien de maintenance", "Tech. maint.", "Maintenance"},
                         {"Directeur général", "DG", "Direction"},
                         {"Gérant", "Gérant", "Direction"},
                         {"Responsable production", "Resp. prod.", "Production"},
                         {"Chef d'atelier", "Chef at.", "Production"},
                         {"Ingénieur méthodes", "Ing. méthodes", "Méthodes"},
                         {"Responsable qualité", "Resp. qualité", "Qualité"},
                         {"Responsable HSE", "HSE", "Qualité"},
                         {"Directeur administratif et financier", "DAF", "Finance"},
                         {"Comptable", "Compta", "Finance"},
                         {"Chef de projet", "CdP", "Méthodes"},
                         {"Responsable logistique", "Resp. logis.", "Logistique"}};

constexpr Product kProducts[] = {
    {"PH-100", "Presse hydraulique 100 tonnes", "Presses", 4'850'000, "pièce", true},
    {"PH-250", "Presse hydraulique 250 tonnes", "Presses", 9'690'000, "pièce", true},
    {"MAINT-AN", "Contrat de maintenance annuel", "Maintenance", 640'000, "an", true},
    {"FORM-OP", "Formation opérateurs, deux jours", "Services", 185'000, "session", true},
    {"INST", "Installation et mise en service", "Services", 320'000, "forfait", true},
    {"OUT-STD", "Jeu d'outils standard", "Outillage", 275'000, "jeu", true},
    {"OUT-SPE", "Outillage spécial sur plan", "Outillage", 890'000, "pièce", true},
    {"HUILE-46", "Huile hydraulique ISO 46, fût 208 l", "Consommables", 68'500, "fût", true},
    {"JOINT-K", "Kit de joints pour vérin", "Consommables", 21'900, "kit", true},
    {"FILTRE-H", "Filtre haute pression", "Consommables", 8'450, "pièce", true},
    {"POINC-12", "Poinçon 12 mm", "Consommables", 4'690, "pièce", true},
    {"LUBR-5", "Lubrifiant d'emboutissage, 5 l", "Consommables", 7'980, "bidon", true},
    {"GANT-A", "Gants anti-coupure, lot de 12", "Consommables", 11'940, "lot", true},
    {"CAPT-P", "Capteur de pression", "Pièces", 36'400, "pièce", true},
    {"PM-40", "Presse mécanique 40 tonnes (arrêtée)", "Anciennes presses", 1'990'000, "pièce",
     false}};

constexpr User kUsers[] = {{"U1", "Amélie Roux", "amelie.roux@ateliers-vernay.example", "sales rep",
                            "Ventes Sud", "Rhône-Alpes", true},
                           {"U2", "Bruno Kessler", "bruno.kessler@ateliers-vernay.example",
                            "sales rep", "Ventes Nord", "Grand Est", true},
                           {"U3", "Chloé Delcourt", "chloe.delcourt@ateliers-vernay.example",
                            "sales rep", "Ventes Nord", "Nord", true},
                           {"U4", "David Mensah", "david.mensah@ateliers-vernay.example",
                            "sales rep", "Ventes Nord", "Centre", true},
                           {"U5", "Erwan Le Goff", "erwan.legoff@ateliers-vernay.example",
                            "sales rep", "Ventes Sud", "Ouest", true},
                           {"U6", "Fanny Arrieta", "fanny.arrieta@ateliers-vernay.example",
                            "sales rep", "Ventes Sud", "Sud", true},
                           {"U7", "Gérard Vernay", "gerard.vernay@ateliers-vernay.example",
                            "sales director", "Direction", "France", true},
                           {"U8", "Hanna Lindqvist", "hanna.lindqvist@ateliers-vernay.example",
                            "marketing", "Marketing", "France", true},
                           {"U9", "Ismaël Cohen", "ismael.cohen@ateliers-vernay.example", "service",
                            "Service", "France", true},
                           {"U10", "Jeanne Pruvost", "jeanne.pruvost@ateliers-vernay.example",
                            "sales rep", "Ventes Sud", "Rhône-Alpes", false}};

// 273 days before 12 November 2026 is 12 February 2026.
constexpr Campaign kCampaigns[] = {{"CP1", "Portes ouvertes 2025", "event", 540, 450'000},
                                   {"CP2", "Lettre d'automne 2025", "newsletter", 400, 60'000},
                                   {"CP3", "Offre joints et filtres", "offer", 273, 80'000},
                                   {"CP4", "Lettre de printemps 2026", "newsletter", 210, 60'000},
                                   {"CP5", "Salon de la tôlerie 2026", "event", 120, 1'250'000},
                                   {"CP6", "Campagne maintenance préventive", "offer", 24, 95'000}};

constexpr std::string_view kCompetitors[] = {"Presses Hartmann", "Nordpress", "Idromec",
                                             "Sud Machines"};
constexpr std::string_view kLossReasons[] = {"price",           "competitor", "no budget",
                                             "project stopped", "no answer",  "delivery time"};
constexpr std::string_view kNextSteps[] = {
    "Rappeler",      "Envoyer le devis révisé", "Visite d'atelier",
    "Essai matière", "Validation direction",    "Relance écrite"};
constexpr std::string_view kTicketSubjects[] = {
    "Fuite sur le vérin principal",     "Bruit anormal à la descente", "Défaut capteur de pression",
    "Commande à deux mains inopérante", "Retard de livraison",         "Facture en double",
    "Demande de documentation",         "Réglage de la course",        "Température d'huile élevée",
    "Pièce manquante à la livraison"};
constexpr std::string_view kTicketCauses[] = {"wear",       "setting",   "manufacturing defect",
                                              "user error", "transport", "administrative"};
constexpr std::string_view kComments[] = {"Très satisfait du délai.",
                                          "À rappeler après les congés.",
                                          "Projet d'extension de l'atelier.",
                                          "Demande une remise sur les consommables.",
                                          "Préfère être appelé le matin.",
                                          "Réponse rapide du service.",
                                          "Le prix reste élevé.",
                                          "Envisage une seconde presse.",
                                          "Passage au salon, bon contact.",
                                          "Attend le budget de l'an prochain."};
constexpr std::string_view kForbidden[] = {
    "En arrêt maladie, cancer, ne pas insister.", "Délégué syndical CGT, se méfier.",
    "Enceinte, revient en mars.", "Vote à l'extrême gauche.", "Problème d'alcool connu."};
constexpr std::string_view kPages[] = {"/",           "/produits/ph-250", "/produits/ph-100",
                                       "/tarifs",     "/tarifs/presses",  "/maintenance",
                                       "/contact",    "/actualites",      "/references",
                                       "/recrutement"};
constexpr std::string_view kDownloads[] = {"/docs/brochure-ph-250.pdf", "/docs/brochure-ph-100.pdf",
                                           "/docs/maintenance.pdf", "/docs/securite-presses.pdf"};
constexpr std::string_view kOrigins[] = {"website",   "trade fair", "referral",
                                         "cold call", "campaign",   "partner"};

}  // namespace

std::span<const std::string_view> WomenNames() { return kWomen; }
std::span<const std::string_view> MenNames() { return kMen; }
std::span<const std::string_view> FamilyNames() { return kFamilies; }
std::span<const City> Cities() { return kCities; }
std::span<const std::string_view> Streets() { return kStreets; }
std::span<const std::string_view> Trades() { return kTrades; }
std::span<const std::string_view> TradeComplements() { return kComplements; }
std::span<const std::string_view> LegalForms() { return kLegalForms; }
std::span<const Sector> Sectors() { return kSectors; }
std::span<const Job> Jobs() { return kJobs; }
std::span<const Product> Products() { return kProducts; }
std::span<const User> Users() { return kUsers; }
std::span<const Campaign> Campaigns() { return kCampaigns; }
std::span<const std::string_view> Competitors() { return kCompetitors; }
std::span<const std::string_view> LossReasons() { return kLossReasons; }
std::span<const std::string_view> NextSteps() { return kNextSteps; }
std::span<const std::string_view> TicketSubjects() { return kTicketSubjects; }
std::span<const std::string_view> TicketCauses() { return kTicketCauses; }
std::span<const std::string_view> Comments() { return kComments; }
std::span<const std::string_view> ForbiddenComments() { return kForbidden; }
std::span<const std::string_view> Pages() { return kPages; }
std::span<const std::string_view> Downloads() { return kDownloads; }
std::span<const std::string_view> Origins() { return kOrigins; }

}  // namespace relata::shell
