// SPDX-License-Identifier: Apache-2.0
//
// Bytes of a file or of memory, handed out as UTF-8, block by block.

#ifndef RELATA_SRC_EXCHANGE_CSV_SOURCE_H_
#define RELATA_SRC_EXCHANGE_CSV_SOURCE_H_

#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relata/exchange/csv.h"

namespace relata::internal {

// One thread.
class TextSource {
 public:
  static absl::StatusOr<std::unique_ptr<TextSource>> OpenFile(const std::string& path);
  static absl::StatusOr<std::unique_ptr<TextSource>> FromBytes(std::string_view bytes);

  TextEncoding encoding() const { return encoding_; }
  bool byte_order_mark() const { return byte_order_mark_; }
  // True when the text is UTF-8 but not everywhere: cells have to be checked one by one.
  bool mixed() const { return mixed_; }

  // Appends about `size` more bytes of UTF-8 to `out`; false when nothing is left.
  absl::StatusOr<bool> Append(size_t size, std::string* out);

 private:
  absl::StatusOr<std::string> ReadRaw(size_t size);
  absl::Status Detect();
  bool DetectUtf16(std::string_view head);
  absl::Status Rewind(size_t offset);

  std::string path_;
  std::ifstream file_;
  std::string memory_;
  size_t memory_pos_ = 0;
  bool in_memory_ = false;
  bool ended_ = false;
  TextEncoding encoding_ = TextEncoding::kUtf8;
  bool byte_order_mark_ = false;
  bool mixed_ = false;
  std::string carry_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_CSV_SOURCE_H_
