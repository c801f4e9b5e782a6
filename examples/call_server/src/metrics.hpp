#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace call_server {

/// The metrics for Prometheus. No label contains text from a client. Thread-safe.
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
  void callStarted();
  void callEnded(std::string_view reason);
  void mediaKick(bool done);
  void reconciled(std::size_t destroyed, std::size_t renewed, std::size_t failures);

  // Read for each request
  void setConnections(std::size_t count);
  void setSockets(std::size_t count);
  void setActiveCalls(std::size_t count);
  void setJobs(std::size_t pending, std::size_t failed);
  void setJanusUp(bool up);
  void setCallsDown(bool down);

  [[nodiscard]] std::string text() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace call_server
