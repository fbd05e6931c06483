// SPDX-License-Identifier: Apache-2.0
//
// An exchange rate: what one unit of a currency was worth in another on a day, of which kind and
// rounded how. Converting an amount always names such a record.

#ifndef RELATA_CRM_EXCHANGE_RATE_H_
#define RELATA_CRM_EXCHANGE_RATE_H_

#include "relata/crm/groups.h"
#include "relata/model/type.h"

namespace relata::crm {

inline constexpr Option kRateKinds[] = {
    {"daily", {"Daily", "Du jour"}},
    {"month_end", {"End of month", "Fin de mois"}},
    {"monthly_average", {"Monthly average", "Moyenne mensuelle"}},
    {"budget", {"Budget", "Budget"}},
    {"contract", {"Contract", "Contrat"}},
};

inline constexpr Option kRoundingRules[] = {
    {"half_up", {"Half up", "Au plus proche, moitié vers le haut"}},
    {"half_even", {"Half to even", "Au plus proche, moitié vers le pair"}},
    {"down", {"Down", "Vers le bas"}},
};

struct ExchangeRate : Type<ExchangeRate> {
  constexpr ExchangeRate()
      : Type({.label = {"Exchange rate", "Taux de change"},
              .plural = {"Exchange rates", "Taux de change"},
              .help = {"What a currency was worth in another",
                       "Ce que valait une devise dans une autre"},
              .title = "from_currency to_currency",
              .use = Use::kSteer,
              .filled_by = "accounting",
              .kept_current = "by the ERP",
              .data_owner = "finance direction",
              .steward = "accounting",
              .master = "erp"}) {}

  Text from_currency{
      *this,
      "from_currency",
      {.label = {"From currency", "De la devise"}, .group = group::kIdentity, .required = true}};
  Text to_currency{
      *this,
      "to_currency",
      {.label = {"To currency", "Vers la devise"}, .group = group::kIdentity, .required = true}};
  Date on{*this, "on", {.label = {"On", "Le"}, .group = group::kDates, .required = true}};
  Choice kind{*this, "kind", kRateKinds, {.label = {"Kind", "Type"}, .group = group::kIdentity}};
  Double rate{
      *this, "rate", {.label = {"Rate", "Taux"}, .group = group::kFinance, .required = true}};
  Choice rounding{*this,
                  "rounding",
                  kRoundingRules,
                  {.label = {"Rounding", "Arrondi"}, .group = group::kFinance}};
  Text source{*this,
              "source",
              {.label = {"Source", "Source"}, .group = group::kIdentity, .use = Use::kOperate}};
};
inline constexpr ExchangeRate exchange_rate{};

}  // namespace relata::crm

#endif  // RELATA_CRM_EXCHANGE_RATE_H_
