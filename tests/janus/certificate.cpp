#include "tests/janus/certificate.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace messenger::tests {
namespace {

struct Free {
  void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
  void operator()(EVP_PKEY_CTX* it) const { EVP_PKEY_CTX_free(it); }
  void operator()(X509* it) const { X509_free(it); }
  void operator()(X509_EXTENSION* it) const { X509_EXTENSION_free(it); }
  void operator()(std::FILE* it) const { (void)std::fclose(it); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

void require(bool good) {
  if (!good) throw std::runtime_error("no certificate could be made");
}

Owned<EVP_PKEY> makeKey() {
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nullptr));
  EVP_PKEY* key = nullptr;
  require(context != nullptr && EVP_PKEY_keygen_init(context.get()) == 1 &&
          EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context.get(), NID_X9_62_prime256v1) == 1 &&
          EVP_PKEY_keygen(context.get(), &key) == 1);
  return Owned<EVP_PKEY>(key);
}

Owned<X509> makeCertificate(EVP_PKEY* key) {
  Owned<X509> made(X509_new());
  require(made != nullptr && X509_set_version(made.get(), 2) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key);
  X509_NAME* name = X509_get_subject_name(made.get());
  const std::string common = "janus of the tests";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common.data()),
                             -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  const Owned<X509_EXTENSION> address(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"));
  require(address != nullptr && X509_add_ext(made.get(), address.get(), -1) == 1);
  require(X509_sign(made.get(), key, EVP_sha256()) > 0);
  return made;
}

}  // namespace

void writeCertificate(const std::filesystem::path& certificate, const std::filesystem::path& key) {
  const auto made = makeKey();
  const auto signedOne = makeCertificate(made.get());
  const Owned<std::FILE> certificateFile(std::fopen(certificate.c_str(), "w"));
  const Owned<std::FILE> keyFile(std::fopen(key.c_str(), "w"));
  require(certificateFile != nullptr && keyFile != nullptr);
  require(PEM_write_X509(certificateFile.get(), signedOne.get()) == 1);
  require(PEM_write_PrivateKey(keyFile.get(), made.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
}

}  // namespace messenger::tests
