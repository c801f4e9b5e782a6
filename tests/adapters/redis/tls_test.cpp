// A server with TLS: what is accepted, and what is not.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "messenger/adapters/redis/redis_presence.hpp"
#include "messenger/errors.hpp"
#include "tests/adapters/redis/redis_server.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using messenger::testing::TempDir;
using messenger::tests::RedisServer;

namespace {

/// A certificate for a name, signed by itself, and its key, in two files.
class Certificate {
 public:
  Certificate(const TempDir& folder, const std::string& name)
      : file(folder.file(name + ".pem").string()), keyFile(folder.file(name + ".key").string()) {
    const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key(::EVP_EC_gen("P-256"), &::EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&::X509_free)> made(::X509_new(), &::X509_free);
    ::X509_set_version(made.get(), 2);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(made.get()), 1);
    ::X509_gmtime_adj(::X509_getm_notBefore(made.get()), -60);
    ::X509_gmtime_adj(::X509_getm_notAfter(made.get()), 3600);
    ::X509_set_pubkey(made.get(), key.get());
    X509_NAME* subject = ::X509_get_subject_name(made.get());
    ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    ::X509_set_issuer_name(made.get(), subject);
    const std::string names = "DNS:" + name;
    X509_EXTENSION* extension = ::X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    ::X509_add_ext(made.get(), extension, -1);
    ::X509_EXTENSION_free(extension);
    ::X509_sign(made.get(), key.get(), ::EVP_sha256());
    write(file, [&](std::FILE* to) { ::PEM_write_X509(to, made.get()); });
    write(keyFile, [&](std::FILE* to) {
      ::PEM_write_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

  std::string file;
  std::string keyFile;

 private:
  template <class Body>
  static void write(const std::string& name, Body body) {
    std::FILE* to = std::fopen(name.c_str(), "w");
    body(to);
    std::fclose(to);
  }
};

std::vector<std::string> withTls(const Certificate& certificate, std::uint16_t port) {
  return {
      "--tls-port",        std::to_string(port), "--tls-cert-file", certificate.file,     "--tls-key-file",
      certificate.keyFile, "--tls-ca-cert-file", certificate.file,  "--tls-auth-clients", "no"};
}

std::string failureOf(const RedisOptions& options) {
  const SessionKey alice{CallId{"c"}, UserId{"user", "1"}};
  try {
    const auto presence = redisPresence(options);
    tests::comeIn(*presence, alice, 1, SteadyPoint{5h});
    return presence->touch(alice.call, alice.user, alice.device, SteadyPoint{5h}) ? "" : "not tracked";
  } catch (const PresenceError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("Redis with TLS: a certificate of the host's name and of a trusted authority -> accepted",
          "[redis][tls]") {
  const TempDir folder;
  const Certificate right(folder, "localhost");
  const Certificate other(folder, "redis.example");
  // Another port than that of the plain one, which is free a moment before.
  const auto port = [] {
    const RedisServer moment;
    return moment.port();
  };
  const std::uint16_t rightPort = port();
  const RedisServer server(withTls(right, rightPort));
  const std::uint16_t otherPort = port();
  const RedisServer stranger(withTls(other, otherPort));
  RedisOptions options = server.options();
  options.url = "rediss://localhost:" + std::to_string(rightPort);
  CHECK(failureOf(options).empty());  // local, so not checked without an authority
  options.caFile = right.file;
  CHECK(failureOf(options).empty());
  options.caFile = other.file;
  CHECK_THAT(failureOf(options), Contains("the server's certificate is not accepted"));

  options.url = "rediss://localhost:" + std::to_string(otherPort);
  CHECK_THAT(failureOf(options), Contains("the server's certificate is not accepted"));  // another name
  options.url += "?tls=unverified";
  CHECK(failureOf(options).empty());

  options.caFile = folder.file("nothing").string();
  options.url = "rediss://localhost:" + std::to_string(rightPort);
  CHECK_THAT(failureOf(options), Contains("RedisOptions::caFile"));
  // One that does not speak TLS.
  options.caFile.clear();
  options.url = "rediss://localhost:" + std::to_string(server.port());
  CHECK_FALSE(failureOf(options).empty());
}
