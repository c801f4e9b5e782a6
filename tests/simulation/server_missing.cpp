// In place of server.cpp, where the library is built without PostgreSQL.
#include <stdexcept>

#include "tests/simulation/server.hpp"

namespace messenger::simulation {

class Server::Wires {};

Server::Server(std::size_t /*hosts*/) {
  throw std::runtime_error("this simulation was built without PostgreSQL");
}
Server::~Server() = default;

std::shared_ptr<Storage> Server::open() const {
  return nullptr;
}
std::shared_ptr<Storage> Server::openFor(std::size_t /*host*/) const {
  return nullptr;
}
void Server::arm(std::size_t /*host*/, Fault /*fault*/, std::size_t /*at*/) {}
void Server::disarm() {}

}  // namespace messenger::simulation
