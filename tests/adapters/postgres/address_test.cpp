#include "adapters/postgres/address.hpp"

#include <optional>
#include <stdexcept>
#include <string>

#include "adapters/postgres/values.hpp"
#include "messenger/errors.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using messenger::postgres::Address;

namespace {

std::optional<std::string> parameter(const Address& address, const std::string& name) {
  for (const auto& [each, value] : address.parameters()) {
    if (each == name) return value;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("PostgreSQL address: a server that is not local -> TLS with the name checked", "[postgres][unit]") {
  for (const char* url : {"postgresql://db.example/app", "postgresql://10.0.0.5/app",
                          "host=db.example dbname=app", "host=127.0.0.1,db.example dbname=app",
                          "host=localhost hostaddr=10.0.0.5", "postgresql://[::2]/app"}) {
    INFO(url);
    CHECK(parameter(Address(url), "sslmode") == "verify-full");
  }
  for (const char* url :
       {"postgresql://localhost/app", "postgresql://127.0.0.1/app", "postgresql:///app",
        "postgresql://[::1]/app", "host=/run/postgresql dbname=app", "host=db.example hostaddr=127.0.0.1"}) {
    INFO(url);
    CHECK_FALSE(parameter(Address(url), "sslmode").has_value());
  }
  CHECK(parameter(Address("postgresql://db.example/app?sslmode=require"), "sslmode") == "require");
}

TEST_CASE("PostgreSQL address: several hosts -> begins with the one asked for", "[postgres][unit]") {
  const auto from = [](const char* url, std::size_t first) {
    std::string text;
    for (const auto& [name, value] : Address(url).parameters(first)) {
      if (name == "host" || name == "hostaddr" || name == "port") text += name + ' ' + value + ' ';
    }
    return text;
  };
  CHECK(from("postgresql://a:1,b:2,c:3/app", 0) == "host a,b,c port 1,2,3 ");
  CHECK(from("postgresql://a:1,b:2,c:3/app", 1) == "host b,c,a port 2,3,1 ");
  CHECK(from("postgresql://a:1,b:2,c:3/app", 5) == "host c,a,b port 3,1,2 ");
  CHECK(from("host=a,b hostaddr=::1,::2 port=1", 1) == "host b,a hostaddr ::2,::1 port 1 ");
  CHECK(from("postgresql://a/app", 7) == "host a ");
  CHECK(from("port=1,2 dbname=app", 1) == "port 1,2 ");
}

TEST_CASE("PostgreSQL address: cannot be read -> refused without a word of it", "[postgres][unit]") {
  for (const char* url : {"", "postgresql://app:se%cret@host/x", "password=secret nonsense",
                          "postgresql://app:secret@host/x?nonsense=1", "secret"}) {
    INFO(url);
    try {
      const Address address(url);
      FAIL("it was read");
    } catch (const std::invalid_argument& error) {
      CHECK(std::string{error.what()}.find("secret") == std::string::npos);
    }
  }
}

TEST_CASE("PostgreSQL address: shown -> without user and password", "[postgres][unit]") {
  const Address address("postgresql://app:pass%20word@localhost:5433/calls");
  CHECK(address.name() == "PostgreSQL localhost:5433/calls");
  CHECK(address.shown("no pass word here\n") == "no [secret] here");
}

TEST_CASE("PostgreSQL values: text that it does not take -> refused, or equal to nothing",
          "[postgres][unit]") {
  const std::string nul{"a\0b", 3};
  const std::string broken{"\xff"};
  for (const std::string& text : {nul, broken}) {
    CHECK_THROWS_AS(postgres::Values(text), StorageError);
    postgres::Array array;
    CHECK_THROWS_AS(array.add(std::string_view{text}), StorageError);
    array.addKey(text);
    CHECK(array.text() == "{NULL}");
    CHECK(postgres::Values(postgres::key(text)).pointers().at(0) == nullptr);
  }
  postgres::Array array;
  array.add(std::string_view{"a\"b\\c,{}"});
  array.add(std::string_view{""});
  array.add(std::int64_t{-5});
  array.add(true);
  CHECK(array.text() == R"({"a\"b\\c,{}","",-5,t})");
}
