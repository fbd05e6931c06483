// SPDX-License-Identifier: Apache-2.0
//
// One spelling for what people write in many: e-mail addresses, telephone numbers, company
// numbers, countries, the names of companies and people.
//
// A Normalize function gives the one form that is stored, or nothing when the text cannot be what
// it is said to be; the caller then keeps the text and reports it. A Key function gives a form that
// is only compared and never shown: equal keys make two names candidates, not duplicates.
//
// Pure; any thread.

#ifndef RELATA_QUALITY_NORMALIZE_H_
#define RELATA_QUALITY_NORMALIZE_H_

#include <optional>
#include <string>
#include <string_view>

namespace relata {

// "mailto:Marie.Durand@ACME.fr " -> "marie.durand@acme.fr". Takes what mail systems deliver to: one
// "@", a local part of at most 64 bytes without blanks, quotes or comments, a domain of at least
// two labels. Letters outside ASCII are kept (RFC 6531), both parts in lower case.
std::optional<std::string> NormalizeEmail(std::string_view text);

// "06 12 34 56 78" with country "FR" -> "+33612345678" (E.164). `country` is the ISO 3166 code that
// a number without one belongs to; with an unknown or empty country a national number keeps its
// digits alone ("5125551234"). An extension ("x12", "ext. 3", "poste 4") is left out. Nothing when
// fewer than 6 or more than 15 digits are left.
std::optional<std::string> NormalizePhone(std::string_view text, std::string_view country);

// Nine digits that pass the Luhn check: the number of a legal unit in the French Sirene register.
std::optional<std::string> NormalizeSiren(std::string_view text);
// Fourteen digits: a SIREN and the number of a place. Luhn, or for the places of La Poste (SIREN
// 356000000) the sum of the digits divisible by 5.
std::optional<std::string> NormalizeSiret(std::string_view text);
// "FR 83 404 833 048" -> "FR83404833048". The check digits are verified for FR, BE, DE, IT and LU,
// for the other members of the EU and the United Kingdom the form.
std::optional<std::string> NormalizeVatNumber(std::string_view text);

// "Allemagne", "Germany", "DE", "deu" -> "DE". Names in English and French.
std::optional<std::string> NormalizeCountry(std::string_view text);

// "fr-FR", "French", "français" -> "fr".
std::optional<std::string> NormalizeLanguage(std::string_view text);

// The words of a company's name without legal form, folded: "SARL Ateliers Vernay & Fils" and
// "Ateliers Vernay et fils" are "ateliers vernay fils". Empty for a name that is nothing else than
// punctuation; a name that is nothing but a legal form is kept.
std::string CompanyKey(std::string_view name);

struct PersonName {
  std::string civility;  // "mr", "mrs", "dr", "prof" or empty
  std::string given;
  std::string family;
};
// "M. Jean-Paul DURAND", "Durand, Jean" and "Jean de La Tour" in their parts. A single word is the
// family name.
PersonName SplitPersonName(std::string_view full_name);

// Folded words of given and family name in alphabetical order, so that the order in which they were
// written does not matter.
std::string PersonKey(std::string_view given, std::string_view family);

// True for a local part that names a function and not a person: contact@, info@, compta@.
bool IsGenericMailbox(std::string_view email);

// What people and tools type where they have nothing to say: "n/a", "-", "xxx", "test", "inconnu",
// "aaaa@aaa.fr", "0000000000", "Default Value". Empty text is not junk, it is empty.
bool IsPlaceholder(std::string_view text);

}  // namespace relata

#endif  // RELATA_QUALITY_NORMALIZE_H_
