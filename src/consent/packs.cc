// SPDX-License-Identifier: Apache-2.0
//
// The law, row by row, as known in September 2026. Not legal advice: rows marked [U] rest on texts
// that were not read in the original and are governed by a flag.
//
// One line a row: KIND RULE key=value ... | citation. Rows of one kind are tried in the order in
// which they stand. Dates are local midnight of the pack's zone; [from, until). The reader of the
// format is rule_pack.cc.

#include "relata/consent/rule_pack.h"

namespace relata {

const std::string_view kStandardPacks = R"pack(
pack common 2026.11 UTC
rule CONSENT.OK                 | GDPR 6(1)(a), 7
rule SOFT_OPT_IN.OK             | Directive 2002/58/EC 13(2)
rule LI.OK                      | GDPR 6(1)(f), recital 47
rule SERVICE.OK                 | GDPR 6(1)(b), 6(1)(c)
rule DOI.CONFIRMATION.OK        | GDPR 6(1)(b), 7(1)
rule DEFAULT.NO_BASIS           | GDPR 6(1); Directive 2002/58/EC 13(1)
rule DEFAULT.OPT_OUT_REGIME     | 15 USC 7704
rule CONSENT.UNPROVEN           | GDPR 7(1), 5(2)
rule CONSENT.PENDING_DOI        | GDPR 7(1)
rule CONSENT.FUTURE_DATED       | GDPR 5(1)(d), 7(1)
rule CONSENT.MINOR              | GDPR 8(1)
rule CONSENT.DORMANT            | AG München 161 C 12736/22; against it BGH III ZR 196/17
rule CONSENT.INVALID            | GDPR 4(11), 7(2), 7(4); CJEU C-673/17
rule CONSENT.EXPIRED            | GDPR 5(1)(b), 13(2)(a)
rule CONSENT.NOT_YET_EFFECTIVE  | GDPR 4(11)
rule CONSENT.WITHDRAWN          | GDPR 7(3)
rule OBJECTION.ART21            | GDPR 21(2)-(3)
rule OPTOUT.REQUEST             | Directive 2002/58/EC 13(2); 15 USC 7704(a)(4); 47 CFR 64.1200(d); CASL 11
rule OPTOUT.GPC                 | 11 CCR 7025
rule MERGE.MOST_RESTRICTIVE     | GDPR 7(1), 7(3), 5(1)(d)
rule SUBJECT.DECEASED           | Loi Informatique et Libertés 85
rule SUBJECT.RESTRICTED         | GDPR 18(1)-(2)
rule SUBJECT.ERASED             | GDPR 17(1)
rule SUPPRESS.BOUNCE            | GDPR 5(1)(d)
rule SUPPRESS.COMPLAINT         | GDPR 21(2)-(3)
rule SUPPRESS.LIST              | GDPR 21(3); CNIL MED-2023-040
rule SOFT_OPT_IN.UNPROVEN       | Directive 2002/58/EC 13(2); GDPR 5(2)
rule SOFT_OPT_IN.NOT_SIMILAR    | Directive 2002/58/EC 13(2)
rule SOFT_OPT_IN.NO_OPTOUT_AT_COLLECTION | Directive 2002/58/EC 13(2)
rule NOTICE.MISSING             | GDPR 13, 14
rule MESSAGE.NO_OPTOUT          | Directive 2002/58/EC 13(4); 15 USC 7704(a)(3), (5); CASL 6(2)(c)
rule DOI.NO_REQUEST             | GDPR 6(1)(b)
rule DOI.ALREADY_SENT           | GDPR 6(1)(b)
rule TIMING.TZ_UNKNOWN          | C. conso D223-9; 47 CFR 64.1200(c)(1)
rule POLICY.QUIET_HOURS         | policy of the house
rule POLICY.FREQ_CAP            | policy of the house

flag fr_phone_consent_months=12
flag fr_refusal_is_withdrawal=2026-08-11
flag fr_refusal_pause=local_days
flag fr_cap_window=hours
flag fr_press_exception=on
flag fr_free_account=ask
flag fr_inactive_months=36
flag de_web_doi_required=on
flag de_presumed_b2b=on
flag us_sms_written=on
flag us_sms_hours=on
flag us_revoke_all=2027-01-31
flag merge_policy=most_restrictive
flag restrict_blocks_service=on
flag complaint_needs_doi=on
flag import_lifts=never
flag erasure_keeps_hash=on
flag minor_stays_unproven=on
flag tz_unknown=needs_evidence
flag multi_jurisdiction=strictest

# France. The rows of 11 August 2026: law 2025-594 article 13. The one-year limit of consent to
# calls: decree 2026-662 [U].
pack FR 2026.11 Europe/Paris
refusal    CONSENT.WITHDRAWN channels=phone audience=b2c                          | C. conso L223-1, L221-16
register   REGISTER.BLOCTEL channels=phone audience=b2c list=bloctel until=2026-08-11 lifted_by=contract,press | C. conso L223-1 (to 10 August 2026), L223-2
ban        FR.SECTOR_BAN channels=phone audience=b2c sectors=energy_renovation,home_adaptation from=2020-07-26 lifted_by=contract | C. conso L223-1; law 2020-901
ban        FR.SECTOR_BAN channels=email,sms,robocall audience=b2c sectors=energy_renovation,home_adaptation from=2025-07-02 lifted_by=contract | law 2025-594 art. 13 II
basis      FR.B2B.GENERIC channels=email audience=b2b when=generic_point basis=opt_out_regime | CPCE L34-5; CNIL, prospection B2B
basis      FR.B2B.OPTOUT.OK channels=email,sms,robocall audience=b2b when=informed_professional basis=legitimate_interest | CPCE L34-5; CNIL, prospection B2B; CNIL 26 Jan 2022
basis      SOFT_OPT_IN.OK channels=email,sms purposes=marketing,newsletter,events,offers,survey,reconsent when=soft_opt_in relations=purchase,free_account basis=soft_opt_in | CPCE L34-5
basis      LI.OK channels=phone audience=b2b basis=legitimate_interest              | GDPR 6(1)(f); C. conso L223-1 (consumers only)
basis      FR.PHONE.CONTRACT.OK channels=phone audience=b2c when=running_contract basis=contract | C. conso L223-1
basis      FR.PHONE.PRESS.OK channels=phone audience=b2c when=press basis=legitimate_interest | C. conso L223-5 [U]
basis      LI.OK channels=phone audience=b2c until=2026-08-11 basis=legitimate_interest | C. conso L223-1 (to 10 August 2026)
basis      LI.OK channels=post basis=legitimate_interest                            | GDPR 6(1)(f), recital 47
check      CONSENT.EXPIRED channels=phone,robocall from=2026-08-11 when=max_age     | C. conso R223-1; decree 2026-662 [U]
check      CONSENT.MINOR when=minimum_age amount=15                                 | GDPR 8(1); Loi Informatique et Libertés 45
retention  RETENTION.INACTIVE_3Y                                                    | CNIL, référentiel gestion commerciale
hours      FR.PHONE.HOURS channels=phone,robocall audience=b2c weekdays=mon-fri open=10:00-13:00,14:00-20:00 holidays=fr | C. conso D223-9 (decree 2022-1313); C. trav. L3133-1
hours      FR.PHONE.HOURS channels=phone,robocall audience=b2c weekdays=mon-sun open=00:00-24:00 holidays=fr-alsace-moselle tag=fr-alsace-moselle off | C. trav. L3134-13
hours      FR.PHONE.HOURS channels=phone,robocall audience=b2c weekdays=mon-sun open=00:00-24:00 holidays=fr-mayotte tag=fr-mayotte off | C. trav. L3422-2
hours      FR.PHONE.HOURS channels=phone,robocall audience=b2c weekdays=mon-sun open=00:00-24:00 holidays=fr-martinique tag=fr-martinique off | C. trav. L3422-2
hours      FR.PHONE.HOURS channels=phone,robocall audience=b2c weekdays=mon-sun open=00:00-24:00 holidays=fr-guadeloupe tag=fr-guadeloupe off | C. trav. L3422-2
hours      FR.PHONE.HOURS channels=phone,robocall audience=b2c weekdays=mon-sun open=00:00-24:00 holidays=fr-guyane tag=fr-guyane off | C. trav. L3422-2
hours      FR.PHONE.HOURS channels=phone,robocall audience=b2c weekdays=mon-sun open=00:00-24:00 holidays=fr-reunion tag=fr-reunion off | C. trav. L3422-2
pause      FR.PHONE.REFUSAL_60D channels=phone,robocall audience=b2c days=60        | C. conso D223-9
cap        FR.PHONE.FREQ_4_PER_30D channels=phone,robocall audience=b2c amount=4 days=30 | C. conso D223-9
rule       SOFT_OPT_IN.FREE_ACCOUNT                                                 | CNIL, prospection commerciale; against it CJEU C-654/23
rule       FR.B2B.NOT_JOB_RELATED                                                   | CNIL, prospection B2B

pack DE 2026.11 Europe/Berlin
basis      SOFT_OPT_IN.OK channels=email,sms purposes=marketing,newsletter,events,offers,survey,reconsent when=soft_opt_in relations=purchase basis=soft_opt_in | UWG 7(3)
basis      DE.PHONE.PRESUMED.OK channels=phone audience=b2b when=presumed_interest otherwise=DE.PHONE.PRESUMED_UNPROVEN basis=presumed_consent | UWG 7(2) Nr. 1
basis      LI.OK channels=post basis=legitimate_interest                            | GDPR 6(1)(f), recital 47
check      DE.PHONE.DOI_EMAIL_NOT_PROOF channels=phone,robocall when=doi_not_email  | UWG 7(2) Nr. 1, 7a; BGH I ZR 164/09
check      DE.DOI.PROOF when=web_needs_doi                                          | UWG 7(2) Nr. 2; BGH I ZR 164/09
check      CONSENT.MINOR when=minimum_age amount=16                                 | GDPR 8(1)
rule       DE.PHONE.PRESUMED_UNPROVEN                                               | UWG 7(2) Nr. 1

pack UK 2026.11 Europe/London
register   REGISTER.TPS channels=phone list=TPS days=28                             | PECR reg. 21(1)(b), 26
register   REGISTER.CTPS channels=phone list=CTPS days=28                           | PECR reg. 21(1)(b), 26
basis      UK.CORPORATE.OK channels=email,sms when=corporate_subscriber basis=legitimate_interest | PECR reg. 2, 22(1), 23
basis      UK.CHARITY_SOFT_OPT_IN.OK channels=email,sms purposes=charity when=charity_supporter relations=donation,charity_interest from=2026-02-05 basis=soft_opt_in | PECR reg. 22(3A); DUAA s. 114
basis      SOFT_OPT_IN.OK channels=email,sms purposes=marketing,newsletter,events,offers,survey,reconsent when=soft_opt_in relations=purchase,negotiation basis=soft_opt_in | PECR reg. 22(3)
basis      UK.PHONE.CONSENT_ONLY channels=phone purposes=claims_management,pension  | PECR reg. 21A, 21B
basis      LI.OK channels=phone purposes=marketing,newsletter,events,offers,survey,reconsent,charity basis=legitimate_interest | PECR reg. 21
basis      LI.OK channels=post basis=legitimate_interest                            | UK GDPR 6(1)(f), recital 47
check      CONSENT.MINOR when=minimum_age amount=13                                 | DPA 2018 s. 9

pack EU 2026.11 Europe/Brussels
basis      SOFT_OPT_IN.OK channels=email,sms purposes=marketing,newsletter,events,offers,survey,reconsent when=soft_opt_in relations=purchase,free_account basis=soft_opt_in | Directive 2002/58/EC 13(2); CJEU C-654/23
basis      EU.PHONE.NATIONAL_CHOICE channels=phone                                  | Directive 2002/58/EC 13(3)
basis      LI.OK channels=post basis=legitimate_interest                            | GDPR 6(1)(f), recital 47
check      CONSENT.MINOR when=minimum_age amount=16                                 | GDPR 8(1)

# Member states whose age of digital consent differs; everything else as EU.
member ES 14 Europe/Madrid    | GDPR 8(1); LOPDGDD 7
member IT 14 Europe/Rome      | GDPR 8(1); D.lgs. 101/2018 art. 2-quinquies
member IE 16 Europe/Dublin    | GDPR 8(1); Data Protection Act 2018 s. 31
member NL 16 Europe/Amsterdam | GDPR 8(1); UAVG 5
member BE 13 Europe/Brussels  | GDPR 8(1); law of 30 July 2018 art. 7
member AT 14 Europe/Vienna    | GDPR 8(1); DSG 4(4)

pack US 2026.11 America/New_York
stop       OPTOUT.REQUEST channels=robocall                                         | 47 CFR 64.1200(a)(10)
stop       OPTOUT.REQUEST channels=phone,robocall when=revoke_all                   | 47 CFR 64.1200(a)(10); FCC order of 6 Jan 2026
register   REGISTER.US_DNC channels=phone audience=b2c list=US-DNC days=31 lifted_by=ebr | 47 CFR 64.1200(c)(2)
ebr        US.EBR.OK channels=phone relations=purchase amount=18 basis=existing_relationship | 47 CFR 64.1200(f)(5)
ebr        US.EBR.OK channels=phone relations=inquiry amount=3 basis=existing_relationship | 47 CFR 64.1200(f)(5)
basis      DEFAULT.OPT_OUT_REGIME channels=email basis=opt_out_regime               | 15 USC 7704
basis      DEFAULT.OPT_OUT_REGIME channels=phone basis=opt_out_regime               | 47 CFR 64.1200(c)
basis      DEFAULT.OPT_OUT_REGIME channels=post basis=opt_out_regime                | no federal rule asks for consent to post
check      US.TCPA.PEWC channels=sms,robocall when=written                          | 47 CFR 64.1200(a)(2), (f)(9)
hours      US.TCPA.HOURS channels=phone,sms,robocall audience=b2c weekdays=mon-sun open=08:00-21:00 | 47 CFR 64.1200(c)(1)
hours      US.TCPA.HOURS channels=phone,sms,robocall audience=b2c weekdays=mon-sun open=08:00-20:00 tag=us-fl off | calling law of Florida [U]
hours      US.TCPA.HOURS channels=phone,sms,robocall audience=b2c weekdays=mon-sun open=08:00-20:00 tag=us-ok off | calling law of Oklahoma [U]
hours      US.TCPA.HOURS channels=phone,sms,robocall audience=b2c weekdays=mon-sun open=08:00-20:00 tag=us-md off | calling law of Maryland [U]
hours      US.TCPA.HOURS channels=phone,sms,robocall audience=b2c weekdays=mon-sun open=08:00-20:00 tag=us-wa off | calling law of Washington [U]
hours      US.TCPA.HOURS channels=phone,sms,robocall audience=b2c weekdays=mon-sun open=08:00-20:00 tag=us-wy off | calling law of Wyoming [U]
hours      US.TCPA.HOURS channels=phone,sms,robocall audience=b2c weekdays=sun exempt=mon-sat open=12:00-21:00 tag=us-tx off | calling law of Texas [U]
hours      US.TCPA.HOURS channels=phone,sms,robocall audience=b2c weekdays=mon-sun open=10:00-21:00 tag=us-ky off | calling law of Kentucky [U]

pack US-CA 2026.11 America/Los_Angeles
include US
basis      DEFAULT.OPT_OUT_REGIME purposes=sale_share when=sale_opt_out amount=16 otherwise=US_CA.MINOR_OPTIN basis=opt_out_regime | Civ. Code 1798.120
check      US_CA.MINOR_OPTIN purposes=sale_share when=sale_opt_out amount=13        | Civ. Code 1798.120(c)

pack CA 2026.11 America/Toronto
basis      CA.IMPLIED.EBR.OK channels=email,sms when=within_term relations=purchase,donation,contract amount=24 otherwise=CA.IMPLIED.EXPIRED basis=implied_consent | CASL 10(9)(a), 10(10)
basis      CA.IMPLIED.INQUIRY.OK channels=email,sms when=within_term relations=inquiry amount=6 otherwise=CA.IMPLIED.EXPIRED basis=implied_consent | CASL 10(10)(e)
basis      CA.PUBLISHED.OK channels=email,sms when=published_address basis=implied_consent | CASL 10(9)(b)
rule       CA.IMPLIED.EXPIRED                                                       | CASL 10(10)
rule       CA.PUBLISHED.REFUSED                                                     | CASL 10(9)(b)
rule       CA.PUBLISHED.NOT_RELEVANT                                                | CASL 10(9)(b)
rule       CONSENT.OK                                                               | CASL 6(1), 10(1)
rule       DEFAULT.NO_BASIS                                                         | CASL 6(1)
)pack";

}  // namespace relata
