// The replay host: the library behind a protocol of JSON lines, for a kit that drives hosts of such a library
// and compares what they do. One reply for each line; it ends with its input.
//
//   replay_host [--database URL] [--presence URL]    worlds that ask for no storage are on this PostgreSQL
//
// A world that asks for `postgres` or `postgres+redis` finds the servers there, or in MESSENGER_TEST_POSTGRES
// and MESSENGER_TEST_REDIS (scripts/with_postgres, scripts/with_redis).

#include <iostream>
#include <string>

#include "tests/replay/host.hpp"

int main(int argc, char** argv) {
  std::string database;
  std::string presence;
  for (int at = 1; at < argc; at += 2) {
    const std::string option = argv[at];
    if (at + 1 == argc || (option != "--database" && option != "--presence")) {
      std::cerr << "usage: replay_host [--database URL] [--presence URL]\n";
      return 2;
    }
    (option == "--database" ? database : presence) = argv[at + 1];
  }
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  messenger::replay::Host host(database, presence);
  for (std::string line; std::getline(std::cin, line);) {
    if (line.find_first_not_of(" \t\r\v\f") == std::string::npos) continue;
    std::cout << host.handle(line) << '\n' << std::flush;
  }
  return 0;
}
