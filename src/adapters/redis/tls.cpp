#include "adapters/redis/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <stdexcept>

namespace messenger::inline v0::redis {
namespace {

constexpr std::size_t recordBytes = 16'384;

[[noreturn]] void fail(const std::string& what) {
  const unsigned long code = ::ERR_get_error();
  const char* reason = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  ::ERR_clear_error();
  throw std::runtime_error(reason == nullptr ? what : what + ": " + reason);
}

void require(bool succeeded, const char* what) {
  if (!succeeded) fail(what);
}

}  // namespace

struct TlsSession::Parts {
  struct ContextDeleter {
    void operator()(SSL_CTX* freed) const noexcept { ::SSL_CTX_free(freed); }
  };
  struct SslDeleter {
    void operator()(SSL* freed) const noexcept { ::SSL_free(freed); }
  };

  std::unique_ptr<SSL_CTX, ContextDeleter> context;
  std::unique_ptr<SSL, SslDeleter> ssl;
  BIO* received = nullptr;  // the session owns both
  BIO* toSend = nullptr;
};

TlsSession::TlsSession(const Address& address) : parts_(std::make_unique<Parts>()) {
  ::ERR_clear_error();
  const RedisOptions& options = address.options();
  parts_->context.reset(::SSL_CTX_new(::TLS_client_method()));
  SSL_CTX* context = parts_->context.get();
  require(context != nullptr && ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1,
          "TLS is not available");
  if (address.tls() == Address::Tls::verified) {
    ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    require(options.caFile.empty()
                ? ::SSL_CTX_set_default_verify_paths(context) == 1
                : ::SSL_CTX_load_verify_locations(context, options.caFile.c_str(), nullptr) == 1,
            "the authorities of RedisOptions::caFile cannot be read");
  }
  if (!options.certificateFile.empty()) {
    require(::SSL_CTX_use_certificate_chain_file(context, options.certificateFile.c_str()) == 1,
            "RedisOptions::certificateFile cannot be read");
    require(::SSL_CTX_use_PrivateKey_file(context, options.keyFile.c_str(), SSL_FILETYPE_PEM) == 1,
            "RedisOptions::keyFile cannot be read, or is not of the certificate");
  }
  parts_->ssl.reset(::SSL_new(context));
  parts_->received = ::BIO_new(::BIO_s_mem());
  parts_->toSend = ::BIO_new(::BIO_s_mem());
  SSL* ssl = parts_->ssl.get();
  if (ssl == nullptr || parts_->received == nullptr || parts_->toSend == nullptr) {
    ::BIO_free(parts_->received);
    ::BIO_free(parts_->toSend);
    fail("TLS is not available");
  }
  ::SSL_set_bio(ssl, parts_->received, parts_->toSend);
  ::SSL_set_connect_state(ssl);
  X509_VERIFY_PARAM* checks = ::SSL_get0_param(ssl);
  const bool isAddress = ::X509_VERIFY_PARAM_set1_ip_asc(checks, address.host().c_str()) == 1;
  ::ERR_clear_error();
  if (!isAddress) {
    require(::SSL_set1_host(ssl, address.host().c_str()) == 1 &&
                ::SSL_set_tlsext_host_name(ssl, address.host().c_str()) == 1,
            "the host's name cannot be checked");
  }
}

TlsSession::~TlsSession() = default;

bool TlsSession::shakeHands() {
  ::ERR_clear_error();
  const int status = ::SSL_do_handshake(parts_->ssl.get());
  if (status == 1) return true;
  if (::SSL_get_error(parts_->ssl.get(), status) == SSL_ERROR_WANT_READ) return false;
  const long verified = ::SSL_get_verify_result(parts_->ssl.get());
  if (verified != X509_V_OK) {
    ::ERR_clear_error();
    throw std::runtime_error(std::string{"the server's certificate is not accepted: "} +
                             ::X509_verify_cert_error_string(verified));
  }
  fail("no TLS connection");
}

void TlsSession::encrypt(std::string_view plain) {
  ::ERR_clear_error();
  std::size_t written = 0;
  // A memory takes all of it.
  if (!plain.empty() && ::SSL_write_ex(parts_->ssl.get(), plain.data(), plain.size(), &written) != 1)
    fail("TLS failed");
}

bool TlsSession::decrypt(std::string& plain) {
  ::ERR_clear_error();
  std::array<char, recordBytes> block;
  while (true) {
    std::size_t read = 0;
    const int status = ::SSL_read_ex(parts_->ssl.get(), block.data(), block.size(), &read);
    if (status == 1) {
      plain.append(block.data(), read);
      continue;
    }
    const int error = ::SSL_get_error(parts_->ssl.get(), status);
    if (error == SSL_ERROR_WANT_READ) return true;
    if (error == SSL_ERROR_ZERO_RETURN) return false;
    fail("TLS failed");
  }
}

void TlsSession::fromWire(std::string_view bytes) {
  if (::BIO_write(parts_->received, bytes.data(), static_cast<int>(bytes.size())) !=
      static_cast<int>(bytes.size()))
    fail("TLS failed");
}

std::string TlsSession::toWire() {
  std::string bytes(::BIO_ctrl_pending(parts_->toSend), '\0');
  if (!bytes.empty() && ::BIO_read(parts_->toSend, bytes.data(), static_cast<int>(bytes.size())) !=
                            static_cast<int>(bytes.size()))
    fail("TLS failed");
  return bytes;
}

}  // namespace messenger::redis
