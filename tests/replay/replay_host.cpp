// The replay host: the library behind a protocol of JSON lines, for a kit that drives hosts of such a library
// and compares what they do. One reply for each line; it ends with its input.
//
//   replay_host [--database URL]    worlds that ask for no storage are on this PostgreSQL
//
// A world that asks for `postgres` finds the server there, or in MESSENGER_TEST_POSTGRES
// (scripts/with_postgres).

#include <iostream>
#include <string>

#include "tests/replay/host.hpp"

int main(int argc, char** argv) {
  std::string server;
  if (argc == 3 && std::string{argv[1]} == "--database") {
    server = argv[2];
  } else if (argc > 1) {
    std::cerr << "usage: replay_host [--database URL]\n";
    return 2;
  }
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  messenger::replay::Host host(server);
  for (std::string line; std::getline(std::cin, line);) {
    if (line.find_first_not_of(" \t\r\v\f") == std::string::npos) continue;
    std::cout << host.handle(line) << '\n' << std::flush;
  }
  return 0;
}
