// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <string>
#include <unordered_map>

#include "relata/base/text.h"
#include "relata/quality/normalize.h"

namespace relata {
namespace {

// ISO 3166 code of two letters, of three, and the names in English and French, folded.
struct Country {
  std::string_view code;
  std::string_view code3;
  std::string_view names;
};
constexpr std::array kCountries = {
    Country{"FR", "fra", "france|france metropolitaine"},
    Country{"BE", "bel", "belgium|belgique"},
    Country{"CH", "che", "switzerland|suisse|schweiz"},
    Country{"LU", "lux", "luxembourg"},
    Country{"DE", "deu", "germany|allemagne|deutschland"},
    Country{"AT", "aut", "austria|autriche|osterreich"},
    Country{"IT", "ita", "italy|italie|italia"},
    Country{"ES", "esp", "spain|espagne|espana"},
    Country{"PT", "prt", "portugal"},
    Country{"NL", "nld", "netherlands|the netherlands|pays bas|holland"},
    Country{"GB", "gbr", "united kingdom|royaume uni|uk|great britain|england|angleterre|scotland"},
    Country{"IE", "irl", "ireland|irlande"},
    Country{"DK", "dnk", "denmark|danemark"},
    Country{"SE", "swe", "sweden|suede"},
    Country{"NO", "nor", "norway|norvege"},
    Country{"FI", "fin", "finland|finlande"},
    Country{"IS", "isl", "iceland|islande"},
    Country{"PL", "pol", "poland|pologne"},
    Country{"CZ", "cze", "czech republic|czechia|republique tcheque|tchequie"},
    Country{"SK", "svk", "slovakia|slovaquie"},
    Country{"SI", "svn", "slovenia|slovenie"},
    Country{"HU", "hun", "hungary|hongrie"},
    Country{"RO", "rou", "romania|roumanie"},
    Country{"BG", "bgr", "bulgaria|bulgarie"},
    Country{"HR", "hrv", "croatia|croatie"},
    Country{"GR", "grc", "greece|grece"},
    Country{"CY", "cyp", "cyprus|chypre"},
    Country{"MT", "mlt", "malta|malte"},
    Country{"EE", "est", "estonia|estonie"},
    Country{"LV", "lva", "latvia|lettonie"},
    Country{"LT", "ltu", "lithuania|lituanie"},
    Country{"MC", "mco", "monaco"},
    Country{"AD", "and", "andorra|andorre"},
    Country{"UA", "ukr", "ukraine"},
    Country{"RU", "rus", "russia|russie|russian federation|federation de russie"},
    Country{"RS", "srb", "serbia|serbie"},
    Country{"TR", "tur", "turkey|turquie|turkiye"},
    Country{"US", "usa",
            "united states|united states of america|etats unis|usa|etats unis d amerique"},
    Country{"CA", "can", "canada"},
    Country{"MX", "mex", "mexico|mexique"},
    Country{"BR", "bra", "brazil|bresil"},
    Country{"AR", "arg", "argentina|argentine"},
    Country{"CL", "chl", "chile|chili"},
    Country{"CO", "col", "colombia|colombie"},
    Country{"PE", "per", "peru|perou"},
    Country{"PA", "pan", "panama"},
    Country{"MA", "mar", "morocco|maroc"},
    Country{"TN", "tun", "tunisia|tunisie"},
    Country{"DZ", "dza", "algeria|algerie"},
    Country{"EG", "egy", "egypt|egypte"},
    Country{"SN", "sen", "senegal"},
    Country{"CI", "civ", "ivory coast|cote divoire|cote d ivoire"},
    Country{"CM", "cmr", "cameroon|cameroun"},
    Country{"KE", "ken", "kenya"},
    Country{"NG", "nga", "nigeria"},
    Country{"ZA", "zaf", "south africa|afrique du sud"},
    Country{"IL", "isr", "israel"},
    Country{"AE", "are", "united arab emirates|emirats arabes unis|uae"},
    Country{"SA", "sau", "saudi arabia|arabie saoudite"},
    Country{"JO", "jor", "jordan|jordanie"},
    Country{"LB", "lbn", "lebanon|liban"},
    Country{"IN", "ind", "india|inde"},
    Country{"CN", "chn", "china|chine"},
    Country{"JP", "jpn", "japan|japon"},
    Country{"KR", "kor", "south korea|korea|coree du sud|coree"},
    Country{"SG", "sgp", "singapore|singapour"},
    Country{"MY", "mys", "malaysia|malaisie"},
    Country{"TH", "tha", "thailand|thailande"},
    Country{"VN", "vnm", "vietnam|viet nam"},
    Country{"ID", "idn", "indonesia|indonesie"},
    Country{"PH", "phl", "philippines|philipines"},
    Country{"AU", "aus", "australia|australie"},
    Country{"NZ", "nzl", "new zealand|nouvelle zelande"},
    Country{"GP", "glp", "guadeloupe"},
    Country{"MQ", "mtq", "martinique"},
    Country{"GF", "guf", "guyane|guyane francaise|french guiana"},
    Country{"RE", "reu", "reunion|la reunion"},
    Country{"NC", "ncl", "nouvelle caledonie|new caledonia"},
};

struct Language {
  std::string_view tag;
  std::string_view names;
};
constexpr std::array kLanguages = {Language{"fr", "french|francais|fra|fre"},
                                   Language{"en", "english|anglais|eng"},
                                   Language{"de", "german|allemand|deutsch|deu|ger"},
                                   Language{"es", "spanish|espagnol|espanol|spa"},
                                   Language{"it", "italian|italien|italiano|ita"},
                                   Language{"nl", "dutch|neerlandais|nld|dut"},
                                   Language{"pt", "portuguese|portugais|por"},
                                   Language{"pl", "polish|polonais|pol"}};

using Index = std::unordered_map<std::string, std::string>;

void AddNames(std::string_view names, std::string_view code, Index& index) {
  while (!names.empty()) {
    const size_t end = std::min(names.find('|'), names.size());
    index.emplace(names.substr(0, end), code);
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

}  // namespace

std::optional<std::string> NormalizeCountry(std::string_view text) {
  static const Index* const index = [] {
    auto* built = new Index();
    for (const Country& country : kCountries) {
      built->emplace(Fold(country.code), country.code);
      built->emplace(country.code3, country.code);
      AddNames(country.names, country.code, *built);
    }
    return built;
  }();
  const auto found = index->find(FoldWords(text));
  if (found == index->end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> NormalizeLanguage(std::string_view text) {
  static const Index* const index = [] {
    auto* built = new Index();
    for (const Language& language : kLanguages) {
      built->emplace(language.tag, language.tag);
      AddNames(language.names, language.tag, *built);
    }
    return built;
  }();
  const std::string words = FoldWords(text);
  auto found = index->find(words);
  if (found == index->end()) {
    // A tag with region: only the language matters here.
    if (words.size() != 5 || words[2] != ' ') return std::nullopt;
    found = index->find(words.substr(0, 2));
    if (found == index->end()) return std::nullopt;
  }
  return found->second;
}

}  // namespace relata
