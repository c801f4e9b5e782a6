#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "adapters/redis/address.hpp"

namespace messenger::inline v0::redis {

/// One TLS session, without a socket: it turns plain bytes into those for the wire and back. Errors are
/// std::runtime_error with a text for people.
class TlsSession {
 public:
  explicit TlsSession(const Address& address);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Goes on with the handshake. True: it is done, and the server is who it should be.
  [[nodiscard]] bool shakeHands();
  void encrypt(std::string_view plain);
  /// Appends what is readable. False: the server has said goodbye.
  [[nodiscard]] bool decrypt(std::string& plain);

  void fromWire(std::string_view bytes);
  /// What is to be sent, which is then no longer here.
  [[nodiscard]] std::string toWire();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace messenger::redis
