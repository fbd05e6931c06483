// SPDX-License-Identifier: Apache-2.0

#include "durability/postgres_proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace relata::testing {
namespace {

sockaddr_un AddressIn(const std::string& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (folder + "/.s.PGSQL.5432").c_str(), sizeof address.sun_path - 1);
  return address;
}

bool SendAll(int to, const std::string& bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t n = send(to, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<size_t>(n);
  }
  return true;
}

bool ReadExactly(int from, size_t size, std::string& out) {
  while (size > 0) {
    char buffer[1 << 14];
    const ssize_t n = recv(from, buffer, std::min(size, sizeof buffer), 0);
    if (n <= 0) return false;
    out.append(buffer, static_cast<size_t>(n));
    size -= static_cast<size_t>(n);
  }
  return true;
}

uint32_t Length(const std::string& message, size_t at) {
  uint32_t v = 0;
  for (size_t i = 0; i < 4; ++i) v = v << 8 | static_cast<unsigned char>(message[at + i]);
  return v;
}

std::string Message(char type, const std::string& body) {
  std::string out(1, type);
  const auto size = static_cast<uint32_t>(body.size() + 4);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  return out + body;
}

// One message of a client after its first.
bool ReadMessage(int from, std::string& message) {
  message.clear();
  if (!ReadExactly(from, 5, message)) return false;
  return ReadExactly(from, Length(message, 1) - 4, message);
}

const std::string kNul(1, '\0');

}  // namespace

PostgresProxy::PostgresProxy(std::string own, std::string server)
    : own_(std::move(own)), server_(std::move(server)) {
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = AddressIn(own_);
  unlink(address.sun_path);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    listen(listener_, 16);
    accepting_ = std::thread([this] { Accept(); });
  }
}

PostgresProxy::~PostgresProxy() {
  stop_ = true;
  if (accepting_.joinable()) accepting_.join();
  for (std::thread& thread : serving_) thread.join();
  close(listener_);
}

void PostgresProxy::Arm(Fault fault, int n, std::string sqlstate, bool commits) {
  SetPlan({fault, std::move(sqlstate), nullptr, commits, n});
}

void PostgresProxy::ArmAction(int n, std::function<void()> act) {
  SetPlan({Fault::kNone, "", std::move(act), false, n});
}

void PostgresProxy::SetPlan(Plan plan) {
  const std::lock_guard lock(mutex_);
  plan_ = std::move(plan);
  reached_ = false;
}

std::optional<PostgresProxy::Plan> PostgresProxy::TurnOf(bool commit) {
  const std::lock_guard lock(mutex_);
  const bool armed = !reached_ && (plan_.fault != Fault::kNone || plan_.act);
  if (!armed || (plan_.commits && !commit) || --plan_.left > 0) return std::nullopt;
  reached_ = true;
  return plan_;
}

void PostgresProxy::Accept() {
  while (!stop_) {
    pollfd ready{listener_, POLLIN, 0};
    if (poll(&ready, 1, 20) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) serving_.emplace_back([this, client] { Serve(client); });
  }
}

// What the server says goes through as it comes.
bool PostgresProxy::Relay(int from, int to) {
  char buffer[1 << 14];
  const ssize_t n = recv(from, buffer, sizeof buffer, 0);
  return n > 0 && SendAll(to, std::string(buffer, static_cast<size_t>(n)));
}

void PostgresProxy::Serve(int client) {
  const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = AddressIn(server_);
  bool open = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  std::string message;
  // The first message has no type.
  open = open && ReadExactly(client, 4, message) &&
         ReadExactly(client, Length(message, 0) - 4, message) && SendAll(server, message);
  bool commit = false;
  while (open && !stop_) {
    pollfd ready[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (poll(ready, 2, 20) <= 0) continue;
    if (ready[1].revents != 0) open = Relay(server, client);
    if (open && ready[0].revents != 0) {
      open = ReadMessage(client, message) && Pass(client, server, message, commit);
    }
  }
  close(client);
  close(server);
}

bool PostgresProxy::Pass(int client, int server, std::string message, bool& commit) {
  const char type = message[0];
  if (type == 'P') commit = message.find(std::string("\0COMMIT\0", 8)) != std::string::npos;
  const bool statement = type == 'E' || type == 'Q';
  const std::optional<Plan> plan = statement ? TurnOf(commit) : std::nullopt;
  if (!plan) return SendAll(server, message);
  if (plan->act) {
    plan->act();
    return SendAll(server, message);
  }
  return Strike(*plan, client, server, message, type == 'Q');
}

bool PostgresProxy::Strike(const Plan& plan, int client, int server, const std::string& message,
                           bool simple) {
  const std::string raise =
      "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '" + plan.sqlstate + "'; END $$";
  switch (plan.fault) {
    case Fault::kRaise:
      if (simple) return SendAll(server, Message('Q', raise + kNul));
      // Client and server agree on the answers: parsed, bound, failed.
      return SendAll(server, Message('P', kNul + raise + kNul + std::string(2, '\0')) +
                                 Message('B', kNul + kNul + std::string(6, '\0')) +
                                 Message('E', kNul + std::string(4, '\0')));
    case Fault::kLoseAnswer: {
      // The Sync after it makes the server answer; its answer shows that it is done.
      std::string sync;
      SendAll(server, message);
      while (ReadMessage(client, sync) && SendAll(server, sync) && sync[0] != 'S') {
      }
      pollfd ready{server, POLLIN, 0};
      poll(&ready, 1, 10'000);
      char buffer[4096];
      (void)recv(server, buffer, sizeof buffer, 0);
      return false;
    }
    case Fault::kLoseInFlight:
      SendAll(server, message + Message('S', ""));
      return false;
    default:
      return false;
  }
}

}  // namespace relata::testing
