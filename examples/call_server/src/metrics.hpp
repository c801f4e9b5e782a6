#pragma once

#include <messenger/contracts/metrics.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace call_server {

/// The metrics for Prometheus: those of the library, and of the server what only it knows. No label contains
/// text from a client. Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void request(std::string_view route, int status, std::chrono::nanoseconds took);
  void tooManyRequests();
  void refusedConnection();
  void droppedSocket(std::string_view why);
  void framesSent(std::size_t count);
  void reconciled(std::size_t destroyed, std::size_t renewed, std::size_t failures);

  // Read for each request
  void setConnections(std::size_t count);
  void setSockets(std::size_t count);
  void setJanusUp(bool up);

  /// For `Dependencies::metrics`: what the library measures is in `text` too.
  [[nodiscard]] std::shared_ptr<messenger::Metrics> ofLibrary() const;

  [[nodiscard]] std::string text() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace call_server
