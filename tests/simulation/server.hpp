#pragma once

#include <cstddef>
#include <memory>

#include "messenger/contracts/storage.hpp"
#include "tests/simulation/step.hpp"

namespace messenger::simulation {

/// A schema of its own on a real PostgreSQL, the one that MESSENGER_TEST_POSTGRES is the URL of, and a wire
/// to it for each host, which can be cut. Owns one OS thread, which forwards what hosts and server say.
class Server {
 public:
  /// Throws std::runtime_error when there is no such server, or the library was built without PostgreSQL.
  explicit Server(std::size_t hosts);
  /// Removes the schema. REQUIRES: all storages are gone.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Past all wires.
  [[nodiscard]] std::shared_ptr<Storage> open() const;
  [[nodiscard]] std::shared_ptr<Storage> openFor(std::size_t host) const;

  /// The host's connection is lost at its nth exchange with the server from now on: before the server hears
  /// of it (`requestLost`), or when the server has done it all (`responseLost`). Zero is never.
  void arm(std::size_t host, Fault fault, std::size_t at);
  void disarm();

 private:
  class Wires;

  std::unique_ptr<Wires> wires_;
};

}  // namespace messenger::simulation
