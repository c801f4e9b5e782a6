#pragma once

#include <locale>
#include <map>
#include <sstream>
#include <string>

/// Facts about the process, by name.
using Picture = std::map<std::string, std::string>;

/// What belongs to the whole process, as it is now.
Picture look();

/// Sets what a host could have set, so that the picture has something in it.
void beParticular();

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  (out << ... << parts);
  return out.str();
}
