// SPDX-License-Identifier: Apache-2.0
//
// Stands between a client and a PostgreSQL server on a Unix socket, knows the messages of the
// protocol, and does one thing at the nth statement: cut the connection, make the server raise an
// error of a given SQLSTATE in its place, or let COMMIT through and lose the answer.

#ifndef RELATA_TESTS_DURABILITY_POSTGRES_PROXY_H_
#define RELATA_TESTS_DURABILITY_POSTGRES_PROXY_H_

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace relata::testing {

class PostgresProxy {
 public:
  enum class Fault {
    kNone,
    kCut,          // the statement is never sent
    kRaise,        // the server raises `sqlstate` instead
    kLoseAnswer,   // it is sent and carried out, and the connection cut before the answer
    kLoseInFlight  // it is sent and the connection cut at once, whatever the server makes of it
  };

  // Listens in the folder `own`, which it shares with nobody, and passes on to the server in
  // `server`.
  PostgresProxy(std::string own, std::string server);
  ~PostgresProxy();
  PostgresProxy(const PostgresProxy&) = delete;
  PostgresProxy& operator=(const PostgresProxy&) = delete;

  // From now on counts statements from 1 and does `fault` at the nth (only at COMMITs when
  // `commits`), once.
  void Arm(Fault fault, int n, std::string sqlstate = "", bool commits = false);
  // Calls `act` at the nth statement, before it is passed on.
  void ArmAction(int n, std::function<void()> act);
  // Whether the armed fault was reached.
  bool reached() const { return reached_; }

 private:
  void Accept();
  void Serve(int client);
  bool Relay(int from, int to);
  // One message of the client; false ends the connection.
  bool Pass(int client, int server, std::string message, bool& commit);
  // What is to happen, and at which statement.
  struct Plan {
    Fault fault = Fault::kNone;
    std::string sqlstate;
    std::function<void()> act;
    bool commits = false;  // only COMMITs count
    int left = 0;          // statements, this one included
  };
  void SetPlan(Plan plan);
  // The plan when it is this statement's turn, which it then has had.
  std::optional<Plan> TurnOf(bool commit);
  static bool Strike(const Plan& plan, int client, int server, const std::string& message,
                     bool simple);

  const std::string own_;
  const std::string server_;
  int listener_ = -1;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> reached_ = false;
  std::mutex mutex_;  // of plan_: several connections count statements
  Plan plan_;
  std::thread accepting_;
  std::vector<std::thread> serving_;
};

}  // namespace relata::testing

#endif  // RELATA_TESTS_DURABILITY_POSTGRES_PROXY_H_
