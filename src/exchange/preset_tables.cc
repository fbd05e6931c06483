// SPDX-License-Identifier: Apache-2.0

#include "exchange/preset_tables.h"

namespace relata::internal {
namespace {

// --- Ourselves ----------------------------------------------------------------------------------

constexpr PresetColumn kUser[] = {
    {"userid|iduser|idutilisateur|salesrepid|ownerid", "", "key"},
    {"fullname|name|user|username|salesagent|salesrep|commercial|vendeur|utilisateur|nomcomplet",
     "name"},
    {"firstname|prenom|givenname", "name", "join"},
    {"lastname|nom|nomdefamille|surname|familyname", "name", "join"},
    {"email|primaryemail|emailaddress|mail|adresseemail|courriel", "email"},
    {"login|identifiant", "login"},
    {"phone|telephone|tel", "phone"},
    {"title|jobtitle|fonction|poste|role", "job_title"},
    {"team|equipe", "team", ":name"},
    {"manager|responsable|directmanager", "manager", ":name"},
    {"active|actif|isactive", "active"},
    {"language|langue", "language"},
    {"timezone|fuseauhoraire", "time_zone"},
};
constexpr PresetColumn kTerritory[] = {
    {"territoryid|territory", "", "key"},
    {"territoryname|territory|territoire|secteurcommercial|name|nom", "name"},
    {"manager|responsable", "manager", ":name"},
    {"parent|parentterritory|territoireparent", "parent", ":name"},
};
constexpr PresetColumn kObjective[] = {
    {"goalid|objectiveid", "", "key"},
    {"name|goalname|nom|objectif", "name"},
    {"goalowner|owner|responsable", "owner", ":name"},
    {"target|cible|montantcible", "target_amount"},
    {"from|startdate|du|debut", "from"},
    {"to|enddate|au|fin", "until"},
    {"fiscalperiod|periodefiscale|trimestre", "fiscal_period"},
    {"goalmetric|metric|mesure|indicateur", "measure"},
    {"parentgoal|objectifparent", "parent", ":name"},
};

// --- Whom we deal with --------------------------------------------------------------------------

constexpr PresetColumn kAccount[] = {
    {"accountid|companyid|idcompte|idsociete|organizationid|codeclient|numeroclient|customerid|"
     "clientid|recordid|id|identifiant|account",
     "", "key"},
    {"accountname|companyname|company|account|organization|organizationname|organisation|"
     "raisonsociale|societe|entreprise|nomducompte|nomsociete|nomdelasociete|nomentreprise|client|"
     "customername|clientname|nomduclient|name|nom",
     "name"},
    {"legalname|denominationsociale|denomination", "legal_name"},
    {"siren|nsiren|numerosiren|sirennumber", "siren"},
    {"siret|nsiret|numerosiret|siretnumber", "siren", "siret"},
    {"vat|vatnumber|vatid|taxid|tva|ntva|numerotva|numerodetva|tvaintracommunautaire|"
     "ntvaintracommunautaire|ustidnr",
     "vat_number"},
    {"customernumber|accountnumber|customercode|customerno|codeclient|numeroclient|nclient",
     "customer_number"},
    {"industry|sector|secteur|secteurdactivite|industrie|branche", "industry"},
    {"naf|codenaf|ape|codeape|naicscode|siccode|sic", "activity_code"},
    {"employees|numberofemployees|noofemployees|nombredemployes|effectif|effectifs|headcount|"
     "nbsalaries|nombredesalaries",
     "headcount"},
    {"annualrevenue|revenue|turnover|chiffredaffaires|chiffredaffairesannuel|ca|caannuel",
     "revenue"},
    {"yearestablished|yearstarted|yearfounded|anneedecreation", "founded_year"},
    {"accounttype|customertype|relationshiptype|typedecompte|typedeclient|status|statut|type|"
     "client",
     "status"},
    {"valuetier|categorie|classe|tier", "value_tier"},
    {"potentialrevenue|potentiel|capotentiel", "potential_revenue"},
    {"leadsource|accountsource|source|origine|sourceduprospect", "origin"},
    {"parentaccountid|parentid|codeclientparent|idcompteparent|parentcompanyid", "parent", ":key"},
    {"parentaccount|subsidiaryof|parentcompany|compteparent|maisonmere|filialede|parent", "parent",
     ":name"},
    {"primarycontact|contactprincipal|mainscontact", "primary_contact", ":name"},
    {"territory|territoire", "territory", ":name"},
    {"accountownerid|ownerid|idproprietaire", "owner", ":key"},
    {"accountowner|owner|companyowner|commercial|proprietaire|proprietaireducompte|vendeur",
     "owner", ":name"},
    {"paymentterms|conditionsdereglement|conditionsdepaiement|delaidepaiement", "payment_terms"},
    {"dayslate|retarddepaiement|joursderetard", "days_late"},
    {"email|emailaddress|courriel|adresseemail|mail", "email"},
    {"phone|mainphone|telephone|tel|phonenumber|businessphone|telephonefixe|standard", "phone"},
    {"website|websiteurl|web|siteweb|siteinternet|url|webpage", "website"},
    {"billingstreet|address1street1|street|address|streetaddress|adresse|rue|adressedefacturation",
     "street"},
    {"billingpostalcode|billingzippostalcode|address1zippostalcode|zip|zipcode|postalcode|"
     "codepostal|cp|plz",
     "postal_code"},
    {"billingcity|address1city|city|ville|ville1|stadt|officelocation", "city"},
    {"billingstate|billingstateprovince|address1stateprovince|state|stateregion|region|province",
     "region"},
    {"billingcountry|address1countryregion|country|countryregion|pays|land", "country"},
    {"description|notes|commentaire|commentaires|remarques", "description"},
};
constexpr PresetColumn kEstablishment[] = {
    {"establishmentid|codeetablissement|idetablissement|siteid", "", "key"},
    {"establishment|etablissement|nom|name|nomdusite|site", "name"},
    {"siret|nsiret|numerosiret", "siret"},
    {"codeclient|accountid|customerid|idcompte", "account", ":key"},
    {"account|accountname|company|societe|client|raisonsociale", "account", ":name"},
    {"siege|headoffice|siegesocial", "head_office"},
    {"adresse|street|address|rue", "street"},
    {"codepostal|zip|postalcode|cp", "postal_code"},
    {"ville|city", "city"},
    {"pays|country", "country"},
    {"telephone|phone|tel", "phone"},
};
constexpr PresetColumn kContact[] = {
    {"contactid|idcontact|codecontact|personid|recordid|id|identifiant", "", "key"},
    {"salutation|civilite|title2|nameprefix|anrede|contact1salutation", "civility"},
    {"firstname|givenname|prenom|contactfirstname|contact1firstname", "given_name"},
    {"lastname|familyname|surname|nomdefamille|nom|contactlastname|contact1lastname",
     "family_name"},
    {"fullname|contactname|nomcomplet|nomducontact|name|personname", "family_name", "full_name"},
    {"email|emailaddress|primaryemail|email1|email1value|emailwork|adresseemail|adressemail|mail|"
     "courriel|courrielprofessionnel|emailprofessionnel|personemail|personemailwork|"
     "contact1workemail|contact1personalemail|email2address",
     "email"},
    {"phone|businessphone|phonenumber|telephone|tel|telephonefixe|workphone|primaryphone|"
     "phone1value|personphone|directphone|contact1workphone|homephone|contact1homephone",
     "phone"},
    {"mobile|mobilephone|mobilephonenumber|portable|telephoneportable|telmobile|cellphone|gsm|"
     "contact1mobilephone",
     "mobile"},
    {"mailingstreet|address1street1|street|streetaddress|businessstreet|homestreet|adresse|rue|"
     "address",
     "street"},
    {"mailingpostalcode|mailingzippostalcode|address1zippostalcode|zip|zipcode|postalcode|"
     "codepostal|cp|businesspostalcode|homezippostalcode|homepostalcode",
     "postal_code"},
    {"mailingcity|address1city|city|ville|businesscity|homecity", "city"},
    {"mailingstate|mailingstateprovince|address1stateprovince|state|stateregion|region|"
     "homestateprovince",
     "region"},
    {"mailingcountry|address1countryregion|country|countryregion|pays|homecountry", "country"},
    {"accountid|companyid|codeclient|idcompte|associatedcompanyids|associatedcompanyid|"
     "organizationid|customerid",
     "account", ":key"},
    {"siret|siren|nsiret|nsiren", "account", ":field:siren"},
    {"accountname|companyname|company|associatedcompany|organization|organizationname|"
     "organisation|societe|entreprise|raisonsociale|nomducompte|account1name|account|parentid",
     "account", ":name"},
    {"title|jobtitle|position|fonction|poste|intituleduposte|organizationtitle|contact1title",
     "job_title"},
    {"department|service|departement|organizationdepartment", "department"},
    {"seniority|niveau", "seniority"},
    {"reportstoid", "reports_to", ":key"},
    {"reportsto|managersname|superieur", "reports_to", ":name"},
    {"birthdate|birthday|dateofbirth|datedenaissance|naissance|contact1birthdate", "birth_date"},
    {"gender|sexe|genre", "gender"},
    {"language|langue", "language"},
    {"leadsource|source|origine|sourceduprospect|originalsource", "origin"},
    {"lifecyclestage|phaseducycledevie|cycledevie", "lifecycle"},
    {"linkedin|linkedinurl|url", "linkedin_url"},
    {"website|websiteurl|siteweb|webpage", "website"},
    {"donotcontact|nepascontacter", "do_not_contact"},
    {"lastactivitydate|derniercontact|dernierevisite|lastcontacted", "last_contact_on"},
    {"description|notes|commentaire|commentaires|remarques", "description"},
    {"contactownerid|ownerid", "owner", ":key"},
    {"contactowner|owner|commercial|proprietaire|proprietaireducontact", "owner", ":name"},
};
constexpr PresetColumn kEmployment[] = {
    {"employmentid", "", "key"},
    {"contactid", "contact", ":key"},
    {"accountid|codeclient", "account", ":key"},
    {"jobtitle|title|fonction|poste", "job_title"},
    {"department|service", "department"},
    {"from|startdate|du|debut|datedebut", "from"},
    {"until|to|enddate|au|fin|datefin", "until"},
};
constexpr PresetColumn kLead[] = {
    {"leadid|idpiste|idprospect|recordid|id|identifiant", "", "key"},
    {"salutation|civilite", "civility"},
    {"firstname|prenom|givenname", "given_name"},
    {"lastname|nom|nomdefamille|surname", "family_name"},
    {"fullname|leadname|name|nomcomplet|nomduprospect", "family_name", "full_name"},
    {"company|companyname|societe|entreprise|organization|organisation|raisonsociale", "company"},
    {"title|jobtitle|fonction|poste", "job_title"},
    {"email|emailaddress|adresseemail|mail|courriel", "email"},
    {"phone|phonenumber|telephone|tel|businessphone", "phone"},
    {"mobile|mobilephone|mobilephonenumber|portable|telmobile", "mobile"},
    {"website|websiteurl|siteweb|url", "website"},
    {"street|address|adresse|rue", "street"},
    {"postalcode|zip|zipcode|zippostalcode|codepostal|cp", "postal_code"},
    {"city|ville", "city"},
    {"state|stateprovince|stateregion|region", "region"},
    {"country|countryregion|pays", "country"},
    {"language|langue", "language"},
    {"industry|sector|secteur|secteurdactivite", "industry"},
    {"numberofemployees|noofemployees|employees|effectif|effectifs", "headcount"},
    {"annualrevenue|revenue|chiffredaffaires|ca", "revenue"},
    {"leadsource|source|origine|sourceduprospect|origin", "origin"},
    {"leadstatus|status|statut|statutduprospect|statutdelapiste", "status"},
    {"rating|evaluation|temperature", "rating"},
    {"need|besoin", "need"},
    {"budget", "budget"},
    {"timeframe|purchasetimeframe|echeance|delai", "timeframe"},
    {"convertedat|converteddate|dateconversion", "converted_at"},
    {"converted|isconverted|converti", "converted"},
    {"convertedcontactid", "contact", ":key"},
    {"convertedaccountid", "account", ":key"},
    {"campaignid|idcampagne", "campaign", ":key"},
    {"campaign|campaignname|campagne|sourcecampaign", "campaign", ":name"},
    {"lastactivitydate|derniercontact", "last_contact_on"},
    {"description|notes|commentaire|commentaires", "description"},
    {"leadownerid|ownerid", "owner", ":key"},
    {"leadowner|owner|commercial|proprietaire|proprietaireduprospect", "owner", ":name"},
};

// --- What we sell -------------------------------------------------------------------------------

constexpr PresetColumn kProduct[] = {
    {"productid|productcode|code|codearticle|codeproduit|reference|ref|sku|idproduit|product|id",
     "", "key"},
    {"productcode|productid|code|codearticle|codeproduit|reference|ref|sku", "code"},
    {"productname|product|name|nom|designation|libelle|produit|article|nomduproduit", "name"},
    {"producttype|kind|typedeproduit", "kind"},
    {"family|series|productfamily|famille|gamme|categorie|category|subject", "family"},
    {"hierarchypath|parent", "parent", ":name"},
    {"description", "description"},
    {"listprice|price|unitprice|salesprice|prix|prixunitaire|prixunitaireht|prixht|tarif", "price"},
    {"standardcost|cost|currentcost|cout|prixderevient", "cost"},
    {"taxrate|tauxtva|tva", "tax_rate"},
    {"unit|defaultunit|unite", "unit"},
    {"active|actif|isactive|status|statut", "active"},
    {"validfrom|soldfrom|datedebut", "sold_from"},
    {"validto|solduntil|datefin", "sold_until"},
};
constexpr PresetColumn kCampaign[] = {
    {"campaignid|idcampagne|recordid|id", "", "key"},
    {"campaignname|campaign|name|nom|campagne|nomdelacampagne", "name"},
    {"campaigntype|type|typedecampagne|kind", "kind"},
    {"status|statut|statuscampaign", "status"},
    {"channel|canal", "channel"},
    {"purpose|finalite", "purpose"},
    {"startdate|datedebut|debut|proposedstart", "start_date"},
    {"enddate|datefin|fin|proposedend", "end_date"},
    {"budget|budgetedcost|budgetallocated|coutbudgete", "budget"},
    {"actualcost|coutreel", "actual_cost"},
    {"expectedrevenue|revenuattendu|estrevenue", "expected_revenue"},
    {"parentcampaignid|parentid", "parent", ":key"},
    {"parentcampaign|campagneparente", "parent", ":name"},
    {"description", "description"},
    {"ownerid|campaignownerid", "owner", ":key"},
    {"owner|campaignowner|proprietaire", "owner", ":name"},
};
constexpr PresetColumn kCampaignMember[] = {
    {"memberid|campaignmemberid", "", "key"},
    {"campaignid|idcampagne", "campaign", ":key"},
    {"campaignname|campaign|campagne", "campaign", ":name"},
    {"contactid|idcontact", "contact", ":key"},
    {"leadid", "lead", ":key"},
    {"leadlastname|leadname", "lead", ":name"},
    {"status|statut|memberstatus|campaignmemberstatus", "status"},
    {"senddate|sentat|at|date", "sent_at"},
    {"respondedat|firstrespondeddate", "responded_at"},
    {"response|reponse", "response"},
};
constexpr PresetColumn kOpportunity[] = {
    {"opportunityid|dealid|potentialid|idopportunite|idaffaire|recordid|id", "", "key"},
    {"opportunityname|dealname|potentialname|topic|opportunity|deal|nomdelopportunite|"
     "nomdelaffaire|opportunite|affaire|dealtitle|title|name|nom|sujet|objet",
     "name"},
    {"accountid|companyid|codeclient|associatedcompanyids|idcompte", "account", ":key"},
    {"accountname|account|potentialcustomer|company|companyname|associatedcompany|client|societe|"
     "nomducompte|organization|dealorganization",
     "account", ":name"},
    {"contactid|associatedcontactids|idcontact|primarycontactid", "contact", ":key"},
    {"contact|contactname|primarycontact|nomducontact|dealcontactperson", "contact", ":name"},
    {"leadid|originatingleadid", "lead", ":key"},
    {"stage|stagename|dealstage|salesstage|etape|phase|phasedelatransaction|phasedevente", "stage"},
    {"status|statut|forecasttype|dealstatus", "status"},
    {"type|opportunitytype|dealtype|typedaffaire|kind", "kind"},
    {"amount|dealamount|montant|estrevenue|value|valeur|dealvalue|closevalue|montantht|revenuest",
     "amount"},
    {"expectedrevenue|revenuattendu|montantpondere", "expected_revenue"},
    {"actualrevenue|wonamount|montantgagne|revenureel", "won_amount"},
    {"probability|probabilite|proba|dealprobability", "probability"},
    {"closedate|closingdate|estclosedate|expectedclosedate|datedecloture|datedeclotureprevue|"
     "cloture|dealexpectedclosedate|datedesignatureprevue",
     "close_date"},
    {"actualclosedate|closedat|closedon|clotureele|datedeclotureeffective", "closed_on"},
    {"createdat|createddate|createdtime|createdon|createdate|engagedate|openedat|datedecreation|"
     "creele|dealdealcreated",
     "opened_at"},
    {"forecastcategory|categoriedeprevision", "forecast_category"},
    {"leadsource|source|origine", "origin"},
    {"campaignid|campaignid2|idcampagne", "campaign", ":key"},
    {"campaign|sourcecampaign|primarycampaignsource|campaignname|campagne", "campaign", ":name"},
    {"need|customerneed|besoin", "need"},
    {"proposedsolution|solution|solutionproposee", "proposed_solution"},
    {"competitor|competitors|maincompetitors|concurrent|concurrents", "competitor"},
    {"nextstep|prochaineetape", "next_step"},
    {"lossreason|closedlostreason|reasonforloss|raisondeperte|motifdeperte|motifperte",
     "loss_reason"},
    {"rating|evaluation", "rating"},
    {"timeframe|purchasetimeframe|delaidachat", "timeframe"},
    {"pricelist|tarif|listedeprix", "price_list", ":name"},
    {"description|notes|commentaire|commentaires", "description"},
    {"opportunityownerid|ownerid|dealownerid|potentialownerid", "owner", ":key"},
    {"owner|opportunityowner|potentialowner|dealowner|salesagent|salesrep|commercial|proprietaire|"
     "vendeur",
     "owner", ":name"},
};
// One line for each time a deal changed its stage.
constexpr PresetColumn kStageChange[] = {
    {"opportunityid|dealid|potentialid", "opportunity", ":key"},
    {"at|createddate|changedat|modifiedtime|lastmodifieddate|date", "at"},
    {"stage|stagename|dealstage|etape", "stage"},
    {"amount|montant", "amount"},
    {"expectedrevenue", "expected_revenue"},
    {"probability|probabilite", "probability"},
    {"closedate|closingdate|datedecloture", "close_date"},
    {"forecastcategory", "forecast_category"},
};
constexpr PresetColumn kQuote[] = {
    {"quoteid|devisid|iddevis|numerodevis|ndevis|recordid|id", "", "key"},
    {"quotenumber|quoteno|numerodevis|ndevis", "number"},
    {"subject|quotename|name|objet|sujet|nom|designation", "subject"},
    {"version|revision", "version"},
    {"opportunityid|dealid|potentialid", "opportunity", ":key"},
    {"opportunity|opportunityname|dealname|potentialname|affaire", "opportunity", ":name"},
    {"accountid|codeclient|idcompte", "account", ":key"},
    {"accountname|account|client|societe", "account", ":name"},
    {"contactid", "contact", ":key"},
    {"contactname|contact", "contact", ":name"},
    {"quotestage|status|statut|etat|etape", "status"},
    {"salesstatus", "sales_status"},
    {"subtotal|soustotal", "subtotal"},
    {"amount|montantht|montant|totalht|netamount", "net"},
    {"tax|taxes|montanttva|tva", "tax"},
    {"adjustments|adjustment|ajustement", "adjustment"},
    {"grandtotal|total|montantttc|totalttc", "gross"},
    {"discount|remise", "discount"},
    {"sentat|sentdate|envoyele|datedenvoi|createdtime|quotedate|datedevis|createdon", "issued_at"},
    {"validtill|validuntil|expirationdate|valablejusquau|datedevalidite", "valid_until"},
    {"answeredat|reponsele|accepteddate", "decided_at"},
    {"refusalreason|motifderefus", "refusal_reason"},
    {"quoteownerid|ownerid", "owner", ":key"},
    {"quoteowner|owner|commercial|proprietaire", "owner", ":name"},
};
constexpr PresetColumn kOrder[] = {
    {"orderid|salesorderid|ncommande|numerocommande|nocommande|idcommande|ordernumber|recordid|id",
     "", "key"},
    {"ordernumber|sonumber|ncommande|numerocommande|nocommande", "number"},
    {"accountid|codeclient|customerid|idcompte", "account", ":key"},
    {"accountname|account|client|customer|customername|societe", "account", ":name"},
    {"contactid", "contact", ":key"},
    {"codeetablissement|establishmentid", "establishment", ":key"},
    {"opportunityid", "opportunity", ":key"},
    {"quoteid|numerodevis|ndevis", "quote", ":key"},
    {"orderdate|datecommande|datedecommande|date|createdat", "at"},
    {"status|statut|etat", "status"},
    {"montantht|net|netamount|subtotal|totalht|amount|montant", "net"},
    {"montanttva|tax|vat|tva", "tax"},
    {"montantttc|gross|grandtotal|total|totalttc", "gross"},
    {"margin|marge", "margin"},
    {"discount|remise", "discount"},
    {"owner|commercial|salesrep", "owner", ":name"},
};
constexpr PresetColumn kOrderLine[] = {
    {"lineid|orderlineid|nligne|numeroligne|idligne", "", "key"},
    {"orderid|ncommande|numerocommande|nocommande|ordernumber", "order", ":key"},
    {"productcode|productid|codearticle|codeproduit|sku|reference", "product", ":key"},
    {"product|productname|article|designation|produit", "product", ":name"},
    {"quantity|quantite|qte|qty", "quantity"},
    {"unitprice|prixunitaireht|prixunitaire|prix", "unit_price"},
    {"discountpercent|remise|discount", "discount_percent"},
    {"net|montantht|linetotal|amount|montant", "net"},
};
constexpr PresetColumn kInvoice[] = {
    {"invoiceid|nfacture|numerofacture|nofacture|idfacture|invoicenumber", "", "key"},
    {"invoicenumber|nfacture|numerofacture|nofacture", "number"},
    {"accountid|codeclient|customerid", "account", ":key"},
    {"accountname|account|client|customer|societe", "account", ":name"},
    {"contactid", "contact", ":key"},
    {"orderid|ncommande|numerocommande|nocommande", "order", ":key"},
    {"invoicedate|datefacture|datedefacture|date", "at"},
    {"duedate|dateecheance|echeance|datedecheance", "due_date"},
    {"montantht|net|subtotal|totalht|amount", "net"},
    {"montanttva|tax|vat|tva", "tax"},
    {"montantttc|gross|grandtotal|total|totalttc", "gross"},
    {"balance|solde|restedu", "balance"},
    {"status|statut|etat", "status"},
    {"payeele|paidon|datedepaiement|paymentdate|datereglement", "paid_on"},
};
constexpr PresetColumn kContract[] = {
    {"contractid|ncontrat|numerocontrat|contractnumber|idcontrat", "", "key"},
    {"contractnumber|ncontrat|numerocontrat", "number"},
    {"contractname|name|nom|objet", "name"},
    {"accountid|codeclient|customerid", "account", ":key"},
    {"accountname|account|client|societe", "account", ":name"},
    {"start|startdate|debut|datedebut", "from"},
    {"end|enddate|fin|datefin|echeance", "until"},
    {"renewal|reconduction|autorenewal|tacitereconduction", "auto_renew"},
    {"value|amount|montant|montantht|montantannuelht|montantannuel", "value"},
    {"status|statut|etat", "status"},
};
// A term with a product in it.
constexpr PresetColumn kSubscription[] = {
    {"subscriptionid|contractid|ncontrat|numerocontrat|contractnumber|idcontrat", "", "key"},
    {"subscriptionnumber|contractnumber|ncontrat|numerocontrat", "number"},
    {"accountid|codeclient|customerid", "account", ":key"},
    {"accountname|account|client|societe", "account", ":name"},
    {"productcode|productid|codearticle|codeproduit", "product", ":key"},
    {"product|productname|article|produit", "product", ":name"},
    {"start|startdate|debut|datedebut", "from"},
    {"end|enddate|fin|datefin", "until"},
    {"renewaldate|echeance|daterenouvellement", "renewal_date"},
    {"renewal|reconduction|autorenewal|tacitereconduction", "auto_renew"},
    {"annualamount|montantannuelht|montantannuel|amount|montant|montantht", "amount"},
    {"period|periodicite", "period"},
    {"quantity|quantite|qte", "quantity"},
    {"status|statut|etat", "status"},
    {"cancelledon|resiliele|dateresiliation", "cancelled_on"},
    {"churnreason|motifderesiliation", "churn_reason"},
};

// --- What happens -------------------------------------------------------------------------------

constexpr PresetColumn kActivity[] = {
    {"activityid|eventid|callid|idactivite|recordid|id", "", "key"},
    {"subject|sujet|objet|title|titre|activitysubject", "subject"},
    {"type|activitytype|kind|typedactivite|nature", "kind"},
    {"accountid|codeclient", "account", ":key"},
    {"contactid", "contact", ":key"},
    {"leadid", "lead", ":key"},
    {"opportunityid|dealid", "opportunity", ":key"},
    {"accountname|account|client|regarding", "account", ":name"},
    {"contactname|contact", "contact", ":name"},
    {"ownerid|activityownerid", "owner", ":key"},
    {"owner|activityowner|callowner|commercial|assignedto|proprietaire", "owner", ":name"},
    {"doneat|completedat|realisele|faitle|at|date|starttime|startdate|start|dueat|duedate", "at"},
    {"status|statut|etat", "status"},
    {"direction|sens|calltype", "direction"},
    {"minutes|description|notes|compterendu|body", "minutes"},
    {"outcome|resultat|callresult", "outcome"},
    {"place|location|lieu", "place"},
};
constexpr PresetColumn kTask[] = {
    {"taskid|idtache|recordid|id", "", "key"},
    {"subject|sujet|objet|title|titre|tasktitle", "subject"},
    {"accountid|codeclient", "account", ":key"},
    {"contactid", "contact", ":key"},
    {"leadid", "lead", ":key"},
    {"opportunityid|dealid", "opportunity", ":key"},
    {"ownerid|taskownerid", "owner", ":key"},
    {"taskowner|owner|assignedto|responsable|proprietaire", "owner", ":name"},
    {"duedate|dueat|echeance|datedecheance", "due_date"},
    {"closedtime|doneat|completedat|termineele", "done_at"},
    {"status|statut|etat|taskstatus", "status"},
    {"priority|priorite", "priority"},
    {"description|notes|commentaire", "description"},
};
constexpr PresetColumn kTicket[] = {
    {"ticketid|caseid|casenumber|idticket|recordid|id", "", "key"},
    {"ticketnumber|casenumber|numeroticket|number", "number"},
    {"subject|sujet|objet|title|titre|ticketname", "subject"},
    {"description", "description"},
    {"contactid", "contact", ":key"},
    {"accountid|codeclient", "account", ":key"},
    {"contactname|contact", "contact", ":name"},
    {"accountname|account|client", "account", ":name"},
    {"productcode|codearticle", "product", ":key"},
    {"parentticketid|parentid|parentcaseid", "parent", ":key"},
    {"type|kind|nature", "kind"},
    {"severity|severite|gravite", "severity"},
    {"priority|priorite", "priority"},
    {"status|statut|ticketstatus|etat", "status"},
    {"channel|canal|origin|caseorigin", "channel"},
    {"cause|reason|motif", "cause"},
    {"resolution", "resolution"},
    {"reopened|reouvert", "reopened"},
    {"openedat|createddate|createdat|datetimeopened|ouvertle|datedecreation", "opened_at"},
    {"closedat|closeddate|datetimeclosed|ferméle|fermele|closle", "closed_at"},
    {"resolvedat|resolule", "resolved_at"},
    {"satisfaction|csat|note", "satisfaction"},
    {"owner|ticketowner|caseowner|proprietaire", "owner", ":name"},
};
constexpr PresetColumn kSurveyAnswer[] = {
    {"answerid|responseid|idreponse", "", "key"},
    {"survey|enquete|questionnaire", "survey"},
    {"surveytype|kind|survey", "kind"},
    {"contactid", "contact", ":key"},
    {"accountid|codeclient", "account", ":key"},
    {"ticketid", "ticket", ":key"},
    {"score|note|nps", "score"},
    {"comment|commentaire|verbatim", "comment"},
    {"answeredat|submittedat|reponsele|date", "at"},
};
constexpr PresetColumn kEvent[] = {
    {"eventid", "", "key"},
    {"event|eventtype|evenement|typeevenement", "", "event"},
    {"contactid", "contact", ":key"},
    {"leadid", "lead", ":key"},
    {"at|timestamp|occurredat|date|horodatage", "at"},
    {"path|url|page", "path"},
    {"campaignid", "campaign", ":key"},
};
constexpr PresetColumn kConsent[] = {
    {"entryid|consentid", "", "key"},
    {"contactid", "contact", ":key"},
    {"leadid", "lead", ":key"},
    {"channel|canal", "channel"},
    {"purpose|finalite", "purpose"},
    {"topic|sujet|theme", "topic"},
    {"status|statut|consentstatus", "status"},
    {"at|date|consentdate", "at"},
    {"point|email|address", "point"},
    {"source|origin|origine", "source"},
    {"wording|texte|mention", "wording"},
    {"formversion|version", "form_version"},
    {"doubleoptin|doi", "double_opt_in"},
    {"evidence|proof|preuve", "evidence"},
};

// --- What only one system calls so --------------------------------------------------------------

constexpr PresetColumn kSalesforceAccount[] = {
    {"type", "status"},
    {"site", ""},
    {"billingaddress", ""},
    {"shippingaddress", ""},
};
constexpr PresetColumn kSalesforceContact[] = {
    {"name", ""},  // first and last name are there too
};
constexpr PresetColumn kSalesforceLead[] = {
    {"name", ""},
};
constexpr PresetColumn kDynamicsAccount[] = {
    {"donotmodifyaccount", "", "key"},
    {"accountname", "", "key"},  // views are exported without their ids: the name is the key
};
constexpr PresetColumn kDynamicsContact[] = {
    {"donotmodifycontact", "", "key"},
    {"email", "", "key"},
};
constexpr PresetColumn kDynamicsOpportunity[] = {
    {"donotmodifyopportunity", "", "key"},
    {"revenue", ""},  // "User Provided" or "System Calculated"
};
constexpr PresetColumn kDynamicsProduct[] = {
    {"producttype", ""},
};
constexpr PresetColumn kDynamicsTerritory[] = {
    {"donotmodifyterritory", "", "key"},
};
constexpr PresetColumn kDynamicsUser[] = {
    {"primaryemail", "", "key"},
};
constexpr PresetColumn kDynamicsCampaign[] = {
    {"donotmodifycampaign", "", "key"},
    {"name", "", "key"},
};
constexpr PresetColumn kDynamicsObjective[] = {
    {"donotmodifygoal", "", "key"},
    {"name", "", "key"},
};
constexpr PresetColumn kHubspotCompany[] = {
    {"recordid", "", "key"},
};

constexpr PresetType kTypes[] = {
    {"salesforce", "account", "", "", "", kSalesforceAccount},
    {"salesforce", "contact", "", "", "", kSalesforceContact},
    {"salesforce", "lead", "", "", "", kSalesforceLead},
    {"dynamics365", "account", "", "", "", kDynamicsAccount},
    {"dynamics365", "contact", "", "", "", kDynamicsContact},
    {"dynamics365", "opportunity", "", "", "", kDynamicsOpportunity},
    {"dynamics365", "product", "", "", "", kDynamicsProduct},
    {"dynamics365", "territory", "", "", "", kDynamicsTerritory},
    {"dynamics365", "user", "", "", "", kDynamicsUser},
    {"dynamics365", "campaign", "", "", "", kDynamicsCampaign},
    {"dynamics365", "objective", "", "", "", kDynamicsObjective},
    {"hubspot", "account", "", "", "", kHubspotCompany},
    {"", "user", "user users utilisateur utilisateurs commerciaux salesteam salesteams sales_teams",
     "name", "", kUser},
    {"", "territory", "territory territories territoires", "name", "", kTerritory},
    {"", "objective", "goal goals objective objectives objectifs quotas", "name,target_amount", "",
     kObjective},
    {"", "account",
     "account accounts company companies compte comptes client clients societes entreprises "
     "customers organizations",
     "name", "prenom|firstname|givenname", kAccount},
    {"", "establishment", "etablissement etablissements establishments sites", "account", "",
     kEstablishment},
    {"", "contact", "contact contacts interlocuteur interlocuteurs people personnes persons",
     "family_name|given_name|email", "", kContact},
    {"", "employment", "employment employments", "contact,account,from", "", kEmployment},
    {"", "lead", "lead leads piste pistes prospects", "family_name|given_name|email|company", "",
     kLead},
    {"", "product", "product products produit produits article articles catalogue", "name", "",
     kProduct},
    {"", "campaign", "campaign campaigns campagne campagnes", "name", "", kCampaign},
    {"", "campaign_member", "member members campaignleadstatus campaignmembers", "campaign,status",
     "", kCampaignMember},
    {"", "opportunity",
     "opportunity opportunities potential potentials deal deals opportunites affaires pipeline "
     "salespipeline",
     "stage|status|amount", "historyid|opportunityhistorykey", kOpportunity},
    {"", "stage_change", "opportunityhistory dealhistory stagehistory history",
     "opportunity,at,stage", "", kStageChange},
    {"", "quote", "quote quotes devis", "net|gross", "", kQuote},
    {"", "order", "order orders commande commandes salesorders", "net|gross", "", kOrder},
    {"", "order_line", "lines orderlines lignes lignescommande orderitems", "order,quantity|net",
     "", kOrderLine},
    {"", "invoice", "invoice invoices facture factures", "net|gross", "", kInvoice},
    {"", "subscription", "subscription subscriptions abonnements contrats",
     "account,product,from|until", "", kSubscription},
    {"", "contract", "contract contracts contrat contrats", "account,from|until", "", kContract},
    {"", "activity", "activity activities call calls meetings appointments activites",
     "subject,kind|at", "duedate", kActivity},
    {"", "task", "task tasks taches", "subject,due_date|status",
     "ticketid|caseid|casenumber|quoteid", kTask},
    {"", "ticket", "ticket tickets case cases incidents sav", "subject", "", kTicket},
    {"", "survey_answer", "survey answers surveyanswers nps enquete reponses", "score", "",
     kSurveyAnswer},
    {"", "event", "events evenements tracking", "event,at", "", kEvent},
    {"", "consent", "consent consents consentements", "channel,purpose,status", "", kConsent},
};

}  // namespace

std::span<const PresetType> PresetTypes() { return kTypes; }

}  // namespace relata::internal
