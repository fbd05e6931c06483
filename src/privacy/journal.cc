// SPDX-License-Identifier: Apache-2.0

#include "relata/privacy/journal.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>

#include "base/strings.h"
#include "privacy/keys.h"

namespace relata {
namespace {

using internal::Concat;

constexpr std::string_view kHead = "relata erasure journal 1\n";

absl::Status WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(file, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Unavailable(Concat("the journal: ", std::strerror(errno)));
    text.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

std::optional<JournalLine> ParseLine(std::string_view line) {
  const size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const std::optional<Timestamp> at = ParseTimestamp(line.substr(0, blank));
  const std::string_view hex = line.substr(blank + 1);
  JournalLine out;
  size_t size = 0;
  if (!at || hex.size() != 2 * out.subject.bytes.size() ||
      sodium_hex2bin(out.subject.bytes.data(), out.subject.bytes.size(), hex.data(), hex.size(),
                     nullptr, &size, nullptr) != 0 ||
      size != out.subject.bytes.size()) {
    return std::nullopt;
  }
  out.at = *at;
  return out;
}

}  // namespace

Digest JournalHash(const SecretKey& key, const Uuid& id) {
  return KeyedDigest(
      internal::Derive(key, "journal"),
      std::string_view(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()));
}

absl::Status AppendJournal(const std::string& file, std::span<const JournalLine> lines) {
  const int out = open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (out < 0) return Unavailable(Concat(file, ": ", std::strerror(errno)));
  std::string text;
  const off_t size = lseek(out, 0, SEEK_END);
  if (size == 0) text = kHead;
  // A line that a crash cut off is ended, so that the next one can be read.
  char last = '\n';
  if (size > 0) {
    const int in = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (in >= 0) {
      if (pread(in, &last, 1, size - 1) != 1) last = '\n';
      close(in);
    }
    if (last != '\n') text = "\n";
  }
  for (const JournalLine& line : lines) {
    text += Concat(FormatTimestamp(line.at), " ", line.subject.ToHex(), "\n");
  }
  absl::Status status = WriteAll(out, text);
  if (status.ok() && fsync(out) != 0) {
    status = Unavailable(Concat(file, ": ", std::strerror(errno)));
  }
  if (close(out) != 0 && status.ok()) status = Unavailable(Concat(file, " cannot be closed"));
  return status;
}

absl::StatusOr<std::vector<JournalLine>> ReadJournal(const std::string& file) {
  std::vector<JournalLine> lines;
  std::FILE* in = std::fopen(file.c_str(), "rb");
  if (in == nullptr) {
    if (errno == ENOENT) return lines;
    return Unavailable(Concat(file, ": ", std::strerror(errno)));
  }
  std::string text;
  char buffer[65536];
  for (size_t n; (n = std::fread(buffer, 1, sizeof buffer, in)) > 0;) text.append(buffer, n);
  const bool failed = std::ferror(in) != 0;
  std::fclose(in);
  if (failed) return Unavailable(Concat(file, " cannot be read"));
  std::string_view rest = text;
  if (!rest.starts_with(kHead)) {
    if (rest.size() < kHead.size() && kHead.starts_with(rest)) return lines;
    return DataLoss(Concat(file, " is no erasure journal"));
  }
  rest.remove_prefix(kHead.size());
  for (int64_t number = 2; !rest.empty(); ++number) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    const std::optional<JournalLine> parsed = ParseLine(line);
    if (parsed) {
      lines.push_back(*parsed);
    } else if (line.size() >= 64 + 20) {
      return DataLoss(Concat(file, ":", number, " cannot be read"));
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return lines;
}

absl::StatusOr<ErasureReport> ReplayJournal(Crm& crm, const ErasureOptions& options,
                                            const Actor& actor, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<JournalLine> lines, ReadJournal(options.journal));
  std::map<Digest, bool> named;
  for (const JournalLine& line : lines) named.emplace(line.subject, true);
  std::vector<RecordRef> persons;
  for (const std::string_view name : {"contact", "lead"}) {
    RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View({name}));
    const TypeId type = view->schema().Find(name)->id;
    for (Row row = 0; row < view->RowLimit(type); ++row) {
      const Uuid id = view->Id({type, row});
      if (!id.nil() && named.contains(JournalHash(options.key, id))) persons.push_back({type, row});
    }
  }
  ErasureOptions silent = options;
  silent.journal.clear();
  return ErasePersons(crm, persons, silent, actor, now);
}

}  // namespace relata
