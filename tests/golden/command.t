The command says what it is and what it can do.

  $ relata --version
  relata 0.1.0
  $ relata --help | head -3
  Relata: a customer graph in one file, with segments, scores, consent and reasons
  Usage: relata [OPTIONS] SUBCOMMAND
  $ relata help segment split | head -2
  Split into NAME_a, NAME_b ... for a test, for good
  Usage: relata segment split [OPTIONS] NAME
  $ relata help | tail -1
  'relata help COMMAND' says more about a command.


A wrong command line is status 2, and says so on standard error only.

  $ relata frobnicate 2>&1
  relata: there is no command 'frobnicate' ('relata --help' lists them)
  [2]
  $ relata qeury contact true 2>&1
  relata: there is no command 'qeury'; did you mean 'query'? ('relata --help' lists them)
  [2]
  $ relata --lang de generate company 2>&1
  relata: --lang is en or fr, not de
  [2]
  $ relata --now yesterday generate company 2>&1
  relata: --now is an instant such as 2026-11-12T17:00:00Z, not yesterday
  [2]
