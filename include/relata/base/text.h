// SPDX-License-Identifier: Apache-2.0
//
// Text as people write it: encodings, white space, and the folding under which two spellings of
// one name are the same.
//
// Everything inside the library is UTF-8. What comes from outside is checked or converted here,
// once, at the edge. Folding is for comparing and searching only; what a person wrote is what is
// stored and shown.
//
// Pure functions; any thread.

#ifndef RELATA_BASE_TEXT_H_
#define RELATA_BASE_TEXT_H_

#include <string>
#include <string_view>

namespace relata {

// True when `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing past
// U+10FFFF).
bool IsValidUtf8(std::string_view text);

// The length of the longest well-formed UTF-8 prefix of `text`, in bytes.
size_t ValidUtf8Prefix(std::string_view text);

// `bytes` read as Windows-1252 (the five bytes it leaves undefined become U+FFFD), as UTF-8. It is
// also the right reading of what calls itself ISO 8859-1, as browsers do.
std::string Utf8FromCp1252(std::string_view bytes);

// `bytes` read as UTF-16, as UTF-8. Lone surrogates and an odd last byte become U+FFFD; a leading
// byte-order mark is kept as a character for the caller to drop.
std::string Utf8FromUtf16(std::string_view bytes, bool big_endian);

// `text` without white space at either end. Counts as white space: ASCII blanks and controls below
// U+0020, no-break, narrow, thin and ideographic spaces, the zero-width space and the byte-order
// mark.
std::string_view TrimSpace(std::string_view text);

// `text` trimmed, each run of white space inside replaced by one U+0020.
std::string CollapseSpace(std::string_view text);

// `text` under compatibility decomposition and full case folding, without marks: case, accents,
// ligatures and width no longer matter ("ÉTIENNE" -> "etienne", "Cœur" -> "coeur", "Straße" ->
// "strasse", "Łódź" -> "lodz"). White space and punctuation stay. Bytes that are not UTF-8 are
// dropped. Folding a folded text changes nothing.
std::string Fold(std::string_view text);

// The words of `text`: folded, apostrophes dropped, every other run of characters that are neither
// letters nor digits replaced by one space, trimmed. "L'Oréal  S.A. (Paris)" -> "loreal s a paris".
// The key under which headers and names are looked up.
std::string FoldWords(std::string_view text);

// True when both fold to the same words.
bool SameWords(std::string_view a, std::string_view b);

}  // namespace relata

#endif  // RELATA_BASE_TEXT_H_
