#include "adapters/postgres/address.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "support/text.hpp"

namespace messenger::inline v0::postgres {
namespace {

struct OptionsDeleter {
  void operator()(PQconninfoOption* options) const noexcept { ::PQconninfoFree(options); }
};

/// One host of a list, as libpq takes it.
bool isLocalHost(std::string_view host) {
  return host.empty() || host.front() == '/' || host.front() == '@' || host == "localhost" || host == "::1" ||
         host.substr(0, 4) == "127.";
}

bool areLocal(std::string_view hosts) {
  while (true) {
    const std::size_t comma = hosts.find(',');
    if (!isLocalHost(hosts.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    hosts.remove_prefix(comma + 1);
  }
}

std::size_t partsOf(const std::string& list) {
  return static_cast<std::size_t>(std::count(list.begin(), list.end(), ',')) + 1;
}

/// A list with commas, begun at another of its parts.
std::string rotated(std::string list, std::size_t first) {
  for (std::size_t n = first % partsOf(list); n > 0; --n) {
    const std::size_t comma = list.find(',');
    list = list.substr(comma + 1) + ',' + list.substr(0, comma);
  }
  return list;
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>{value};
}

}  // namespace

Address::Address(const std::string& url, const char* field) {
  char* why = nullptr;
  const std::unique_ptr<PQconninfoOption, OptionsDeleter> options(::PQconninfoParse(url.c_str(), &why));
  // Its text quotes what it could not read, which may be a part of a password.
  ::PQfreemem(why);
  if (url.empty() || url.find('\0') != std::string::npos || !options) {
    throw std::invalid_argument(fmt::format(
        "PostgresOptions::{} must be postgresql://user:password@host:port/database, or host=… dbname=…; "
        "characters other than letters and digits in a user or a password are written as %XX",
        field));
  }
  for (const PQconninfoOption* each = options.get(); each->keyword != nullptr; ++each) {
    if (each->val != nullptr) put(each->keyword, each->val);
  }
  // A server that does not answer is noticed while there is still time.
  putDefault("application_name", "messenger");
  putDefault("keepalives_idle", "10");
  putDefault("keepalives_interval", "5");
  putDefault("keepalives_count", "3");
  put("client_encoding", "UTF8");
  if (!isLocal() && !find("sslmode") && !environment("PGSSLMODE")) put("sslmode", "verify-full");

  const std::string host =
      find("host").value_or(find("hostaddr").value_or(environment("PGHOST").value_or("")));
  name_ = support::presentable(
      fmt::format("PostgreSQL {}:{}/{}", host, find("port").value_or(environment("PGPORT").value_or("5432")),
                  find("dbname").value_or(environment("PGDATABASE").value_or(""))),
      find("password"));
}

std::size_t Address::hosts() const {
  return partsOf(find("hostaddr").value_or(find("host").value_or("")));
}

Address::Parameters Address::parameters(std::size_t firstHost) const {
  Parameters result = parameters_;
  if (hosts() == 1) return result;
  for (auto& [name, value] : result) {
    if (name == "host" || name == "hostaddr" || name == "port") value = rotated(value, firstHost);
  }
  return result;
}

std::optional<std::string> Address::find(std::string_view parameter) const {
  for (const auto& [name, value] : parameters_) {
    if (name == parameter) return value;
  }
  return std::nullopt;
}

void Address::put(const char* parameter, const std::string& value) {
  for (auto& [name, present] : parameters_) {
    if (name == parameter) {
      present = value;
      return;
    }
  }
  parameters_.emplace_back(parameter, value);
}

void Address::putDefault(const char* parameter, const std::string& value) {
  if (!find(parameter)) put(parameter, value);
}

bool Address::isLocal() const {
  // The address is what is connected to, the name only what a certificate is checked with.
  if (const auto address = find("hostaddr")) return areLocal(*address);
  if (const auto address = environment("PGHOSTADDR")) return areLocal(*address);
  const auto host = find("host");
  return areLocal(host ? *host : environment("PGHOST").value_or(""));
}

std::string Address::shown(std::string_view text) const {
  std::string line{text};
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  const auto password = find("password");
  const auto ofKey = find("sslpassword");
  std::vector<std::string_view> secrets;
  if (password) secrets.emplace_back(*password);
  if (ofKey) secrets.emplace_back(*ofKey);
  const auto ofEnvironment = environment("PGPASSWORD");
  if (ofEnvironment) secrets.emplace_back(*ofEnvironment);
  return support::presentable(support::withoutSecrets(line, secrets), std::nullopt);
}

}  // namespace messenger::postgres
