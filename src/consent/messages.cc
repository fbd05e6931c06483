// SPDX-License-Identifier: Apache-2.0
//
// What each rule says to people, in English and French: one sentence a rule, and for rules that
// ask, what would have to be supplied. `say RULE | English | French`, `need RULE | English |
// French`. A host that words them otherwise loads its own lines after these.

#include "relata/consent/rule_pack.h"

namespace relata {

const std::string_view kStandardMessages = R"pack(
say DEFAULT.NO_BASIS | Nothing in the ledger or the relations allows this contact. | Rien dans le registre ni dans les relations ne permet ce contact.
say CONSENT.OK | Proven consent covers this contact. | Un consentement prouvé couvre ce contact.
say SOFT_OPT_IN.OK | Own customer, similar products, opt-out offered at collection: soft opt-in. | Client du responsable, produits analogues, opposition proposée à la collecte : exception client.
say LI.OK | Allowed on legitimate interest until the person objects. | Permis au titre de l'intérêt légitime tant que la personne ne s'oppose pas.
say SERVICE.OK | A service message, an answer to a request or a breach notice may always be sent. | Un message de service, une réponse à une demande ou une notification de violation peut toujours être envoyé.
say DOI.CONFIRMATION.OK | The one confirmation message of a double opt-in may be sent. | L'unique message de confirmation d'une double inscription peut être envoyé.
say FR.B2B.OPTOUT.OK | A professional, informed at collection, offer related to the job. | Professionnel informé à la collecte, offre en rapport avec sa fonction.
say FR.B2B.GENERIC | The generic address of a legal person is outside the consent rule. | L'adresse générique d'une personne morale n'est pas soumise au consentement.
say FR.PHONE.CONTRACT.OK | A running contract, and the offer is related to it. | Contrat en cours et offre en rapport avec son objet.
say FR.PHONE.PRESS.OK | Calls to sell newspapers and magazines are excepted. | Les appels pour la vente de journaux, périodiques ou magazines sont exceptés.
say DE.PHONE.PRESUMED.OK | A concrete interest of the business can be presumed. | Un intérêt concret du professionnel peut être présumé.
say UK.CORPORATE.OK | A corporate subscriber may be written to until it opts out. | Un abonné personne morale peut être contacté tant qu'il ne s'oppose pas.
say UK.CHARITY_SOFT_OPT_IN.OK | A supporter of the charity since 5 February 2026, informed and offered an opt-out. | Soutien de l'association depuis le 5 février 2026, informé et à qui l'opposition a été proposée.
say US.EBR.OK | An established business relationship lifts the Do-Not-Call registry. | Une relation commerciale établie lève le registre Do-Not-Call.
say DEFAULT.OPT_OUT_REGIME | The law allows it until the person opts out. | La loi le permet tant que la personne ne s'y oppose pas.
say CA.IMPLIED.EBR.OK | Consent implied by a purchase, donation or contract of the last 24 months. | Consentement tacite : achat, don ou contrat des 24 derniers mois.
say CA.IMPLIED.INQUIRY.OK | Consent implied by an inquiry of the last 6 months. | Consentement tacite : demande des 6 derniers mois.
say CA.PUBLISHED.OK | The address is published without refusal and the message fits the role. | Adresse publiée sans refus et message en rapport avec la fonction.
say CONSENT.UNPROVEN | Consent is claimed but not proven. | Un consentement est allégué mais n'est pas prouvé.
need CONSENT.UNPROVEN | The source of the consent and the words that were shown; for a confirmation, the request it answers. | La source du consentement et le texte présenté ; pour une confirmation, la demande à laquelle elle répond.
say CONSENT.PENDING_DOI | The double opt-in has not been confirmed. | La double inscription n'est pas confirmée.
need CONSENT.PENDING_DOI | The person's answer to the confirmation message. | La réponse de la personne au message de confirmation.
say CONSENT.FUTURE_DATED | The consent is dated later than it was recorded. | Le consentement est daté après son enregistrement.
need CONSENT.FUTURE_DATED | The true date of the consent, as a new entry. | La vraie date du consentement, par une nouvelle entrée.
say CONSENT.MINOR | The person was too young to consent alone. | La personne était trop jeune pour consentir seule.
need CONSENT.MINOR | The authorisation of a parent, or a new consent at the age required. | L'autorisation d'un parent, ou un nouveau consentement à l'âge requis.
say CONSENT.DORMANT | The consent has not been used for too long. | Le consentement est resté trop longtemps sans usage.
need CONSENT.DORMANT | A new consent of the person. | Un nouveau consentement de la personne.
say SOFT_OPT_IN.UNPROVEN | It is not known whether the customer was informed and offered an opt-out. | On ne sait pas si le client a été informé et s'est vu proposer l'opposition.
need SOFT_OPT_IN.UNPROVEN | Proof that the customer was informed and offered an opt-out when the address was collected. | La preuve que le client a été informé et que l'opposition lui a été proposée à la collecte.
say SOFT_OPT_IN.FREE_ACCOUNT | A free account alone is not a sale for the French authority. | Un compte gratuit seul n'est pas une vente pour la CNIL.
need SOFT_OPT_IN.FREE_ACCOUNT | A purchase, or a consent of the person. | Un achat, ou un consentement de la personne.
say NOTICE.MISSING | Nothing shows that the person was informed when the address was collected. | Rien ne montre que la personne a été informée à la collecte de l'adresse.
need NOTICE.MISSING | Proof that the professional was informed of the use of the address. | La preuve que le professionnel a été informé de l'usage de son adresse.
say DE.DOI.PROOF | In Germany a web form needs a double opt-in as proof. | En Allemagne, un formulaire web exige une double inscription comme preuve.
need DE.DOI.PROOF | A confirmed double opt-in. | Une double inscription confirmée.
say DE.PHONE.DOI_EMAIL_NOT_PROOF | A click in an e-mail proves nothing about a telephone number. | Un clic dans un courriel ne prouve rien quant à un numéro de téléphone.
need DE.PHONE.DOI_EMAIL_NOT_PROOF | A consent proven for the telephone number itself. | Un consentement prouvé pour le numéro lui-même.
say DE.PHONE.PRESUMED_UNPROVEN | No concrete interest of the business in the call is shown. | Aucun intérêt concret du professionnel pour l'appel n'est établi.
need DE.PHONE.PRESUMED_UNPROVEN | What shows a concrete interest of the person called. | Ce qui montre un intérêt concret de la personne appelée.
say US.TCPA.PEWC | Automated calls and texts need prior express written consent. | Appels et SMS automatisés exigent un consentement écrit préalable.
need US.TCPA.PEWC | A signed consent. | Un consentement signé.
say EU.PHONE.NATIONAL_CHOICE | Calls follow national law, and no rules are loaded for this state. | Les appels relèvent du droit national, et aucune règle n'est chargée pour cet État.
need EU.PHONE.NATIONAL_CHOICE | A consent, or the rules of the member state. | Un consentement, ou les règles de l'État membre.
say TIMING.TZ_UNKNOWN | The person's local time is not known. | L'heure locale de la personne n'est pas connue.
need TIMING.TZ_UNKNOWN | The time zone of the person. | Le fuseau horaire de la personne.
say SUBJECT.DECEASED | The person is deceased. | La personne est décédée.
say SUBJECT.RESTRICTED | Processing of the person's data is restricted. | Le traitement des données de la personne est limité.
say SUBJECT.ERASED | The person asked to be erased. | La personne a demandé l'effacement.
say SUPPRESS.BOUNCE | The address is dead. | L'adresse n'existe plus.
say SUPPRESS.COMPLAINT | The person reported the message as spam. | La personne a signalé le message comme indésirable.
say SUPPRESS.LIST | The address is on the suppression list. | L'adresse figure sur la liste repoussoir.
say CONSENT.WITHDRAWN | Consent was withdrawn. | Le consentement a été retiré.
say OBJECTION.ART21 | The person objected. | La personne s'est opposée.
say OPTOUT.REQUEST | The person opted out. | La personne s'est désinscrite.
say OPTOUT.GPC | The person's browser sends a privacy signal. | Le navigateur de la personne émet un signal de confidentialité.
say MERGE.MOST_RESTRICTIVE | One of the merged persons had refused, and nobody has consented since the merge. | L'une des personnes fusionnées avait refusé, et aucun consentement n'a suivi la fusion.
say REGISTER.BLOCTEL | The number is on Bloctel. | Le numéro est inscrit sur Bloctel.
say REGISTER.TPS | The number is on the Telephone Preference Service. | Le numéro est inscrit au Telephone Preference Service.
say REGISTER.CTPS | The number is on the Corporate Telephone Preference Service. | Le numéro est inscrit au Corporate Telephone Preference Service.
say REGISTER.US_DNC | The number is on the national Do-Not-Call registry. | Le numéro est inscrit au registre Do-Not-Call.
say CONSENT.INVALID | The box was ticked beforehand or the consent was tied to other terms. | La case était précochée ou le consentement lié à d'autres conditions.
say CONSENT.EXPIRED | The consent has expired. | Le consentement a expiré.
say CONSENT.NOT_YET_EFFECTIVE | The consent is not yet in force. | Le consentement n'a pas encore pris effet.
say SOFT_OPT_IN.NOT_SIMILAR | The product is not similar to what the customer bought. | Le produit n'est pas analogue à celui acheté.
say SOFT_OPT_IN.NO_OPTOUT_AT_COLLECTION | The customer was not informed or not offered an opt-out at collection. | Le client n'a pas été informé ou l'opposition ne lui a pas été proposée à la collecte.
say FR.B2B.NOT_JOB_RELATED | The offer has nothing to do with the person's job. | L'offre est sans rapport avec la fonction de la personne.
say FR.SECTOR_BAN | Prospecting in this sector is forbidden, consent or not. | La prospection dans ce secteur est interdite, consentement ou non.
say UK.PHONE.CONSENT_ONLY | Calls about claims management and pensions need consent. | Les appels sur les réclamations et les retraites exigent un consentement.
say US_CA.MINOR_OPTIN | Data of a person under 16 may be sold or shared only after opt-in. | Les données d'une personne de moins de 16 ans ne peuvent être vendues ou partagées qu'avec son accord.
say CA.IMPLIED.EXPIRED | The term of implied consent is over. | Le délai du consentement tacite est écoulé.
say CA.PUBLISHED.REFUSED | The address is published with a refusal of unsolicited messages. | L'adresse est publiée avec un refus des messages non sollicités.
say CA.PUBLISHED.NOT_RELEVANT | The message has nothing to do with the role of the person. | Le message est sans rapport avec la fonction de la personne.
say RETENTION.INACTIVE_3Y | The person has given no sign of life for too long. | La personne n'a donné aucun signe depuis trop longtemps.
say MESSAGE.NO_OPTOUT | The message has no way to opt out. | Le message ne permet pas de se désinscrire.
say DOI.NO_REQUEST | No double opt-in is waiting for a confirmation. | Aucune double inscription n'attend de confirmation.
say DOI.ALREADY_SENT | The confirmation message was already sent. | Le message de confirmation a déjà été envoyé.
say FR.PHONE.HOURS | Consumers may be called Monday to Friday, 10-13 and 14-20 local time, not on holidays. | Les consommateurs peuvent être appelés du lundi au vendredi, de 10 h à 13 h et de 14 h à 20 h, heure locale, hors jours fériés.
say FR.PHONE.REFUSAL_60D | The person refused a call less than 60 days ago. | La personne a refusé un appel il y a moins de 60 jours.
say FR.PHONE.FREQ_4_PER_30D | Four calls were already tried in the last 30 days. | Quatre appels ont déjà été tentés ces 30 derniers jours.
say US.TCPA.HOURS | Calls are allowed from 8 a.m. to 9 p.m. local time. | Les appels sont permis de 8 h à 21 h, heure locale.
say POLICY.QUIET_HOURS | The house's quiet hours. | Heures de silence de la maison.
say POLICY.FREQ_CAP | The house's limit of contacts is reached. | La limite de contacts de la maison est atteinte.
)pack";

}  // namespace relata
