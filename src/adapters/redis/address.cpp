#include "adapters/redis/address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "support/text.hpp"

namespace messenger::inline v0::redis {
namespace {

constexpr std::size_t longestPrefix = 100;

[[noreturn]] void throwUnreadable() {
  throw std::invalid_argument(
      "RedisOptions::url must be redis://user:password@host:port/database, or rediss://… for TLS; characters "
      "other than letters and digits in a user or a password are written as %XX");
}

std::optional<int> number(std::string_view text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) return {};
  return value;
}

/// The text with what %XX stands for.
std::string decoded(std::string_view text) {
  constexpr int hexadecimal = 16;
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    unsigned value = 0;
    if (i + 2 >= text.size()) throwUnreadable();
    const char* first = text.data() + i + 1;
    const auto [end, error] = std::from_chars(first, first + 2, value, hexadecimal);
    if (error != std::errc{} || end != first + 2) throwUnreadable();
    result += static_cast<char>(value);
    i += 2;
  }
  return result;
}

bool isLocal(std::string_view host) {
  const bool isAddress = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "::1" || (isAddress && host.substr(0, 4) == "127.");
}

void requireInBounds(const RedisOptions& options) {
  using namespace std::chrono_literals;
  if (options.connections < 1 || options.connections > 1000)
    throw std::invalid_argument("RedisOptions::connections must be 1 to 1,000");
  if (options.timeLimit < 10ms || options.timeLimit > 1min)
    throw std::invalid_argument("RedisOptions::timeLimit must be 10 ms to one minute");
  if (options.keepFor < 1min || options.keepFor > std::chrono::hours{24 * 30})
    throw std::invalid_argument("RedisOptions::keepFor must be one minute to 30 days");
  if (options.prefix.size() > longestPrefix || options.prefix.find('{') != std::string::npos)
    throw std::invalid_argument("RedisOptions::prefix must have at most 100 bytes and no {");
}

}  // namespace

Address::Address(const RedisOptions& options) : options_(options) {
  requireInBounds(options);
  std::string_view rest = options.url;
  const auto cut = [&rest](std::size_t at, std::size_t separator) {
    const std::string_view before = rest.substr(0, at);
    rest.remove_prefix(at + separator);
    return before;
  };
  bool encrypted = false;
  if (rest.substr(0, 8) == "redis://") {
    rest.remove_prefix(8);
  } else if (rest.substr(0, 9) == "rediss://") {
    rest.remove_prefix(9);
    encrypted = true;
  } else {
    throwUnreadable();
  }
  // What is left open by a mistake in the password must not become a host, which is shown.
  if (rest.find_first_of(std::string_view{" #\t\r\n\0", 6}) != std::string_view::npos) throwUnreadable();
  std::string_view query;
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view userinfo = cut(at, 1);
    if (userinfo.find_first_of("@/[]") != std::string_view::npos) throwUnreadable();
    const std::size_t colon = userinfo.find(':');
    user_ = decoded(userinfo.substr(0, colon));
    if (colon != std::string_view::npos) password_ = decoded(userinfo.substr(colon + 1));
    if (password_.empty() && !user_.empty()) throwUnreadable();
  }
  if (query.find('@') != std::string_view::npos) throwUnreadable();
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    const std::string_view database = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
    constexpr int mostDatabases = 1'000'000;
    const auto read = database.empty() ? 0 : number(database, 0, mostDatabases);
    if (!read) throwUnreadable();
    database_ = *read;
  }
  if (!rest.empty() && rest.front() == '[') {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) throwUnreadable();
    rest.remove_prefix(1);
    host_ = cut(end - 1, 1);
    if (!rest.empty() && rest.front() != ':') throwUnreadable();
  } else {
    host_ = cut(std::min(rest.find(':'), rest.size()), 0);
  }
  if (!rest.empty()) {
    constexpr int mostPorts = 65'535;
    if (!number(rest.substr(1), 1, mostPorts)) throwUnreadable();
    port_ = rest.substr(1);
  }
  if (host_.empty()) throwUnreadable();
  readTls(encrypted, query);
  name_ = support::presentable(fmt::format("Redis {}:{}/{}", host_, port_, database_),
                               password_.empty() ? std::nullopt : std::optional<std::string_view>{password_});
}

void Address::readTls(bool encrypted, std::string_view query) {
  if (!query.empty() && query != "tls=off" && query != "tls=unverified") {
    throw std::invalid_argument(
        "RedisOptions::url: after the ? there may be tls=off or tls=unverified, nothing else");
  }
  if (!encrypted) {
    if (query == "tls=unverified")
      throw std::invalid_argument("RedisOptions::url: tls=unverified is for rediss://");
    if (!isLocal(host_) && query != "tls=off") {
      throw std::invalid_argument(
          "RedisOptions::url: the server is not local, and redis:// does not encrypt: use rediss://, or add "
          "?tls=off where nobody else is on the way");
    }
    return;
  }
  if (query == "tls=off") throw std::invalid_argument("RedisOptions::url: tls=off is for redis://");
  const bool unverified = query == "tls=unverified" || (isLocal(host_) && options_.caFile.empty());
  tls_ = unverified ? Tls::unverified : Tls::verified;
}

std::string Address::shown(std::string_view text) const {
  std::string line{text};
  for (char& c : line) {
    if (c == '\r' || c == '\n' || c == '\t') c = ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return support::presentable(support::withoutSecrets(line, {password_}), std::nullopt);
}

}  // namespace messenger::redis
