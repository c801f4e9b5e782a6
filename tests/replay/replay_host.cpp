// The replay host: the library behind a protocol of JSON lines, for a kit that drives hosts of such a library
// and compares what they do. One reply for each line; it ends with its input.

#include <iostream>
#include <string>

#include "tests/replay/host.hpp"

int main() {
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  messenger::replay::Host host;
  for (std::string line; std::getline(std::cin, line);) {
    if (line.find_first_not_of(" \t\r\v\f") == std::string::npos) continue;
    std::cout << host.handle(line) << '\n' << std::flush;
  }
  return 0;
}
